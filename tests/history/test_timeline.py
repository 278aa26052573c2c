"""The timeline: pages by key, filters, flat cost, hostile text, and nothing for strangers."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import prison
import pytest

from app.core.db import db
from app.history import service
from app.history.models import HistoryEvent, Verb
from app.history.timeline import PAGE
from tests import factories
from tests.factories import Maker, Page
from tests.history.conftest import Write, listed
from tests.payloads import NOT_NUMBERS, PAYLOADS

START = dt.datetime(1969, 12, 31, 23, 0, tzinfo=dt.UTC)


def many(make: Maker, contact: int, count: int) -> None:
    """Events of Sergio, three an instant, from before 1970 on."""
    with make.app.app_context(), factories.acting(make["sergio"]):
        for n in range(count):
            service.save(
                {"contact": contact, "text": f"numero {n}.", "happened_at": START + dt.timedelta(hours=n // 3)}
            )
        db.session.commit()


def read_all(page: Page, path: str) -> list[list[str]]:
    """The numbers on each page, following the button for older ones."""
    pages = []
    while path:
        html = page.get(path).text
        pages.append(re.findall(r"numero (\d+)\.|(?:Created) by", html))
        older = re.search(r'hx-get="([^"]*before=[^"]*)"', html)
        path = older[1].replace("&amp;", "&") if older else ""
    return pages


def test_pages_go_on_where_the_last_ended(make: Maker) -> None:
    """HIS-02: newest first, 30 at a time, each event once, whatever its instant."""
    contact = make.contact()
    many(make, contact, 70)
    page = make.page("livia")
    pages = read_all(page, f"/history/contact/{contact}/events")
    assert [len(p) for p in pages] == [PAGE, PAGE, 11]
    assert [n for p in pages for n in p] == ["", *(str(n) for n in reversed(range(70)))]
    assert "numero 69." in page.get(f"/history/contact/{contact}").text


def test_how_a_contact_came_has_its_place(make: Maker, seen: Callable[[Callable[[], Any]], Any]) -> None:
    """HIS-02: without an event of its own, the creation stands where it belongs, once, also when it is the oldest."""
    contact = make.contact()
    many(make, contact, 70)

    def forget(created_at: dt.datetime) -> None:
        db.session.query(HistoryEvent).where(HistoryEvent.verb == Verb.CREATED).delete()
        row = db.session.get(factories.Contact, contact)
        row.created_at = created_at
        db.session.commit()

    for created_at, place in ((START - dt.timedelta(days=1), 70), (START + dt.timedelta(hours=12, minutes=30), 31)):
        seen(lambda created_at=created_at: forget(created_at))
        numbers = [n for p in read_all(make.page("livia"), f"/history/contact/{contact}/events") for n in p]
        assert numbers.index("") == place
        assert len(numbers) == 71


def test_filters(make: Maker, write: Write) -> None:
    """HIS-02: by category, by person, by days of the reader's own zone."""
    contact, page = make.contact(), make.page("livia")
    write("sergio", contact, text="Una", category="Call", happened_at="2026-03-01T23:30:00+00:00")
    write("livia", contact, text="Due", category="Note", happened_at="2026-03-05T10:00:00+00:00")
    call = listed(make.rest("livia"), contact)["result"][1]["category"]["id"]

    def shown(query: str) -> list[str]:
        html = page.get(f"/history/contact/{contact}/events?{query}").text
        return [word for word in ("Una", "Due", "Created", "Nothing that fits") if word in html]

    assert shown("") == ["Una", "Due", "Created"]
    assert shown(f"category={call}") == ["Una"]
    assert shown("category=auto") == ["Created"]
    assert shown(f"person={make['livia'].id}") == ["Due"]
    assert shown("first=2026-03-02&last=2026-03-04") == ["Una"]
    assert shown("last=2026-03-01") == ["Nothing that fits"]
    assert shown(f"category={call}&person={make['livia'].id}") == ["Nothing that fits"]


@pytest.mark.parametrize("value", NOT_NUMBERS)
@pytest.mark.parametrize("key", ["before", "person", "category", "first"])
def test_an_address_that_makes_no_sense_is_refused(make: Maker, key: str, value: str) -> None:
    """Threat 30: no address makes an error of ours."""
    contact, page = make.contact(), make.page("livia")
    answer = page.get(f"/history/contact/{contact}/events", query_string={key: value})
    assert answer.status_code in (200, 400)
    assert page.get(f"/history/contact/{value}").status_code in (400, 404)
    assert page.get(f"/history/event/{value}").status_code in (400, 404)


def test_old_pages_cost_as_much_as_new_ones(make: Maker, statements: Callable[[Callable[[], Any]], int]) -> None:
    """Pages stay flat: the tab takes as many statements with 70 events as with one."""
    few, full = make.contact(), make.contact()
    for n in range(12):
        make.rest("sergio").put(f"/api/v1/contacts/{full}", json={"first_name": f"Nome {n}"})
    many(make, full, 70)
    page, rest = make.page("livia"), make.rest("livia")
    cost = {c: statements(lambda c=c: page.get(f"/history/contact/{c}")) for c in (few, full)}
    assert cost[full] <= cost[few] <= 12
    assert statements(lambda: page.get(f"/history/contact/{full}/events")) <= 9
    assert statements(lambda: listed(rest, full, page_size=10)) == statements(lambda: listed(rest, full, page_size=100))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_text_stays_text(make: Maker, payload: str) -> None:
    """Threat 4: whatever is written is shown as it was written, and runs nowhere."""
    contact, page = make.contact(), make.page("sergio")
    answer = page.post(f"/history/contact/{contact}", data={"text": payload, "happened_at": "2026-11-02"})
    assert answer.status_code == 200
    panel = page.get(f"/history/contact/{contact}").text
    for tag in ("<script data-p", "<img src=x", "<svg onload", "<b data-p", 'href="javascript'):
        assert tag not in panel
    events = listed(make.rest("sergio"), contact)["result"]
    stored = payload.replace("\r\n", "\n").strip()
    assert [e["text"] for e in events if e["text"]] == ([] if "\0" in payload else [stored])


def test_a_stranger_sees_nothing(make: Maker, write: Write) -> None:
    """ACC-06: the history of a private contact: 404 by every door, no event in any list or count."""
    contact = make.contact(private=True)
    event = write("sergio", contact, text="Segreto").json["id"]
    page, rest = make.page("nino"), make.rest("nino")
    before = listed(rest)
    assert before["count"] == 0
    assert before["result"] == []
    assert listed(make.rest("sergio"), contact)["count"] == 2
    for path in (f"contact/{contact}", f"contact/{contact}/events", f"event/{event}", f"event/{event}/edit"):
        assert page.get(f"/history/{path}").status_code == 404
    for path in (f"contact/{contact}", f"event/{event}/edit", f"event/{event}/delete"):
        assert page.post(f"/history/{path}", data={"text": "Mio"}).status_code == 404
    path = f"/api/v1/events/{event}"
    assert [rest.get(path).status_code, rest.put(path, json={"text": "Mio"}).status_code] == [404, 404]
    assert rest.delete(path).status_code == 404
    refused, missing = write("nino", contact), write("nino", 999_999_999)
    assert (refused.status_code, refused.json) == (missing.status_code, missing.json)
    assert make.page(None).get(f"/history/contact/{contact}").status_code == 302
    assert make.rest("sergio").get(path).json["result"]["text"] == "Segreto"


def test_rest_filters_tell_nothing_of_hidden_events(make: Maker, write: Write) -> None:
    """Threats 28 and 31: filters and sorts of REST find none of the hidden events."""
    contact = make.contact(private=True)
    hidden = write("sergio", contact, category="Call").json["result"]
    rest = make.rest("nino")
    for col, value in (("contact", contact), ("category", hidden["category"]["id"]), ("author", make["sergio"].id)):
        assert listed(rest, filters=[{"col": col, "opr": "eq", "value": value}])["count"] == 0
    assert listed(rest, filters=[{"col": "verb", "opr": "eq", "value": "created"}])["count"] == 0
    assert listed(rest, order_column="happened_at", order_direction="asc")["count"] == 0
    for value in NOT_NUMBERS:
        query = prison.dumps({"filters": [{"col": "contact", "opr": "eq", "value": value}]})
        answer = rest.get("/api/v1/events/", query_string={"q": query})
        assert answer.status_code < 500
        assert answer.status_code == 400 or answer.json["count"] == 0
