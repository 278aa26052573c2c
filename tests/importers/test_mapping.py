"""Which column becomes which field: as posted by a person or a program, as remembered, as guessed."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importers import fields, guessing, mapping
from importers.errors import MappingError, Refused
from importers.fields import CustomField
from importers.mapping import Mapping
from importers.options import Options

TITLES = ["Nome", "Cognome", "E-mail", "Note", "Note"]
KEYS = [*TITLES, "columns", "mapping", "options", "field", "column", "first_name", "0", "kind_from", "group"]
WANTED = {0: "first_name", 1: "last_name", 2: "email"}


def chosen(found: Mapping) -> dict[int, str]:
    """The mapped columns."""
    return {c.position: c.field for c in found.columns if c.field}


@pytest.mark.parametrize(
    "posted",
    [
        {"Nome": "first_name", "Cognome": "last_name", "E-mail": "email"},
        {"0": "first_name", "1": "last_name", "2": "email"},
        {"first_name": "Nome", "last_name": "Cognome", "email": "E-mail"},
        {"first_name": ["Nome"], "last_name": 1, "email": "e-mail"},
        {"nome": "First name", "COGNOME": "Last name", "email": "emails", "Note": None},
        ["first_name", "last_name", "email", "", "skip"],
        ["first_name", "last_name", "email"],
        [
            {"column": 0, "field": "first_name"},
            {"column": "Cognome", "field": "last_name"},
            {"column": 2, "field": "email"},
        ],
        [
            {"heading": "Nome", "target": "first_name"},
            {"header": "Cognome", "to": "last_name"},
            {"index": "2", "field": "E-mail"},
        ],
        {
            "columns": {"Nome": "nome", "Cognome": "cognome", "E-mail": "posta elettronica"},
            "options": {"duplicates": "skip"},
        },
        {"mapping": {"Nome": {"field": "first_name"}, "Cognome": "last_name", "E-mail": "email", "3": "-"}},
        json.dumps({"Nome": "first_name", "Cognome": "last_name", "E-mail": "email"}),
    ],
    ids=str,
)
def test_every_sensible_shape(posted: Any) -> None:
    """IMP-02: a mapping is understood in every shape a program would post; what it doesn't name is not imported."""
    found, options = mapping.parse(posted, TITLES)
    assert chosen(found) == WANTED
    assert options == (posted["options"] if isinstance(posted, dict) and "options" in posted else {})


@pytest.mark.parametrize(
    ("posted", "sentence"),
    [
        ({"Nome": "frist_name"}, "no field “frist_name”. The nearest is “first_name”"),
        ({"Nomi": "first_name"}, "no column “Nomi”. The nearest is “Nome”"),
        ({"9": "email"}, "no column “9”"),
        ({"Nome": 5}, "no field “5”"),
        ({"Nome": ["a"]}, "no field"),
        ("{", "not valid JSON"),
        ("5", "object or a list"),
        ([{"column": None, "field": "email"}], "no column"),
        ([{"column": True, "field": "email"}], "no column"),
        ({"Nome": "custom:none"}, "no field “custom:none”"),
        ({"Nome": "<b>" * 100}, "no field"),
        (["email"] * 9, "no column"),
    ],
    ids=str,
)
def test_what_is_unknown_is_named(posted: Any, sentence: str) -> None:
    """IMP-02: an error names the unknown field or heading and the nearest."""
    with pytest.raises(MappingError, match=sentence):
        mapping.parse(posted, TITLES)


def test_equal_headings_map_by_position() -> None:
    """Policy 4: equal headings are allowed; by name all of them, by number each."""
    assert chosen(mapping.parse({"Note": "notes"}, TITLES)[0]) == {3: "notes", 4: "notes"}
    assert chosen(mapping.parse({"3": "notes", "4": "description"}, TITLES)[0]) == {3: "notes", 4: "description"}


def test_stored_and_remembered() -> None:
    """IMP-02: a mapping survives the database; the signature is that of the headings."""
    custom = (CustomField("vat", "P. IVA"),)
    found = guessing.guess(["Nome", "Cognome", "p.iva", "E-mail 1 - Label", "E-mail 1 - Value"], custom=custom)
    assert Mapping.from_json(json.loads(json.dumps(found.to_json()))) == found
    assert found.columns[2].field == "custom:vat"
    assert found.columns[4].kind_from == 3
    again, _ = mapping.parse(found.to_json(), [c.heading for c in found.columns], custom)
    assert chosen(again) == chosen(found)
    assert mapping.signature(["A", "B"]) != mapping.signature(["B", "A"])


def test_custom_fields() -> None:
    """SET-08: custom fields are named `custom:key`, or found by their label."""
    custom = [CustomField("vat", "Partita IVA")]
    for posted in ({"Nome": "custom:vat"}, {"Nome": "custom.vat"}, {"Nome": "partita iva"}):
        assert mapping.parse(posted, TITLES, custom)[0].columns[0].field == "custom:vat"


def test_our_own_field_names_map_by_themselves() -> None:
    """IMP-06: our own export, whose headings are the names of fields, maps without a click."""
    own = [name for name in fields.names() if name not in ("address", "email", "phone", "website")]
    found = guessing.guess(own)
    assert [c.field for c in found.columns] == own
    assert {c.sure for c in found.columns} == {"exact"}


@pytest.mark.parametrize(
    "title", ["Stipendio", "IP address", "Assistant's Phone", "E-mail Display Name", "E-mail 2 Type", "x", "", "Data"]
)
def test_what_is_not_understood_stays_unmapped(title: str) -> None:
    """RELIABILITY 3: no silent damage: a doubtful column is left to the person."""
    assert guessing.guess(["Nome", "Cognome", title]).columns[2].field == ""


def test_private_and_owner_only_from_our_own_export() -> None:
    """CON-07: Outlook's `Private` opens nobody's contacts, HubSpot's owners are not our users."""
    foreign = guessing.guess(["First Name", "Last Name", "Private", "Owner", "Contact owner"])
    assert [c.field for c in foreign.columns] == ["first_name", "last_name", "", "", ""]
    own = guessing.guess(["kind", "first_name", "last_name", "private", "owner"])
    assert [c.field for c in own.columns] == ["kind", "first_name", "last_name", "private", "owner"]


def test_without_headings_only_looks_tell() -> None:
    """IMP-02: emails, phones and sites are told by their look; names are left to the person."""
    samples = [["Mario"], ["m@example.com"], ["+39 055 1234567"], ["www.example.com"], ["50100"]]
    found = guessing.guess([""] * 5, samples, has_headings=False)
    assert [c.field for c in found.columns] == ["", "email", "phone", "website", ""]
    with pytest.raises(Refused):
        found.require_name()


def test_options() -> None:
    """IMP-02: the choices of a run survive the database; what is not possible is refused."""
    options = Options.from_json({"duplicates": "fill", "tags": "a, b", "day_first": False})
    assert Options.from_json(json.loads(json.dumps(options.to_json()))) == options
    assert options.tags == ("a", "b")
    for wrong in ({"duplicates": "erase"}, {"colour": 1}, {"private": "yes"}, {"decimal": ";"}, {"match": ["email"]}):
        with pytest.raises(Refused):
            Options.from_json(wrong)


jsons = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from([*TITLES, "email", "columns"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6) | st.sampled_from(KEYS), inner, max_size=4)
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(jsons)
def test_any_json_is_a_mapping_or_a_sentence(posted: Any) -> None:
    """Bad input: nothing that is posted makes it fail."""
    sentence = None
    try:
        mapping.parse(posted, TITLES)
    except MappingError as error:
        sentence = str(error)
    assert sentence != ""


def test_a_second_city_is_a_second_address() -> None:
    """Policy 4: equal headings are allowed; two addresses in one row stay two."""
    found = guessing.guess(["Nome", "Cognome", "Indirizzo", "CAP", "Città", "Indirizzo", "CAP", "Città", "Indirizzo 2"])
    assert [c.group for c in found.columns] == ["", "", "", "", "", "2", "2", "2", "3"]
    one = guessing.guess(["Nome", "Cognome", "Street", "Street 2", "City"])
    assert {c.group for c in one.columns} == {""}
