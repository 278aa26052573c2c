"""Custom fields through every door of contacts: form, page, REST, list, filters, import (SET-08, CON-08)."""

import io
from collections.abc import Callable
from typing import Any

import prison
import pytest
from sqlalchemy import select

from app.contacts.models import Contact
from app.core.db import db
from app.imports import running, service
from tests.factories import Maker, acting

Look = Callable[[Callable[[], Any]], Any]
CONTACTS = "/api/v1/contacts/"
WHO = {"kind": "person", "first_name": "Anna", "last_name": "Bo"}


def stored(contact: int) -> dict[str, Any]:
    return db.session.scalar(select(Contact.custom).where(Contact.id == contact))


def newest() -> int:
    return db.session.scalar(select(Contact.id).order_by(Contact.id.desc()).limit(1))


@pytest.fixture
def keys(make: Maker) -> dict[str, str]:
    """One field of each kind that holds something: key by kind."""
    kinds = ("text", "long_text", "checkbox", "date", "number", "money", "link")
    made = {kind: make.custom_field(f"Campo {kind}", kind, in_list=True) for kind in kinds}
    return made | {"choice": make.custom_field("Campo choice", "choice", options=["Oro", "Argento"], in_list=True)}


def test_the_form_writes_and_shows_all_kinds(make: Maker, seen: Look, keys: dict[str, str]) -> None:
    """CON-08: typed as its reader writes, stored in the normal form, shown again on form, page and list."""
    page = make.page("sergio")
    page.get("/lang/it")
    typed = {"text": "Rosso", "long_text": "a\nb", "checkbox": "y", "date": "2026-11-24", "number": "1.234,50",
             "link": "www.rossi.it", "choice": "Oro"}  # fmt: skip
    data = {**WHO, **{f"custom.{keys[k]}": v for k, v in typed.items()}, f"custom.{keys['money']}": ["1.234,5", "usd"]}
    assert page.post("/contacts/add", data).status_code == 302
    pk = seen(newest)
    assert seen(lambda: stored(pk)) == {
        keys["text"]: "Rosso",
        keys["long_text"]: "a\nb",
        keys["checkbox"]: True,
        keys["date"]: "2026-11-24",
        keys["number"]: "1234.5",
        keys["money"]: {"amount": "1234.50", "currency": "USD"},
        keys["link"]: "https://www.rossi.it",
        keys["choice"]: "Oro",
    }
    edit = page.get(f"/contacts/edit/{pk}").text
    for shown in ('value="Rosso"', 'value="2026-11-24"', 'value="1.234,5"', 'value="1.234,50"', 'value="USD"'):
        assert shown in edit
    record, listed = page.get(f"/contacts/show/{pk}").text, page.get("/contacts/list/").text
    for shown in ("24/11/2026", "1.234,5", "https://www.rossi.it", "Oro"):
        assert shown in record
        assert shown in listed


def test_what_cannot_be_read_stays_in_the_form(make: Maker, seen: Look, keys: dict[str, str]) -> None:
    """CON-08: each refusal under its field; nothing typed is lost, nothing stored."""
    before = seen(newest)
    bad = {
        f"custom.{keys['number']}": "tanti",
        f"custom.{keys['link']}": "javascript:alert(1)",
        f"custom.{keys['text']}": "qui",
    }
    answer = make.page("sergio").post("/contacts/add", {**WHO, **bad}).text
    assert "Write the number as" in answer
    assert 'value="tanti"' in answer
    assert 'value="qui"' in answer
    answer = make.page("sergio").post("/contacts/add", {**WHO, f"custom.{keys['link']}": "javascript:alert(1)"}).text
    assert "is not a web address" in answer
    assert seen(newest) == before


def test_rest_reads_and_writes_by_key(make: Maker, keys: dict[str, str]) -> None:
    """SET-08: given keys change and others stay; null takes away; money is text with its currency."""
    rest = make.rest("sergio")
    body = {
        **WHO,
        "custom": {keys["money"]: {"amount": 12.5, "currency": "CHF"}, keys["number"]: 3, keys["checkbox"]: False},
    }
    made = rest.post(CONTACTS, body)
    assert made.status_code == 201, made.text
    path = f"{CONTACTS}{made.json['id']}"
    assert made.json["result"]["custom"] == {
        keys["money"]: {"amount": "12.50", "currency": "CHF"},
        keys["number"]: "3",
        keys["checkbox"]: False,
    }
    changed = rest.put(path, {"custom": {keys["number"]: None, keys["text"]: "x"}}).json["result"]["custom"]
    assert changed == {
        keys["money"]: {"amount": "12.50", "currency": "CHF"},
        keys["checkbox"]: False,
        keys["text"]: "x",
    }
    assert rest.put(path, {"custom": None}).status_code == 200
    assert rest.get(path).json["result"]["custom"] == changed


def test_rest_names_what_it_refuses(make: Maker, seen: Look, keys: dict[str, str]) -> None:
    """SET-08: unknown keys and bad values, each under its name; fields closed to programs are unknown."""
    rest, contact = make.rest("sergio"), make.contact(custom={keys["text"]: "a"})
    closed = make.custom_field("Segreto", in_api=False)
    heading = make.custom_field("Titolo", "heading")
    path = f"{CONTACTS}{contact}"
    for body, key in (
        ({"gruppo": "x"}, "gruppo"),
        ({closed: "x"}, closed),
        ({heading: "x"}, heading),
        ({keys["date"]: "ieri"}, keys["date"]),
        ({keys["choice"]: "Bronzo"}, keys["choice"]),
    ):
        refused = rest.put(path, {"custom": {keys["text"]: "b", **body}})
        assert refused.status_code == 400
        assert list(refused.json["errors"]) == [f"custom.{key}"]
    for body in ("x", [], 5, [1]):
        assert rest.put(path, {"custom": body}).status_code in (200, 400)
    assert seen(lambda: stored(contact)) == {keys["text"]: "a"}
    make.page("sergio").post(f"/contacts/custom/{contact}/{closed}", {f"custom.{closed}": "z"})
    assert rest.get(path).json["result"]["custom"] == {keys["text"]: "a"}
    assert seen(lambda: stored(contact))[closed] == "z"


def test_fields_of_persons_are_no_fields_of_companies(make: Maker) -> None:
    """SET-08: applies to persons, companies or both, on form, page and REST."""
    key = make.custom_field("Figli", "number", applies_to="person")
    page, rest = make.page("sergio"), make.rest("sergio")
    company = make.contact(kind="company", name="Rossi spa")
    assert "Figli" in page.get("/contacts/add").text
    assert "Figli" not in page.get("/contacts/add?kind=company").text + page.get(f"/contacts/show/{company}").text
    refused = rest.put(f"{CONTACTS}{company}", {"custom": {key: 2}})
    assert list(refused.json["errors"]) == [f"custom.{key}"]
    assert page.get(f"/contacts/custom/{company}/{key}").status_code == 404


def test_required_fields(make: Maker) -> None:
    """SET-08: asked for at creation and when it is emptied; a change that does not touch it is let through."""
    old = make.contact()
    key = make.custom_field("Settore", required=True)
    rest = make.rest("sergio")
    assert list(rest.post(CONTACTS, WHO).json["errors"]) == [f"custom.{key}"]
    made = rest.post(CONTACTS, {**WHO, "custom": {key: "Vino"}}).json["id"]
    assert rest.put(f"{CONTACTS}{made}", {"custom": {key: ""}}).status_code == 400
    assert rest.put(f"{CONTACTS}{old}", {"title": "x"}).status_code == 200
    answer = make.page("sergio").post("/contacts/add", WHO)
    assert "“Settore” is required." in answer.text


def test_edited_in_place(make: Maker, seen: Look, keys: dict[str, str]) -> None:
    """CON-08: one field where it stands; a refusal keeps what was typed; an old version changes nothing."""
    contact, page = make.contact(custom={keys["text"]: "a"}), make.page("sergio")
    path, name = f"/contacts/custom/{contact}/{keys['number']}", f"custom.{keys['number']}"
    assert 'name="version"' in page.get(path).text
    version = make.rest("sergio").get(f"{CONTACTS}{contact}").json["result"]["version"]
    assert 'value="tanti"' in page.post(path, {name: "tanti", "version": version}).text
    assert "1,234.5" in page.post(path, {name: "1,234.50", "version": version}).text
    assert "Somebody else" in page.post(path, {name: "7", "version": version}).text
    assert seen(lambda: stored(contact)) == {keys["text"]: "a", keys["number"]: "1234.5"}
    assert page.get(f"/contacts/custom/{contact}/nothing").status_code == 404


@pytest.mark.parametrize("who", ["nino", "renzo", None])
def test_strangers_do_not_edit_in_place(make: Maker, seen: Look, keys: dict[str, str], who: str | None) -> None:
    """CON-08, ACC-06: a stranger finds nothing, a reader may not write, a visitor signs in first."""
    contact, page = make.contact(custom={keys["text"]: "segreto"}, private=True), make.page(who)
    path = f"/contacts/custom/{contact}/{keys['text']}"
    answers = [page.get(path), page.post(path, {f"custom.{keys['text']}": "x"})]
    expected = {"nino": 404, "renzo": 403, None: 302}[who]
    assert [a.status_code for a in answers] == [expected, expected]
    assert seen(lambda: stored(contact)) == {keys["text"]: "segreto"}


def found(rest: Any, key: str, operator: str, value: Any) -> int:
    answer = rest.get(
        f"{CONTACTS}?q={prison.dumps({'filters': [{'col': f'custom.{key}', 'opr': operator, 'value': value}]})}"
    )
    assert answer.status_code == 200, answer.text
    return answer.json["count"]


@pytest.mark.parametrize(
    ("kind", "operator", "value", "count"),
    [
        ("text", "eq", "Vino Rosso", 1),
        ("text", "eq", "vino", 0),
        ("text", "ct", "O ROS", 1),
        ("text", "ct", "%", 0),
        ("text", "ct", 'a"b\\', 1),
        ("long_text", "ct", "PERCHÉ", 1),
        ("choice", "eq", "oro", 1),
        ("choice", "eq", "Bronzo", 0),
        ("checkbox", "eq", "y", 1),
        ("checkbox", "eq", "", 2),
        ("date", "eq", "2026-11-24", 1),
        ("date", "from", "2026-11-24", 1),
        ("date", "from", "2026-11-25", 0),
        ("date", "to", "2026-11-23", 0),
        ("date", "to", "x", 0),
        ("number", "eq", "2.50", 1),
        ("number", "eq", 2.5, 1),
        ("number", "from", "-3", 1),
        ("number", "to", 2.4999999999, 0),
        ("number", "to", 10**16, 0),
        ("money", "eq", 10, 1),
        ("money", "from", "10.00", 1),
        ("money", "to", "9.99", 0),
        ("link", "ct", "rossi", 1),
        ("link", "eq", "www.rossi.it", 1),
    ],
)
def test_filters(make: Maker, keys: dict[str, str], kind: str, operator: str, value: Any, count: int) -> None:
    """SET-08: by value, by words, by range; what is no value of the field finds nothing."""
    plain = {"long_text": "perché no", "choice": "Oro", "checkbox": True, "date": "2026-11-24", "number": "2.5"}
    values = {**plain, "text": "Vino Rosso" if operator == "eq" else 'Vino Rosso a"b\\', "link": "www.rossi.it"}
    values["money"] = {"amount": "10", "currency": "USD"}
    make.contact(custom={keys[k]: v for k, v in values.items()})
    make.contact(custom={keys["text"]: "Altro", keys["checkbox"]: False})
    make.contact()
    assert found(make.rest("sergio"), keys[kind], operator, value) == count


def test_from_and_to_together_in_the_list(make: Maker, keys: dict[str, str]) -> None:
    """SET-08: both ends, chips in words, and nothing of what the reader may not see."""
    for year in range(2020, 2026):
        make.contact(last_name=f"Anno{year}", custom={keys["date"]: f"{year}-06-01"})
    make.contact(last_name="Anno2023bis", custom={keys["date"]: "2023-06-01"}, private=True)
    name = f"custom.{keys['date']}"
    listed = make.page("nino").get(f"/contacts/list/?_flt_1_{name}=2022-01-01&_flt_2_{name}=2023-12-31").text
    assert [year for year in range(2020, 2026) if f"Anno{year}" in listed] == [2022, 2023]
    assert "Anno2023bis" not in listed
    assert "<b>Campo date</b> <i>from</i>" in listed


def test_fields_that_are_no_filter_are_refused(make: Maker) -> None:
    """SET-08: neither in the bar nor by the address nor by REST."""
    key = make.custom_field("Segreto", in_filter=False)
    make.contact(custom={key: "x"}, last_name="Trovami")
    page, rest = make.page("sergio"), make.rest("sergio")
    assert f'data-filter="custom.{key}"' not in page.get("/contacts/list/").text
    assert "Trovami" in page.get(f"/contacts/list/?_flt_0_custom.{key}=y").text
    query = prison.dumps({"filters": [{"col": f"custom.{key}", "opr": "eq", "value": "x"}]})
    assert rest.get(f"{CONTACTS}?q={query}").status_code == 400


def test_statements_stay_flat(make: Maker, statements: Any, keys: dict[str, str]) -> None:
    """SET-08: list and REST cost the same statements for one field and for many, for few rows and for many."""
    page, rest = make.page("sergio"), make.rest("sergio")
    make.contact(custom={keys["text"]: "x"})

    def both() -> None:
        page.get("/contacts/list/")
        rest.get(CONTACTS)

    both()
    few = statements(both)
    for n in range(10):
        make.custom_field(f"Altro {n}", in_list=True)
        make.contact(custom={keys["text"]: f"x{n}"})
    assert statements(both) <= few


def test_import_by_label(make: Maker, seen: Look, keys: dict[str, str]) -> None:
    """SET-08, IMP-02: columns are known by the field's label; cells pass the same check, bad ones with a reason."""
    text = (
        "Nome;Cognome;Campo choice;Campo number;Campo money;Campo date;Campo checkbox;Campo link\r\n"
        "Anna;Bo;oro;1,5;€ 1.234,50;24/11/2026;sì;www.bo.it\r\n"
        "Ugo;Blu;Bronzo;2,5;3,00;25/11/2026;no;www.blu.it\r\n"
    )
    with make.app.app_context(), acting(make["sergio"]):
        run = service.upload(io.BytesIO(text.encode()), "nuovi.csv")
        mapped = [c["field"] for c in run.mapping["columns"]]
        service.start(run, dry_run=False, nudge=False)
        db.session.commit()
        number = run.id
    seen(lambda: running.work(number))
    assert mapped[2:] == [f"custom:{keys[k]}" for k in ("choice", "number", "money", "date", "checkbox", "link")]
    pk = seen(newest)
    assert seen(lambda: stored(pk)) == {
        keys["choice"]: "Oro",
        keys["number"]: "1.5",
        keys["money"]: {"amount": "1234.50", "currency": "EUR"},
        keys["date"]: "2026-11-24",
        keys["checkbox"]: True,
        keys["link"]: "https://www.bo.it",
    }
    assert "is not one of the choices" in make.page("sergio").get(f"/imports/{number}").text + str(
        make.rest("sergio").get(f"/api/v1/imports/{number}/errors").text
    )
