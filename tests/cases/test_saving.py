"""CAS-01 and CAS-02: cases by form and REST, who takes part, closing, and who sees them."""

import html
import re
from typing import Any

import prison
import pytest

from app.core import access
from app.core.db import db
from app.settings import custom
from app.settings.models import BOTH
from tests.cases.conftest import REST, guests, result, taking_part
from tests.factories import Maker


def test_the_form_makes_a_case(make: Maker) -> None:
    """CAS-01, GEN-03: title, participants by search, tags; it leads to its page, or to the next new one."""
    page, (one, two) = make.page("sergio"), guests(make, 2)
    data = {"title": "Fiera di Milano", "participants": [one, two], "tags": ["fiera"], "owner": make["sergio"].id}
    answer = page.post("/cases/add", data)
    key = int(answer.headers["Location"].rsplit("/", 1)[1])
    shown = result(make, key)
    assert (shown["title"], shown["tags"], shown["private"], shown["closed"]) == (
        "Fiera di Milano",
        ["fiera"],
        False,
        False,
    )
    assert taking_part(make, key) == [one, two]
    again = page.post("/cases/add", data | {"title": "Altra", "save_and_new": "1"})
    assert again.headers["Location"].startswith("/cases/add")
    assert "Fiera di Milano" in page.get(f"/cases/show/{key}").text
    page.post(f"/cases/edit/{key}", {"title": "Fiera di Torino", "owner": make["sergio"].id})
    assert taking_part(make, key) == [one, two]
    assert result(make, key)["title"] == "Fiera di Torino"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 256}, "title"),
        ({"title": "a\0b"}, "title"),
        ({"participants": [999_999]}, "participants"),
        ({"participants": ["x"]}, "participants"),
        ({"tags": ["x" * 81]}, "tags"),
        ({"owner": 999_999}, "owner"),
        ({"shared_with": [999_999]}, "shared_with"),
        ({"unknown": 1}, "unknown"),
        ({"closed": "maybe"}, "closed"),
    ],
)
def test_rest_refuses_in_words(make: Maker, wrong: dict[str, Any], field: str) -> None:
    """CAS-01, bad input: the reason stands on its field, by REST; the page shows the form again."""
    answer = make.rest("sergio").post(REST, {"title": "Fiera", **wrong})
    assert answer.status_code == 400
    assert field in answer.json["errors"]


def test_the_form_keeps_what_was_typed(make: Maker) -> None:
    """CAS-01, bad input: without a title the form comes again, with all the rest in it."""
    (one,) = guests(make, 1)
    answer = make.page("sergio").post("/cases/add", {"title": "", "description": "Tienimi", "participants": [one]})
    assert answer.status_code == 200
    assert "This field is required." in answer.text
    assert "Tienimi" in answer.text
    assert "Ospite00" in answer.text


def test_custom_fields_of_cases(make: Maker) -> None:
    """CAS-01, SET-08: asked by the form, kept, shown, edited in place."""
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        field = custom.save({"entity": "case", "label": "Stand", "kind": "text", "applies_to": BOTH})
        db.session.commit()
        key = field.key
    page = make.page("sergio")
    assert "Stand" in page.get("/cases/add").text
    made = page.post("/cases/add", {"title": "Fiera", f"custom.{key}": "A12"}).headers["Location"]
    assert "A12" in page.get(made).text
    assert result(make, int(made.rsplit("/", 1)[1]))["custom"] == {key: "A12"}


def test_the_box_closes_and_opens_again(make: Maker) -> None:
    """CAS-02: by the box at the left of the title, in the list and on the page; the history tells."""
    key, page = make.case(title="Da chiudere"), make.page("sergio")
    box = re.search(
        r'<button class="case-box"[^>]*aria-checked="false"[^>]*formaction="([^"]+)"', page.get("/cases/list/").text
    )
    assert box
    page.post(html.unescape(box[1]))
    assert result(make, key)["closed"] is True
    assert "Da chiudere" not in page.get("/cases/list/").text
    shown = page.get(f"/cases/show/{key}").text
    assert 'aria-checked="true"' in shown
    page.post(f"/cases/close/{key}?reopen=1")
    assert result(make, key)["closed"] is False
    assert "Closed" in page.get(f"/history/case/{key}").text
    rest = make.rest("sergio")
    assert rest.put(f"{REST}{key}", {"closed": True}).json["result"]["closed_at"]
    assert make.page("renzo").post(f"/cases/close/{key}?reopen=1").status_code in (302, 403)
    assert result(make, key)["closed"] is True


def test_closed_ones_are_hidden_until_asked_for(make: Maker) -> None:
    """CAS-02: hidden by the default filter; "closed" and "all" show them, and the filters stay in the address."""
    make.case(title="Caso aperto")
    make.case(title="Caso finito", closed=True)
    page = make.page("sergio")
    for state, seen in (("", (True, False)), ("open", (True, False)), ("closed", (False, True)), ("all", (True, True))):
        text = page.get(f"/cases/list/?q=caso&state={state}").text
        assert ("Caso aperto" in text, "Caso finito" in text) == seen, state
    assert "q=caso" in page.get("/cases/list/?q=caso").text.split("state=closed")[0].rsplit('href="', 1)[1]
    by_rest = make.rest("sergio").get(
        f"{REST}?q={prison.dumps({'filters': [{'col': 'closed', 'opr': 'eq', 'value': 'open'}]})}"
    )
    assert [case["title"] for case in by_rest.json["result"]] == ["Caso aperto"]
    assert make.rest("sergio").get(REST).json["count"] == 2


def test_participants_come_and_go(make: Maker) -> None:
    """CAS-01: added by search, unlinked one by one, each twice without harm; the history names them."""
    key, page, (one, two) = make.case(), make.page("sergio"), guests(make, 2)
    assert "Nobody takes part yet." in page.get(f"/cases/participants/{key}").text
    assert "Ospite00" in page.post(f"/cases/participants/{key}", {"contact": [one, two]}).text
    page.post(f"/cases/participants/{key}", {"contact": one})
    assert taking_part(make, key) == [one, two]
    assert "Ospite00" not in page.post(f"/cases/participants/{key}/unlink/{one}").text
    page.post(f"/cases/participants/{key}/unlink/{one}")
    assert taking_part(make, key) == [two]
    assert "Choose a contact." in page.post(f"/cases/participants/{key}", {"contact": ""}).text
    assert "Ospite01" in page.get(f"/history/case/{key}").text
    assert make.rest("sergio").put(f"{REST}{key}", {"participants": [one]}).status_code == 200
    assert taking_part(make, key) == [one]


def test_a_hidden_participant_stays_and_is_not_named(make: Maker) -> None:
    """ACC-06: a stranger to a private contact does not see it take part, and does not cut it off by saving."""
    hidden, (one,) = make.contact(last_name="Nascosta", private=True), guests(make, 1)
    key = make.case(participants=[hidden, one])
    nino = make.page("nino")
    for path in (f"/cases/show/{key}", f"/cases/participants/{key}", f"/history/case/{key}", "/cases/list/"):
        assert "Nascosta" not in nino.get(path).text, path
    assert taking_part(make, key, "nino") == [one]
    make.rest("nino").put(f"{REST}{key}", {"participants": []})
    assert taking_part(make, key) == [hidden]
    nino.post(f"/cases/participants/{key}", {"contact": make.contact(private=True)})
    assert nino.post(f"/cases/participants/{key}/unlink/{hidden}").status_code == 404
    assert taking_part(make, key) == [hidden]


def test_limited_access(make: Maker) -> None:
    """CAS-01 as OPP-05: restricted to chosen users, who are told; others meet 404."""
    key = make.case(title="Riservata")
    data = {"title": "Riservata", "owner": make["sergio"].id, "limited": "y", "shared_with": [make["livia"].id]}
    make.page("sergio").post(f"/cases/edit/{key}", data)
    seen = {
        name: make.page(name).get(f"/cases/show/{key}").status_code for name in ("sergio", "livia", "marta", "nino")
    }
    assert seen == {"sergio": 200, "livia": 200, "marta": 200, "nino": 404}
    assert "shared Riservata with you" in make.page("livia").get("/notices/").text
    nino = make.once("page", "nino")
    for path in ("participants", "mail", "invite", "edit"):
        assert nino.get(f"/cases/{path}/{key}").status_code == 404, path
    for path in (f"close/{key}", f"participants/{key}", f"participants/{key}/unlink/1", f"mail/{key}", f"invite/{key}"):
        assert nino.post(f"/cases/{path}", {}).status_code == 404, path


def test_the_tab_of_a_contact(make: Maker) -> None:
    """CON-11: the cases in which it takes part, open ones first; a new one arrives filled in."""
    (one,), page = guests(make, 1), make.page("sergio")
    make.case(title="Chiuso", participants=[one], closed=True)
    make.case(title="Aperto", participants=[one])
    make.case(title="Riservato", participants=[one], private=True)
    text = page.get(f"/cases/contact/{one}").text
    assert text.index("Aperto") < text.index("Chiuso")
    assert "Riservato" not in make.page("nino").get(f"/cases/contact/{one}").text
    assert f"/cases/add?contact={one}" in text
    assert "Ospite00" in page.get(f"/cases/add?contact={one}").text


def test_deleting_is_undone(make: Maker) -> None:
    """CAS-02, GEN-07: to the bin by who looks after it, and back."""
    key = make.case()
    make.page("nino").post(f"/cases/delete/{key}")
    assert result(make, key)
    make.page("sergio").post(f"/cases/delete/{key}")
    assert make.rest("sergio").get(f"{REST}{key}").status_code == 404
    make.page("sergio").post(f"/cases/restore/{key}")
    assert result(make, key)


def test_the_second_who_saves_is_told(make: Maker) -> None:
    """GEN-08: nobody overwrites another's change unseen."""
    key, rest = make.case(), make.rest("sergio")
    version = result(make, key)["version"]
    assert rest.put(f"{REST}{key}", {"title": "Uno", "version": version}).status_code == 200
    assert rest.put(f"{REST}{key}", {"title": "Due", "version": version}).status_code == 409


def test_pages_stay_flat(make: Maker, statements: Any) -> None:
    """Budget: as many statements for sixty cases and participants as for a few; at most 25."""
    page, people = make.page("sergio"), guests(make, 60)
    key = make.case(participants=people[:2])
    paths = ("/cases/list/", f"/cases/show/{key}", f"/cases/participants/{key}", f"/cases/contact/{people[0]}")
    for path in paths:
        page.get(path)
    few = [statements(lambda path=path: page.get(path)) for path in paths]
    make.rest("sergio").put(f"{REST}{key}", {"participants": people})
    for _ in range(30):
        make.case(participants=people[:1])
    many = [statements(lambda path=path: page.get(path)) for path in paths]
    assert many == few
    assert max(many) <= 25
    assert page.get(f"/cases/participants/{key}").text.count("unlink") == 50
