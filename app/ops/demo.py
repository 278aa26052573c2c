"""Sample data: a small believable set made through the product's own doors, or any number of contacts by COPY."""

import secrets
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import psycopg
from sqlalchemy import func, select
from werkzeug.security import generate_password_hash

from app.contacts import rules, service
from app.contacts.models import Kind
from app.core import access
from app.core.db import db
from app.core.people import ADMINISTRATOR, USER, Group, User, role_named
from app.core.text import fold
from app.ops import demo_business, samples
from app.ops.demo_business import acting_as_user

USERS, GROUPS = 50, 10
BLOCK = 20_000
CONTACT = """COPY contact (id, kind, first_name, last_name, name, title, company_id, sort_name, search, private,
owner_id, shared_with, created_by, changed_by) FROM STDIN"""
CHANNEL = "COPY contact_channel (contact_id, medium, kind, value, normal, is_primary) FROM STDIN"
ADDRESS = "COPY contact_address (contact_id, kind, street, zip, city, state, is_primary) FROM STDIN"
TAGGED = "COPY contact_tag (contact_id, tag_id) FROM STDIN"
COLLEAGUES = [("giulia", "Giulia", "Ferri", USER), ("marco", "Marco", "Conti", USER),
              ("elena", "Elena", "Greco", ADMINISTRATOR)]  # fmt: skip
Pg = psycopg.Connection[Any]


def small(password: str) -> bool:
    """12 companies, 40 persons, their business with three colleagues who have this password; False when they are
    there already. Commits."""
    if db.session.scalar(select(User.id).where(User.username == COLLEAGUES[0][0])):
        return False
    ids = add_users([(n, f, s, r, []) for n, f, s, r in COLLEAGUES], password)
    companies = [_company(n, ids[n % 3]) for n in range(12)]
    persons = [
        _person(n, person, ids[n % 3], companies[n % 12] if n % 5 else None)
        for n, person in enumerate(samples.persons(40))
    ]
    demo_business.fill(ids, companies, persons, ids[-1])
    db.session.commit()
    return True


def _company(number: int, owner: int) -> int:
    city, zip_, state = samples.TOWNS[number]
    with acting_as_user(owner):
        saved = service.save({
            "kind": Kind.COMPANY, "name": samples.company_name(number), "private": False, "type": _type(number),
            "addresses": [{"street": f"{samples.STREETS[number % 6]} {number + 3}", "zip": zip_, "city": city,
                           "state": state, "country": "Italia"}],
            "phones": [f"+39 0{number + 10} 55501{number:02}"], "websites": [f"www.azienda{number}.example"],
        })  # fmt: skip
    return saved.id


def _type(number: int) -> str:
    return ("Client", "Supplier", "Partner")[number % 3]


def _person(number: int, person: samples.Person, owner: int, company: int | None) -> int:
    with acting_as_user(owner):
        saved = service.save({
            "kind": Kind.PERSON, "first_name": person.first_name, "last_name": person.last_name,
            "title": person.title, "emails": [person.email], "phones": [person.phone] if person.phone else [],
            "company": company, "tags": [person.tag] if person.tag else [], "private": number % 6 == 0,
            "temperature": ("Cold", "Warm", "Hot")[number % 3] if number % 2 else None,
        })  # fmt: skip
    return saved.id


def add_users(users: Iterable[tuple[str, str, str, str, list[Group]]], password: str) -> list[int]:
    """Users (name, first name, last name, role, groups) with one password; their ids. Flushes."""
    made, hashed = [], generate_password_hash(password)
    for name, first, last, role, groups in users:
        user = User(username=name, first_name=first, last_name=last, email=f"{name}@demo.example", active=True)
        user.password, user.roles, user.groups = hashed, [role_named(role)], groups
        db.session.add(user)
        made.append(user)
    db.session.flush()
    return [user.id for user in made]


def crowd(password: str) -> tuple[list[int], list[int]]:
    """Ids of the 50 users `demo01`… and their 10 groups, made where they are missing; each is in two. Commits."""
    groups = list(db.session.scalars(select(Group).where(Group.name.like("demo%")).order_by(Group.id)))
    users = list(db.session.scalars(select(User.id).where(User.username.like("demo__")).order_by(User.id)))
    if not users:
        groups = [Group(name=f"demo{n:02}", label=f"Gruppo {n}") for n in range(1, GROUPS + 1)]
        db.session.add_all(groups)
        names = [samples.FIRST[n % len(samples.FIRST)] for n in range(USERS)]
        rows = [
            (f"demo{n + 1:02}", name, f"Prova {n + 1}", USER, [groups[n % GROUPS], groups[(n + 3) % GROUPS]])
            for n, name in enumerate(names)
        ]
        users = add_users(rows, password)
        db.session.commit()
    return users, [group.id for group in groups]


def fill(pg: Pg, count: int, start: int, users: list[int], groups: list[int], say: Callable[[int], None]) -> None:
    """`count` contacts by COPY, each block its own transaction: one company for ten persons, 20 % private.

    `say` is told how many are in.
    """
    tags = _tags(pg)
    people = samples.persons(count, start)
    companies: list[int] = []
    for done in range(0, count, BLOCK):
        size = min(BLOCK, count - done)
        with pg.transaction():
            sql = "SELECT nextval(pg_get_serial_sequence('contact', 'id')) FROM generate_series(1, %s)"
            ids = [new for (new,) in pg.execute(sql, [size])]
            rows = list(zip(ids, range(start + done, start + done + size), islice(people, size), strict=True))
            _copy(pg, CONTACT, (_contact(i, n, p, users, groups, companies) for i, n, p in rows))
            _copy(pg, CHANNEL, (line for i, n, p in rows if n % 10 for line in _channels(i, p)))
            _copy(pg, ADDRESS, ((i, "work", p.street, p.zip, p.city, p.state, True) for i, _n, p in rows if p.street))
            _copy(pg, TAGGED, ((i, tags[p.tag]) for i, _n, p in rows if p.tag))
        say(done + size)


def _tags(pg: Pg) -> dict[str, int]:
    with pg.transaction():
        pg.execute(
            "INSERT INTO tag (name) SELECT unnest(%s::text[]) ON CONFLICT (lower(name)) DO NOTHING", [samples.TAGS]
        )
        rows = pg.execute("SELECT w, id FROM tag JOIN unnest(%s::text[]) w ON lower(w) = lower(name)", [samples.TAGS])
        return dict(rows.fetchall())


def _contact(
    new_id: int, n: int, p: samples.Person, users: list[int], groups: list[int], companies: list[int]
) -> tuple[Any, ...]:
    owner, private = users[n * 7 % len(users)], n // 10 % 5 == 0
    shared = [-groups[n // 5 % len(groups)]] if private and n % 3 == 0 and groups else []
    access_columns = (private, owner, shared, owner, owner)
    if n % 10 == 0:
        name = samples.company_name(n // 10)
        companies.append(new_id)
        return (new_id, "company", None, None, name, None, None, fold(name), fold(name), *access_columns)
    phone = rules.phone_digits(p.phone) if p.phone else ""
    company = companies[p.company % len(companies)] if p.company is not None and companies else None
    sort, words = fold(f"{p.last_name} {p.first_name}"), fold(f"{p.first_name} {p.last_name} {p.email} {phone}")
    return (new_id, "person", p.first_name, p.last_name, None, p.title, company, sort, words, *access_columns)


def _channels(new_id: int, p: samples.Person) -> Iterator[tuple[Any, ...]]:
    yield new_id, "email", "work", p.email, p.email, True
    if p.phone:
        yield new_id, "phone", "mobile", p.phone, rules.phone_digits(p.phone), True


def _copy(pg: Pg, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with pg.cursor() as cursor, cursor.copy(sql) as copy:
        for row in rows:
            copy.write_row(row)


def how_many() -> int:
    """Contacts that are there, so that a second filling goes on with new names."""
    with access.acting_as(access.SYSTEM):
        count = db.session.scalar(select(func.count()).select_from(service.Contact)) or 0
    db.session.commit()
    return count


def new_password() -> str:
    """For the sample users."""
    return secrets.token_urlsafe(9)
