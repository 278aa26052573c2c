"""Templates of tasks (TSK-07): made by administrators, applied to a record by everyone who sees it."""

import datetime as dt
from typing import Any

import time_machine

from tests.factories import Maker

NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
REST, BASE = "/api/v1/tasks/", "/settings/task-templates"


def form(name: str = "Nuovo cliente", **more: Any) -> dict[str, Any]:
    """A set of two tasks as its form sends it, and an empty row."""
    return {"name": name, "steps-0-title": "Chiamare", "steps-0-days": "0", "steps-0-time": "15:00",
            "steps-0-category": "0", "steps-0-reminder": "30", "steps-1-title": "Mandare il contratto",
            "steps-1-days": "7", "steps-1-time": "", "steps-1-category": "0", "steps-1-reminder": "",
            "steps-4-title": " ", "steps-4-days": "3", **more}  # fmt: skip


def made(make: Maker) -> int:
    """A new set; its key."""
    page = make.page("marta")
    assert page.post(f"{BASE}/add", form()).status_code == 302
    return int(page.get(f"{BASE}/").text.split(f'href="{BASE}/')[2].split('"')[0])


def test_a_set_is_applied(make: Maker) -> None:
    """TSK-07: its tasks come linked, due so many days from today, one's own."""
    with time_machine.travel(NOW, tick=False):
        template, contact = made(make), make.contact(private=True)
        page = make.page("sergio")
        assert "Nuovo cliente" in page.get(f"/tasks/contact/{contact}").text
        answer = page.post(f"/tasks/contact/{contact}/template", {"template": template})
        assert answer.headers["Location"].endswith(f"/contacts/show/{contact}#tab-tasks")
        found = sorted(make.rest("sergio").get(REST).json["result"], key=lambda task: task["due"])
    assert [(t["title"], t["due"], t["time"], t["reminder"]) for t in found] == [
        ("Chiamare", "2026-11-24", "15:00", 30),
        ("Mandare il contratto", "2026-12-01", None, None),
    ]
    assert {(t["contact"]["id"], t["owner"]["id"]) for t in found} == {(contact, make["sergio"].id)}


def test_not_to_what_one_does_not_see(make: Maker) -> None:
    """ACC-06: a hidden record is a missing one; a template that is none is 404 too; who may only read makes none."""
    template, contact, opened = made(make), make.contact(private=True), make.contact()
    path = "/tasks/contact/{}/template"
    assert make.page("nino").post(path.format(contact), {"template": template}).status_code == 404
    for key in ("", "x", "0", "-1", "99999999999", template + 999):
        assert make.page("nino").post(path.format(opened), {"template": key}).status_code == 404
    assert make.page("renzo").post(path.format(opened), {"template": template}).status_code in (302, 403)
    assert make.rest("ada").get(REST).json["count"] == 0


def test_administrators_make_them(make: Maker) -> None:
    """TSK-07, SPEC Access: a user reads none of their pages; a change replaces the tasks; a deleted one is gone."""
    template, page = made(make), make.page("marta")
    assert make.page("sergio").post(f"{BASE}/add", form("Altro")).status_code in (302, 403)
    assert "Altro" not in page.get(f"{BASE}/").text
    body = page.get(f"{BASE}/{template}").text
    assert 'value="Mandare il contratto"' in body
    assert page.post(f"{BASE}/{template}", form("Cliente") | {"steps-1-title": ""}).status_code == 302
    assert "1 task" in page.get(f"{BASE}/").text
    assert page.post(f"{BASE}/{template}/delete").status_code == 302
    assert page.get(f"{BASE}/{template}").status_code == 404


def test_what_is_refused(make: Maker) -> None:
    """Bad input: the reason on its field, what was typed stays."""
    made(make)
    page = make.page("marta")
    for more, words in (
        ({"name": " "}, "This field is required."),
        ({"name": "NUOVO CLIENTE"}, "is in the list already"),
        ({"name": "x" * 81}, "At most 80"),
        ({"name": "b", "steps-0-title": "", "steps-1-title": ""}, "at least one task"),
        ({"name": "b", "steps-1-title": "y" * 256}, "Task 2: At most 255"),
        ({"name": "b", "steps-0-days": "-3"}, "Task 1: the days"),
        ({"name": "b", "steps-0-category": "987654"}, "Task 1: “987654” is not in the list."),
        ({"name": "b", "steps-0-reminder": "7"}, "Not a valid choice"),
    ):
        answer = page.post(f"{BASE}/add", form(**{"name": "b", **more}))
        assert answer.status_code == 200, more
        assert words in answer.text.replace("&#34;", '"'), more
    assert page.get(f"{BASE}/").text.count("sort-row") == 1
