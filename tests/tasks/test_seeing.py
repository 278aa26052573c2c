"""Who sees a task (ACC-06): its responsible person, its creator, and those who see all that it is linked to."""

from typing import Any

import pytest

from tests.factories import Maker

REST = "/api/v1/tasks/"


def sees(make: Maker, who: str, task: int) -> bool:
    """Whether REST, page and list agree that somebody sees a task; they must."""
    rest = make.rest(who)
    alone = rest.get(f"{REST}{task}").status_code == 200
    listed = task in {row["id"] for row in rest.get(REST).json["result"]}
    page = make.page(who)
    shown = page.twin().get(f"/tasks/show/{task}").status_code == 200
    named = f"/tasks/show/{task}" in page.get("/tasks/list/?who=everyone").text
    assert alone == listed == shown == named
    return alone


def test_without_a_link_everyone(make: Maker) -> None:
    """ACC-06: no link: everyone."""
    task = make.task(task={"title": "Comprare carta"})
    assert all(sees(make, who, task) for who in ("sergio", "nino", "renzo", "marta"))


def test_with_a_link_those_who_see_it(make: Maker) -> None:
    """ACC-06: who sees the contact sees the task, the others do not; an administrator does."""
    task = make.task(make["livia"], private=True, shared_with=[make["nino"].id])
    assert [sees(make, who, task) for who in ("livia", "nino", "marta", "sergio", "renzo")] == [True] * 3 + [False] * 2


def test_its_responsible_person_and_its_creator(make: Maker) -> None:
    """ACC-06: who has to do it sees it, though not the contact; who made it, after it was handed on."""
    contact = make.contact(make["livia"], private=True)
    task = make.task(make["livia"], task={"contact": contact, "owner": make["nino"].id})
    assert sees(make, "nino", task)
    assert not sees(make, "sergio", task)
    assert make.rest("nino").get(f"{REST}{task}").json["result"]["contact"] is None
    make.rest("livia").put(f"/api/v1/contacts/{contact}", {"owner": make["sergio"].id})
    assert sees(make, "livia", task)
    assert sees(make, "sergio", task)


def test_who_does_not_see_the_link_does_not_cut_it(make: Maker) -> None:
    """ACC-06: saving the rest of the form leaves a contact that it can't show."""
    contact = make.contact(make["livia"], private=True)
    task = make.task(make["livia"], task={"contact": contact, "owner": make["nino"].id})
    assert make.rest("nino").put(f"{REST}{task}", {"title": "fatto", "contact": None}).status_code == 200
    assert make.rest("livia").get(f"{REST}{task}").json["result"]["contact"]["id"] == contact


def test_a_deleted_contact_takes_its_tasks_out_of_sight(make: Maker) -> None:
    """GEN-07, ACC-06: with the contact in the bin its tasks are there for those alone whose they are."""
    contact = make.contact(make["livia"], private=False)
    task = make.task(make["livia"], task={"contact": contact})
    assert sees(make, "nino", task)
    assert make.rest("livia").delete(f"/api/v1/contacts/{contact}").status_code == 200
    assert not sees(make, "nino", task)
    assert sees(make, "livia", task)


@pytest.mark.parametrize("kind", ["opportunity", "case", "project"])
def test_with_each_kind_of_link(make: Maker, kind: str) -> None:
    """ACC-06: a task about a restricted opportunity, case or project is as hidden as that is."""
    about: Any = getattr(make, kind)(make["livia"], private=True, shared_with=[make["nino"].id])
    task = make.task(make["livia"], task={kind: about})
    assert [sees(make, who, task) for who in ("livia", "nino", "marta", "sergio", "renzo")] == [True] * 3 + [False] * 2
    assert make.page("nino").get(f"/tasks/{kind}/{about}").status_code == 200
    assert make.page("sergio").get(f"/tasks/{kind}/{about}").status_code == 404


def test_all_links_count(make: Maker) -> None:
    """ACC-06: of two links both must be seen."""
    seen, hidden = make.contact(make["livia"]), make.case(make["livia"], private=True)
    task = make.task(make["livia"], task={"contact": seen, "case": hidden})
    assert not sees(make, "nino", task)
    assert str(task) not in make.page("nino").get(f"/tasks/contact/{seen}").text.split("tasks/show/")[1:]


def test_the_history_names_a_task_to_those_alone_who_see_it(make: Maker) -> None:
    """HIS-02, ACC-06: closing stands in the history of each record; its title only where it is about nothing else."""
    seen, hidden = make.contact(make["livia"]), make.case(make["livia"], private=True)
    for word, links in (("segretissimo", {"contact": seen, "case": hidden}), ("palese", {"contact": seen})):
        task = make.task(make["livia"], word=word, task=links)
        assert make.rest("livia").put(f"{REST}{task}", {"closed": True}).status_code == 200
    told = make.page("nino").get(f"/history/contact/{seen}").text
    assert told.count("Task closed") == 2
    assert "palese" in told
    assert "segretissimo" not in told
