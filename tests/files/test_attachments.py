"""HIS-01: an event with its files, and the colleagues who are told of it."""

from typing import Any

import pytest

from tests.factories import Maker, Page
from tests.files.conftest import listed, part

KINDS = ("contact", "opportunity", "case", "project")


def written(page: Page, of: str, key: int, **more: Any) -> Any:
    """An event by the composer."""
    data = {"text": "Parlato con Anna", "happened_at": "2026-11-02", "time": "09:30", "category": "0", **more}
    return page.post(f"/history/{of}/{key}", data, content_type="multipart/form-data")


@pytest.mark.parametrize("of", KINDS)
def test_an_event_carries_files(make: Maker, sergio: Page, of: str) -> None:
    """HIS-01: they stand under the event and among the record's files; taking the event back leaves them there."""
    key = getattr(make, of)()
    answer = written(sergio, of, key, file=[part(b"uno", "verbale.txt"), part(b"due", "foto.txt")])
    assert "history-changed" in answer.headers["HX-Trigger"]
    timeline = sergio.get(f"/history/{of}/{key}/events").text
    documents = listed(make.rest("sergio"), of, key)
    assert [d["name"] for d in documents] == ["verbale.txt", "foto.txt"]
    for document in documents:
        assert f"/files/{document['id']}/download" in timeline
    event = timeline.split("/history/event/")[1].split("/")[0]
    sergio.post(f"/history/event/{event}/delete")
    assert len(listed(make.rest("sergio"), of, key)) == 2


def test_a_refused_file_holds_the_event_back(make: Maker, sergio: Page) -> None:
    """HIS-01, bad input: the reason stands on the field, the text is kept, nothing is stored."""
    key = make.contact()
    answer = written(sergio, "contact", key, file=[part(b"uno", "uno.txt"), part(b"", "vuoto.txt")])
    assert "The file is empty." in answer.text
    assert "Parlato con Anna" in answer.text
    assert listed(make.rest("sergio"), "contact", key) == []
    assert "Parlato con Anna" not in sergio.get(f"/history/contact/{key}/events").text


def test_colleagues_are_told(make: Maker, sergio: Page) -> None:
    """HIS-01, NOT-01: by the bell, once, with a way to the record; the timeline names them."""
    key, livia = make.contact(first_name="Anna", last_name="Bo"), make["livia"].id
    written(sergio, "contact", key, told=[livia])
    told = make.page("livia").get("/notices/").text
    assert "Sergio Prova tells you what happened with Anna Bo" in told
    assert "Livia Prova" in sergio.get(f"/history/contact/{key}/events").text
    assert "Anna Bo" not in make.page("nino").get("/notices/").text


@pytest.mark.parametrize("told", [[999_999], ["x"]])
def test_nobody_who_may_not_see_it_is_told(make: Maker, sergio: Page, told: list[Any]) -> None:
    """ACC-06: a colleague without access is refused in words, one that isn't there too; nothing is told."""
    key = make.contact(last_name="Nascosta", private=True)
    answer = written(sergio, "contact", key, told=[make["nino"].id])
    assert "Nino Prova may not see this record." in answer.text
    assert "Nascosta" not in make.page("nino").get("/notices/").text
    assert make.rest("sergio").post("/api/v1/events/", {"contact": key, "text": "x", "told": told}).status_code == 400
