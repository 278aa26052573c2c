-- Run as superuser: foreign keys are not looked at while rows are put back.
CREATE SCHEMA tests;

CREATE TABLE tests.seed (name text PRIMARY KEY, columns text, digest numeric);

CREATE FUNCTION tests.digest(name text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE result numeric;
BEGIN
    EXECUTE format('SELECT count(*) + coalesce(sum(hashtextextended(t::text, 0)), 0) FROM public.%I t', name) INTO result;
    RETURN result;
END $$;

CREATE FUNCTION tests.remember() RETURNS void LANGUAGE plpgsql AS $$
DECLARE name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('CREATE TABLE tests.%I AS TABLE public.%I', 'rows_of_' || name, name);
        INSERT INTO tests.seed SELECT name, string_agg(quote_ident(attname), ', ' ORDER BY attnum), tests.digest(name)
            FROM pg_attribute
            WHERE attrelid = format('public.%I', name)::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
    END LOOP;
END $$;

CREATE FUNCTION tests.reset() RETURNS void LANGUAGE plpgsql
    SET session_replication_role = replica SET lock_timeout = '10s' AS $$
DECLARE seed record;
BEGIN
    FOR seed IN SELECT s.* FROM tests.seed s JOIN pg_tables ON schemaname = 'public' AND tablename = s.name
        WHERE tests.digest(s.name) <> s.digest
    LOOP
        EXECUTE format('DELETE FROM public.%I', seed.name);
        EXECUTE format('INSERT INTO public.%1$I (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM tests.%3$I',
            seed.name, seed.columns, 'rows_of_' || seed.name);
    END LOOP;
END $$;
