"""Pages of tasks: the form, the grouped list, closing, the tab of a contact (TSK-01, 02, 05, 06, GEN-02)."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine

from tests.factories import Maker, Page, unique

NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)  # a Tuesday, 10:00 in Rome
REST = "/api/v1/tasks/"


def form(title: str = "Chiamare", **more: Any) -> dict[str, Any]:
    """A new task as the form sends it."""
    return {"title": title, "category": "0", "due": "", "time": "", "reminder": "1440", "notify": "y", **more}


def seen(make: Maker, key: int, who: str = "sergio") -> Any:
    """The task by REST."""
    return make.rest(who).get(f"{REST}{key}").json["result"]


def key_of(answer: Any) -> int:
    assert answer.status_code == 302, answer.text[:3000]
    return int(answer.headers["Location"].rsplit("/", 1)[1])


def test_the_form_makes_a_task(make: Maker) -> None:
    """TSK-01, TSK-04: what is typed is stored; the reminder and oneself are offered."""
    page, contact = make.page("sergio"), make.contact()
    body = page.get("/tasks/add").text
    assert re.search(r'<option value="1440" selected', body)
    assert re.search(rf'<option value="{make["sergio"].id}" selected', body)
    assert re.search(r'name="notify"[^>]* checked', body)
    typed = form(
        "Chiamare Rossi", contact=contact, due="2026-12-01", time="15:00", reminder="30", owner=make["livia"].id
    )
    made = seen(make, key_of(page.post("/tasks/add", typed | {"description": "Per il listino"})))
    assert (made["due"], made["time"], made["reminder"]) == ("2026-12-01", "15:00", 30)
    assert (made["contact"]["id"], made["owner"]["id"]) == (contact, make["livia"].id)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"title": " "}, "This field is required."),
        ({"due": "2026-13-45"}, "Not a valid date"),
        ({"time": "15:00"}, "A time needs its day."),
        ({"contact": "987654"}, "There is no such record."),
        ({"owner": "987654"}, "There is no such user."),
        ({"repeat": "OTHER", "rule": "ogni tanto", "due": "2026-12-01"}, "is not a rule"),
        ({"repeat": "DAILY"}, "A task that repeats needs"),
    ],
)
def test_the_form_refuses_and_keeps(make: Maker, more: dict[str, Any], words: str) -> None:
    """TSK-01, Bad input: the message stands on its field, what was typed stays."""
    answer = make.page("sergio").post("/tasks/add", form(**more) | {"description": "una lunga storia"})
    assert answer.status_code == 200
    assert words in answer.text
    assert "una lunga storia" in answer.text
    assert make.rest("sergio").get(REST).json["count"] == 0


def test_an_edit_keeps_what_it_shows(make: Maker) -> None:
    """TSK-06: the form of a task, sent back as it is, changes nothing; a rule comes back in its words."""
    for rule in ("FREQ=WEEKLY;INTERVAL=2;UNTIL=20270301", "FREQ=MONTHLY;BYDAY=1MO", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"):
        task = make.task(task={"due": "2026-12-01", "time": "15:00", "rule": rule, "reminder": 5})
        page, before = make.page("sergio"), seen(make, task)
        fields = fields_of(page, f"/tasks/edit/{task}")
        key_of(page.post(f"/tasks/edit/{task}", fields))
        assert seen(make, task) | {"version": 0, "changed_at": ""} == before | {"version": 0, "changed_at": ""}
        assert before["rule"] == rule


def fields_of(page: Page, path: str) -> dict[str, Any]:
    """The form on a page as a browser would send it."""
    body = page.get(path).text.split('<form class="form"')[1].split("</form>")[0]
    found = {}
    for tag in re.findall(r"<input[^>]*>", body):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ("checkbox" not in tag or " checked" in tag):
            found[name[1]] = value[1] if value else ""
    for name, inside in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', body, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', inside)
        found[name] = chosen[1] if chosen else ""
    return found | dict(re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', body, re.S))


def groups(page: Page, path: str = "/tasks/list/") -> dict[str, list[str]]:
    """Titles under each heading of a list."""
    parts = re.split(r'<tbody id="group-(\w+)"', page.get(path).text)
    rows = (re.findall(r'class="row-link"[^>]*>([^<]*)<', body) for body in parts[2::2])
    return dict(zip(parts[1::2], rows, strict=True))


def test_the_list_is_grouped_by_when(make: Maker) -> None:
    """TSK-06: overdue, today, this week, later, closed, by the reader's clock; mine by default."""
    days = {"ieri": "2026-11-23", "oggi": "2026-11-24", "domenica": "2026-11-29", "lunedi": "2026-11-30"}
    with time_machine.travel(NOW, tick=False):
        for title, day in days.items():
            make.task(word=title, task={"due": day})
        make.task(word="stamattina", task={"due": "2026-11-24", "time": "09:59"})
        make.task(word="stasera", task={"due": "2026-11-24", "time": "23:59"})
        make.task(word="senza", task={"description": ""})
        make.task(word="fatto", task={"due": "2026-11-24", "closed": True})
        make.task(make["livia"], word="di livia", task={"due": "2026-11-24"})
        assert groups(make.page("sergio")) == {
            "overdue": ["ieri", "stamattina"],
            "today": ["stasera", "oggi"],
            "week": ["domenica"],
            "later": ["lunedi", "senza"],
            "closed": ["fatto"],
        }
        everyone = groups(make.page("sergio"), "/tasks/list/?who=everyone")
        assert everyone["today"] == ["stasera", "oggi", "di livia"]
        livia = groups(make.page("sergio"), f"/tasks/list/?who={make['livia'].id}")
        assert livia == {"today": ["di livia"]}


def test_filters_are_kept_in_the_address(make: Maker) -> None:
    """GEN-02: words, category, record and group choose together."""
    contact = make.contact(first_name="Carla", last_name="Neri")
    make.task(word="prova rossa", task={"contact": contact, "category": "Demo"})
    make.task(word="prova nera", task={"contact": contact})
    make.task(word="altro", task={"category": "Demo"})
    page = make.page("sergio")
    demo = re.search(r"category=(\d+)[^>]*>(?:(?!</a>).)*Demo", page.get("/tasks/list/").text, re.S)
    assert demo
    assert groups(page, "/tasks/list/?q=PROVA") == {"later": ["prova rossa", "prova nera"]}
    assert groups(page, f"/tasks/list/?contact={contact}&category={demo[1]}") == {"later": ["prova rossa"]}
    assert groups(page, "/tasks/list/?group=closed") == {}
    body = page.get(f"/tasks/list/?contact={contact}&q=nera&group=later").text
    assert "Carla Neri" in body
    assert groups(page, f"/tasks/list/?contact={contact}&q=nera&group=later") == {"later": ["prova nera"]}


@pytest.mark.parametrize("query", ["who=x", "who=99999999999", "category=abc", "category=99999999999999999999",
                                   "group=nessuno", "page_tasks=9999999", "contact=-1", "contact=99999999999999999999",
                                   "q=%25", "who=everyone&q=" + "a" * 5000])  # fmt: skip
def test_a_mistyped_address_is_no_failure(make: Maker, query: str) -> None:
    """Bad input: what is not understood is passed over, what fits nothing finds nothing."""
    assert make.page("sergio").get(f"/tasks/list/?{query}").status_code in (200, 400)


def test_one_group_is_paged(make: Maker) -> None:
    """GEN-02: a group by itself shows fifty a page."""
    with make.app.app_context():
        for number in range(52):
            make.task(word=f"numero {number:02}", task={"due": "2027-01-01"})
    page = make.page("sergio")
    assert len(groups(page)["later"]) == 10
    assert len(groups(page, "/tasks/list/?group=later")["later"]) == 50
    assert len(groups(page, "/tasks/list/?group=later&page_tasks=1")["later"]) == 2


def test_closing_in_the_list(make: Maker) -> None:
    """TSK-06: a click closes, another opens; who may only read can't, a stranger finds nothing."""
    task = make.task(private=True)
    row = make.page("sergio").post(f"/tasks/close/{task}", headers={"HX-Request": "true"})
    assert row.status_code == 200
    assert 'aria-checked="true"' in row.text
    assert seen(make, task)["closed"]
    assert make.page("nino").post(f"/tasks/reopen/{task}").status_code == 404
    assert make.page("renzo").post(f"/tasks/reopen/{task}").status_code in (302, 403)
    assert seen(make, task)["closed"]
    assert make.page("sergio").post(f"/tasks/reopen/{task}").status_code == 302
    assert not seen(make, task)["closed"]


def test_many_at_once(make: Maker) -> None:
    """GEN-02: the chosen ones are closed, opened, deleted; others' hidden ones are passed over."""
    mine, hidden = [make.task(), make.task()], make.task(make["livia"], private=True)
    page = make.page("sergio")
    page.post("/tasks/action_post", {"action": "close", "rowid": [*mine, hidden]})
    assert [seen(make, key)["closed"] for key in mine] == [True, True]
    assert not seen(make, hidden, "livia")["closed"]
    page.post("/tasks/action_post", {"action": "delete", "rowid": mine})
    assert make.rest("ada").get(f"{REST}{mine[0]}").status_code == 404
    assert page.post(f"/tasks/restore/{mine[0]}").status_code == 302
    assert seen(make, mine[0])["id"] == mine[0]
    assert make.page("nino").post(f"/tasks/restore/{mine[1]}").status_code == 302
    assert make.rest("ada").get(f"{REST}{mine[1]}").status_code == 404


def test_who_may_delete(make: Maker) -> None:
    """SPEC, Access: its responsible person, its creator, administrators; others who see it may edit it."""
    for_livia = {"owner": make["livia"].id, "notify": False}
    for who, code in (("nino", 403), ("sergio", 200), ("livia", 200), ("marta", 200)):
        task = make.task(task={**for_livia, "title": unique("di")})
        rest = make.rest(who)
        assert rest.put(f"{REST}{task}", {"description": "visto"}).status_code == 200
        assert rest.delete(f"{REST}{task}").status_code == code, who


def test_the_tab_of_a_contact(make: Maker) -> None:
    """TSK-05, CON-11: the tab holds the contact's tasks, its new task arrives linked and leads back."""
    contact = make.contact(private=True)
    make.task(word="questo", task={"contact": contact})
    make.task(word="altro")
    page = make.page("sergio")
    assert f"/tasks/contact/{contact}" in page.get(f"/contacts/show/{contact}").text
    panel = page.get(f"/tasks/contact/{contact}").text
    assert "questo" in panel
    assert "altro" not in panel
    assert f"/tasks/add?contact={contact}" in panel
    assert re.search(rf'<option value="{contact}" selected', page.get(f"/tasks/add?contact={contact}").text)
    back = page.post(f"/tasks/add?contact={contact}", form("nuovo", contact=contact, owner=make["sergio"].id))
    assert back.headers["Location"].endswith(f"/contacts/show/{contact}#tab-tasks")
    assert make.page("nino").get(f"/tasks/contact/{contact}").status_code == 404


def test_one_for_each_chosen_contact(make: Maker) -> None:
    """CON-09, TSK-05: from the contacts' list, with category and day; hidden ones get none."""
    mine, hidden = [make.contact(), make.contact()], make.contact(make["livia"], private=True)
    page = make.page("sergio")
    category = re.search(r'<option value="(\d+)">Call', page.post("/bulk/new/contact/task", {"rowid": mine}).text)
    assert category
    typed = {"rowid": [*mine, hidden], "sure": "1", "title": "Auguri", "due": "2026-12-20", "category": category[1]}
    page.post("/bulk/new/contact/task", typed)
    made = make.rest("sergio").get(REST).json["result"]
    assert sorted(task["contact"]["id"] for task in made) == sorted(mine)
    assert {(task["category"]["name"], task["due"]) for task in made} == {("Call", "2026-12-20")}


def test_those_without_a_day_come_last_over_pages(make: Maker) -> None:
    """TSK-06, GEN-02: none is shown on two pages or on none where later ones end and undated ones begin."""
    with make.app.app_context():
        for number in range(30):
            make.task(word=f"col giorno {number}", task={"due": "2027-01-01"})
            make.task(word=f"senza giorno {number}", task={"description": ""})
    page = make.page("sergio")
    first, second = (groups(page, f"/tasks/list/?group=later&page_tasks={n}")["later"] for n in (0, 1))
    assert (len(first), len(second), len({*first, *second})) == (50, 10, 60)
    assert [title.startswith("col giorno") for title in first] == [True] * 30 + [False] * 20
