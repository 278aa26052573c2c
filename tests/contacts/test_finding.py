"""Finding contacts, and what a page costs while the table grows (CON-09, GEN-06; quality: pages stay flat)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import prison
import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.factories import Maker

REST = "/api/v1/contacts/"


@pytest.fixture
def people(make: Maker) -> Maker:
    """A few contacts with names, numbers and addresses to be found by."""
    make.contact(first_name="Nicolò", last_name="D'Àngelo", phones=["+39 02 1234567"], emails=["nico@posta.example"])
    make.contact(
        first_name="Maria", last_name="Rossi", phones=["347 99 88 777"], websites=["https://www.rossi.example/"]
    )
    make.contact(kind="company", name="Müller & Söhne 50% srl", emails=["info@mueller.example"])
    make.contact(first_name="Segreta", last_name="Rossi", private=True, emails=["segreta@rossi.example"])
    return make


SEARCHES = [
    ("nicolo", {"Nicolò D'Àngelo"}),
    ("NICOLÒ", {"Nicolò D'Àngelo"}),
    ("d'ang", {"Nicolò D'Àngelo"}),
    ("angelo nico", {"Nicolò D'Àngelo"}),
    ("ossi", {"Maria Rossi"}),
    ("mar ros", {"Maria Rossi"}),
    ("posta.exa", {"Nicolò D'Àngelo"}),
    ("nico@posta.example", {"Nicolò D'Àngelo"}),
    ("1234567", {"Nicolò D'Àngelo"}),
    ("02 123 45 67", {"Nicolò D'Àngelo"}),
    ("+39 02/1234567", {"Nicolò D'Àngelo"}),
    ("347-9988777", {"Maria Rossi"}),
    ("rossi.example", {"Maria Rossi"}),
    ("mull", {"Müller & Söhne 50% srl"}),
    ("50%", {"Müller & Söhne 50% srl"}),
    ("%", set()),
    ("r_ssi", set()),
    ("\\", set()),
    ("segreta", set()),
    ("nessuno", set()),
]


@pytest.mark.parametrize(("typed", "wanted"), SEARCHES)
def test_search(people: Maker, typed: str, wanted: set[str]) -> None:
    """GEN-06, CON-09: by fragment, without accents, by words in any order, by phone digits, by email; the same on page
    and REST, and never what one may not see."""
    query = prison.dumps({"filters": [{"col": "search", "opr": "search", "value": typed}]})
    found = people.rest("nino").get(REST, query_string={"q": query}).json
    assert {contact["full_name"] for contact in found["result"]} == wanted
    assert found["count"] == len(wanted)
    body = people.page("nino").get("/contacts/list/", query_string={"q": typed}).get_data(as_text=True)
    shown = {name for name in ("Nicol", "Maria", "ller &amp; S", "Segreta") if name in body.split("<main", 1)[-1]}
    assert len(shown) == len(wanted)


def test_a_search_is_that_of_its_own_list(people: Maker) -> None:
    """GEN-06: a list drawn before does not lend its search to another by REST."""
    wish = {"filters": [{"col": "search", "opr": "search", "value": "nicolo"}]}
    for other in ("invoices", "items", "tasks", "opportunities"):
        people.rest("nino").get(f"/api/v1/{other}/", query_string={"q": prison.dumps(wish)})
    people.page("nino").get("/items/list/")
    found = people.rest("nino").get(REST, query_string={"q": prison.dumps(wish)}).json
    assert [contact["full_name"] for contact in found["result"]] == ["Nicolò D'Àngelo"]


@pytest.mark.parametrize("wrong", [{"col": "kind", "opr": "sounds_like", "value": "x"}, {"col": "kind", "opr": "eq"}])
def test_a_filter_that_is_not_there_is_refused(make: Maker, wrong: dict[str, str]) -> None:
    """Bad input is told, never passed over: a list that ignored a filter would show everything as found."""
    assert make.rest("nino").get(REST, query_string={"q": prison.dumps({"filters": [wrong]})}).status_code == 400


def test_filters_and_sorts(people: Maker) -> None:
    """GEN-02: filters and sorting stand in the address."""
    rest = people.rest("nino")
    kind = prison.dumps({"filters": [{"col": "kind", "opr": "eq", "value": "company"}]})
    assert [c["name"] for c in rest.get(REST, query_string={"q": kind}).json["result"]] == ["Müller & Söhne 50% srl"]
    order = prison.dumps({"order_column": "sort_name", "order_direction": "desc", "page": 0, "page_size": 2})
    answer = rest.get(REST, query_string={"q": order}).json
    assert [c["full_name"] for c in answer["result"]] == ["Maria Rossi", "Müller & Söhne 50% srl"]
    assert answer["count"] == 3
    names = {}
    for way in ("asc", "desc"):
        address = f"/contacts/list/?_oc_ContactView=card&_od_ContactView={way}"
        body = people.page("nino").get(address).get_data(as_text=True)
        names[way] = sorted(("Maria Rossi", "ller &amp; S"), key=body.index)
    assert names["asc"] == names["desc"][::-1]


def test_every_row_is_on_one_page(make: Maker) -> None:
    """GEN-02: equal names do not make a row appear twice, or never."""
    for _ in range(7):
        make.contact(first_name="Anna", last_name="Bo")
    seen = []
    for page in range(4):
        query = prison.dumps({"order_column": "sort_name", "order_direction": "asc", "page": page, "page_size": 2})
        seen += make.rest("nino").get(REST, query_string={"q": query}).json["ids"]
    assert len(seen) == len(set(seen)) == 7


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL that is sent within the block."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("/contacts/list/", 25),
        ("/contacts/add", 20),
        ("/contacts/show/{}", 25),
        ("/contacts/edit/{}", 25),
        (REST, 15),
        ("/", 25),
    ],
)
def test_a_page_costs_the_same_however_many_there_are(app: Flask, make: Maker, address: str, most: int) -> None:
    """Quality: at most 25 statements a page, and not one more for another row."""
    firm = make.contact(kind="company", name="Acme spa")
    one = make.full(company=firm)
    path = address.format(one)
    client = make.rest("nino") if path == REST else make.page("nino")
    client.get(path)
    with statements() as few:
        assert client.get(path).status_code == 200
    for _ in range(5):
        make.full(company=firm)
    with statements() as many:
        assert client.get(path).status_code == 200
    assert len(many) == len(few), set(many) - set(few)
    assert len(many) <= most, many
