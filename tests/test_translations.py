"""Both languages are complete (decision 9 of the product)."""

from app.core import catalogue


def fields(sentence: str) -> set[str]:
    """The %(names)s that a sentence is filled with."""
    return {part.split(")")[0] for part in sentence.split("%(")[1:]}


def written(sentence: object) -> bool:
    """Whether there is a letter in it."""
    return any(map(str.isalpha, str(sentence)))


def test_every_sentence_has_its_italian() -> None:
    """GEN: each string of pages, mails and commands is translated."""
    assert catalogue.untranslated() == []


def test_translations_keep_the_fields_they_are_filled_with() -> None:
    """A translation that drops or invents a %(name)s would fail when it is shown."""
    wrong = [str(m.id) for m in catalogue.stored() if m.id and fields(str(m.id)) != fields(str(m.string))]
    assert wrong == []


def test_the_compiled_catalogue_is_the_stored_one() -> None:
    """What the product reads is what people wrote."""
    assert catalogue.PO.with_suffix(".mo").read_bytes() == catalogue.compiled(catalogue.stored())


def test_italian_is_written_with_letters() -> None:
    """No translation is left blank or made of signs alone, unless its English is too."""
    assert [str(m.id) for m in catalogue.stored() if written(m.id) and not written(m.string)] == []
