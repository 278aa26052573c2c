"""HIS-01 by page and REST: people write down what happened, correct it and take it back."""

import datetime as dt
import html
from typing import Any

import pytest

from app.core import clock
from tests.factories import Maker
from tests.history.conftest import Write, listed

ROME = dt.timezone(dt.timedelta(hours=1))


def typed(**keys: str) -> dict[str, str]:
    """What the composer sends."""
    return {"text": "Parlato con Anna", "happened_at": "2026-11-02", "time": "09:30", "category": "0", **keys}


def test_the_composer_writes_an_event(make: Maker) -> None:
    """HIS-01: category, date and text; the answer is an empty composer that tells the list to fetch itself."""
    contact, page = make.contact(), make.page("sergio")
    category = option(page.get(f"/history/contact/{contact}").text, "Call")
    answer = page.post(f"/history/contact/{contact}", data=typed(category=category))
    assert "history-changed" in answer.headers["HX-Trigger"]
    assert "Parlato con Anna" not in answer.text
    event = listed(make.rest("sergio"), contact)["result"][0]
    assert (event["category"]["name"], event["text"]) == ("Call", "Parlato con Anna")
    assert dt.datetime.fromisoformat(event["happened_at"]) == dt.datetime(2026, 11, 2, 9, 30, tzinfo=ROME)
    assert event["author"]["name"] == "Sergio Prova"
    panel = page.get(f"/history/contact/{contact}").text
    assert "Parlato con Anna" in panel
    assert 'title="02/11/2026 09:30"' in panel


def option(panel: str, label: str) -> str:
    """The value of a select's option."""
    return panel.split(f">{label}</option>")[0].rsplit('value="', 1)[1].split('"')[0]


def test_a_moment_left_as_offered_is_now(make: Maker) -> None:
    """HIS-01: the date is now by default: when it is saved, not when the page was opened."""
    contact, page = make.contact(), make.page("sergio")
    offered = {"happened_at": "2026-11-02", "time": "09:30", "offered": "2026-11-02 09:30"}
    before = clock.now()
    page.post(f"/history/contact/{contact}", data=typed(**offered))
    event = listed(make.rest("sergio"), contact)["result"][0]
    assert before <= dt.datetime.fromisoformat(event["happened_at"]) <= clock.now()
    page.post(f"/history/event/{event['id']}/edit", data=typed(**offered, text="Meglio"))
    corrected = listed(make.rest("sergio"), contact)["result"][0]
    assert (corrected["text"], corrected["happened_at"]) == ("Meglio", event["happened_at"])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"text": " "}, "Write what happened."),
        ({"text": "x" * 20_001}, "At most 20000 characters."),
        ({"text": "nul\0byte"}, "This text holds characters that can't be stored."),
        ({"category": "999999"}, "is not in the list"),
        ({"happened_at": "1066-10-14"}, "This date is too far away."),
        ({"happened_at": "31/02/2026"}, "Not a valid date value."),
        ({"time": "25:61"}, "Not a valid time value."),
    ],
)
def test_the_composer_refuses_in_words(make: Maker, wrong: dict[str, str], said: str) -> None:
    """HIS-01: a refused event keeps what was typed and says why on its field."""
    contact, page = make.contact(), make.page("sergio")
    answer = page.post(f"/history/contact/{contact}", data=typed(**{"text": "Tienimi", **wrong}))
    assert answer.status_code == 200
    assert said in html.unescape(answer.text)
    assert "HX-Trigger" not in answer.headers
    assert "text" in wrong or "Tienimi" in answer.text
    assert listed(make.rest("sergio"), contact)["count"] == 1


def test_rest_writes_reads_changes_and_deletes(make: Maker, write: Write) -> None:
    """HIS-01: /api/v1/events/ in the shape of all endpoints; names of categories in both languages."""
    contact, rest = make.contact(), make.rest("sergio")
    made = write("sergio", contact, category="chiamata", happened_at="2026-11-02T09:30:00+01:00")
    assert made.status_code == 201, made.text
    path = f"/api/v1/events/{made.json['id']}"
    assert rest.get(path).json["result"]["happened_at"] == "2026-11-02T08:30:00+00:00"
    assert rest.get(path).json["result"]["contact"]["id"] == contact
    changed = rest.put(path, json={"text": "Corretto", "category": {"id": made.json["result"]["category"]["id"]}})
    assert changed.json["result"]["text"] == "Corretto"
    assert changed.json["result"]["happened_at"] == "2026-11-02T08:30:00+00:00"
    assert rest.delete(path).status_code == 200
    assert rest.get(path).status_code == 404


@pytest.mark.parametrize(
    ("keys", "field"),
    [
        ({"text": None}, "text"),
        ({"text": 5}, "text"),
        ({"text": "x" * 20_001}, "text"),
        ({"category": "Nuova"}, "category"),
        ({"category": 10**30}, "category"),
        ({"category": ["Call"]}, "category"),
        ({"category": True}, "category"),
        ({"contact": 999_999_999}, "contact"),
        ({"contact": None}, "contact"),
        ({"contact": "1; DROP"}, "contact"),
        ({"contact": 10**30}, "contact"),
        ({"contact": True}, "contact"),
        ({"happened_at": "2026-11-02T09:30:00"}, "happened_at"),
        ({"happened_at": "0001-01-01T00:00:00+14:00"}, "happened_at"),
        ({"happened_at": "ieri"}, "happened_at"),
        ({"verb": "created"}, "verb"),
        ({"changes": []}, "changes"),
        ({"author": 1}, "author"),
    ],
)
def test_rest_refuses_by_field(make: Maker, write: Write, keys: dict[str, Any], field: str) -> None:
    """HIS-01: what can't be an event is refused with its field, and nothing is written."""
    contact = make.contact()
    answer = write("sergio", contact, **keys)
    assert answer.status_code == 400, answer.text
    assert list(answer.json["errors"]) == [field]
    assert listed(make.rest("sergio"), contact)["count"] == 1


def test_only_its_author_and_administrators_change_an_event(make: Maker, write: Write) -> None:
    """HIS-01: edit and delete of one's own; administrators all; the others read."""
    contact = make.contact()
    event = write("sergio", contact).json["id"]
    rest, page = f"/api/v1/events/{event}", f"/history/event/{event}"
    assert make.rest("livia").get(rest).status_code == 200
    assert make.rest("livia").put(rest, json={"text": "Mio"}).status_code == 403
    assert make.rest("livia").delete(rest).status_code == 403
    livia = make.page("livia")
    assert livia.get(f"{page}/edit").status_code == 403
    assert livia.post(f"{page}/edit", data=typed()).status_code == 403
    assert livia.post(f"{page}/delete").status_code == 403
    assert "/edit" not in livia.get(page).text
    assert make.rest("sergio").get(rest).json["result"]["text"] == "Ciao"
    assert make.rest("marta").put(rest, json={"text": "Corretto"}).status_code == 200
    marta = make.page("marta")
    assert "Corretto" in marta.get(f"{page}/edit").text
    assert marta.post(f"{page}/delete").status_code == 200
    assert marta.get(page).status_code == 404


def test_readers_read(make: Maker, write: Write) -> None:
    """ACC-02: who may only read sees the history and has no composer."""
    contact = make.contact()
    write("sergio", contact, text="Leggimi")
    renzo = make.page("renzo")
    panel = renzo.get(f"/history/contact/{contact}").text
    assert "Leggimi" in panel
    assert "history-composer" not in panel
    assert renzo.post(f"/history/contact/{contact}", data=typed()).status_code == 403
    assert write("renzo", contact).status_code == 403


def test_what_was_recorded_stays(make: Maker) -> None:
    """HIS-02: nobody, not even the owner, changes what the product recorded."""
    contact = make.contact()
    event = listed(make.rest("ada"), contact)["result"][0]["id"]
    assert make.rest("ada").put(f"/api/v1/events/{event}", json={"text": "Mai"}).status_code == 403
    assert make.rest("ada").delete(f"/api/v1/events/{event}").status_code == 403
    assert make.page("ada").post(f"/history/event/{event}/delete").status_code == 403


def test_the_second_writer_is_told(make: Maker, write: Write) -> None:
    """GEN-08: nothing is silently overwritten."""
    event = write("sergio", make.contact()).json
    rest, path = make.rest("sergio"), f"/api/v1/events/{event['id']}"
    assert rest.put(path, json={"text": "Uno", "version": event["result"]["version"]}).status_code == 200
    assert rest.put(path, json={"text": "Due", "version": event["result"]["version"]}).status_code == 409
    answer = make.page("sergio").post(f"/history/event/{event['id']}/edit", data=typed(text="Tre", version="1"))
    assert "Somebody else has changed this meanwhile" in answer.text
    assert "Tre" in answer.text


def test_an_event_stays_with_its_contact(make: Maker, write: Write) -> None:
    """HIS-01: correcting an event moves it to no other record."""
    first, second = make.contact(), make.contact()
    path = f"/api/v1/events/{write('sergio', first).json['id']}"
    assert make.rest("sergio").put(path, json={"contact": first, "text": "Qui"}).status_code == 200
    answer = make.rest("sergio").put(path, json={"contact": second})
    assert answer.json["errors"] == {"contact": ["What happened stays with its record."]}
