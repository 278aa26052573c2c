"""Two contacts made one, and two again (CON-12)."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import func, select, update

from app.campaigns.models import MailingRecipient
from app.contacts import merging
from app.contacts.models import Contact, Merge
from app.core import access
from app.core.db import Model, db
from app.history.models import HistoryEvent
from tests import factories
from tests.factories import Maker

make = factories.make
REST = "/api/v1/contacts/"


def read(make: Maker, contact: int, who: str = "sergio") -> Any:
    return make.once("rest", who).get(f"{REST}{contact}").json["result"]


def merged(make: Maker, kept: int, other: int, who: str = "sergio", **fields: str) -> Any:
    """By the page; gives the answer."""
    chosen = {f"field-{name}": which for name, which in fields.items()}
    return make.page(who).post(f"/contacts/merge/{kept}", {"other": str(other), **chosen})


def undone(make: Maker, other: int, who: str = "sergio") -> Any:
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        row = db.session.scalar(select(Merge.id).where(Merge.gone_id == other))
    return make.page(who).post(f"/contacts/merge/undo/{row}")


def two(make: Maker) -> tuple[int, int]:
    """Two that are one and the same person."""
    firm = make.contact(kind="company", name=factories.unique("Ditta"))
    kept = make.contact(first_name="Maria", last_name="Rossi", emails=["m@example.com"], tags=["a", "b"], title="Capo")
    other = make.contact(
        first_name="Mary", last_name="Rossi", emails=["mary@example.com"], phones=["+39 02 555"], tags=["b", "c"],
        title="Boss", company=firm, temperature="Hot", addresses=[{"city": "Torino"}], description="di Mary",
    )  # fmt: skip
    return kept, other


def test_field_by_field_and_undone(make: Maker) -> None:
    """CON-12: what is chosen is taken over, channels, addresses and tags of both stay; undone, each has its own."""
    kept, other = two(make)
    before = [read(make, c) for c in (kept, other)]
    page = make.page("sergio").get(f"/contacts/merge/{kept}?other={other}").text
    assert "Mary" in page
    assert "Boss" in page
    answer = merged(make, kept, other, title="other", company="other", temperature="other", description="kept")
    assert answer.headers["Location"].endswith(f"/contacts/show/{kept}")
    seen = read(make, kept)
    assert (seen["first_name"], seen["title"], seen["temperature"]["name"]) == ("Maria", "Boss", "Hot")
    assert seen["description"] is None
    assert seen["company"] == before[1]["company"]
    assert [e["value"] for e in seen["emails"]] == ["m@example.com", "mary@example.com"]
    assert [e["primary"] for e in seen["emails"]] == [True, False]
    assert len(seen["phones"]) == len(seen["addresses"]) == 1
    assert seen["tags"] == ["a", "b", "c"]
    assert make.rest("sergio").get(f"{REST}{other}").status_code == 404
    assert make.page("sergio").get(f"/contacts/show/{other}").headers["Location"].endswith(f"/contacts/show/{kept}")
    assert make.page("nino").get("/contacts/list/?q=mary%40example").text.count("Maria Rossi") > 0
    assert undone(make, other).headers["Location"].endswith(f"/contacts/show/{other}")
    for was, contact in zip(before, (kept, other), strict=True):
        now = read(make, contact)
        changing = {"version", "changed_at"}
        assert {k: v for k, v in now.items() if k not in changing} == {
            k: v for k, v in was.items() if k not in changing
        }


def test_what_was_changed_since_stays(make: Maker) -> None:
    """CON-12: undoing takes back what the merge did, not what people did after it."""
    kept, other = two(make)
    merged(make, kept, other, title="other", temperature="other")
    make.rest("sergio").put(f"{REST}{kept}", {"title": "Nuovo"})
    undone(make, other)
    assert (read(make, kept)["title"], read(make, kept)["temperature"]) == ("Nuovo", None)
    assert read(make, other)["title"] == "Boss"


def children(app: Flask, contact: int) -> dict[str, int]:
    """How many rows of each table point at a contact, whoever may see them."""
    with app.app_context(), access.acting_as(access.SYSTEM):
        counted = {}
        for table, column in merging.references():
            count = db.session.scalar(select(func.count()).select_from(table).where(column == contact))
            counted[f"{table.name}.{column.name}"] = count or 0
        return counted


def linked(make: Maker, table: str, key: str, parent: int, contact: int) -> None:
    """A row of a table of pairs."""
    with make.app.app_context():
        db.session.execute(Model.metadata.tables[table].insert().values({key: parent, "contact_id": contact}))
        db.session.commit()


def mailed(make: Maker, contact: int) -> None:
    """A recipient of a mass mailing."""
    make.mailing()
    with make.app.app_context(), access.acting_as(access.SYSTEM):
        db.session.execute(update(MailingRecipient).values(contact_id=contact))
        db.session.commit()


# How a row of each table that points at a contact is made; those that a contact of all kinds has are not named.
FILLED: dict[str, Callable[[Maker, int], Any]] = {
    "contact.company_id": lambda make, c: make.contact(company=c),
    "task.contact_id": lambda make, c: make.task(task={"contact": c, "title": "fare"}),
    "opportunity.contact_id": lambda make, c: make.opportunity(contact=c),
    "project.contact_id": lambda make, c: make.project(contact=c),
    "invoice.client_id": lambda make, c: make.invoice(client=c),
    "invoice.consignee_id": lambda make, c: make.invoice(client=c, consignee=c),
    "case_participant.contact_id": lambda make, c: linked(make, "case_participant", "case_id", make.case(), c),
    "opportunity_participant.contact_id": lambda make, c: linked(
        make, "opportunity_participant", "opportunity_id", make.opportunity(), c
    ),
    "mailing_recipient.contact_id": mailed,
    "document.contact_id": lambda make, c: make.document(record=c),
    "contact_consent.contact_id": lambda make, c: make.consent(contact=c),
}


def test_all_that_points_at_it_moves(app: Flask, make: Maker) -> None:
    """CON-12: each foreign key that points at a contact is followed. A new table that points at contacts fails here
    until the test knows how to fill it, so that its rows are seen to move."""
    of_all_kinds = {"emails": ["ditta@example.com"], "addresses": [{"city": "Asti"}], "tags": ["ditta"]}
    kept = make.contact(kind="company", name="Uno spa")
    other = make.contact(kind="company", name="Uno S.p.A.", **of_all_kinds)
    for fill in FILLED.values():
        fill(make, other)
    had = children(app, other)
    assert not [name for name, count in had.items() if not count], "say in FILLED how these tables are filled"
    assert merged(make, kept, other).status_code == 302
    after, left = children(app, kept), children(app, other)
    assert all(after[name] >= count for name, count in had.items())
    assert {name for name, count in left.items() if count} <= {"history_event.contact_id"}  # that it was deleted
    assert undone(make, other).status_code == 302
    assert all(children(app, other)[name] >= count for name, count in had.items())


def test_hidden_children_move_and_stay_hidden(app: Flask, make: Maker) -> None:
    """CON-12, ACC-06: what the one who merges may not see hangs on all the same, and is not shown to him."""
    kept, other = make.contact(kind="company", name="K"), make.contact(kind="company", name="O")
    hidden = make.contact(make["livia"], company=other, private=True, first_name="Segreta")
    assert merged(make, kept, other).status_code == 302
    assert read(make, hidden, "livia")["company"]["id"] == kept
    assert "Segreta" not in make.page("sergio").get(f"/contacts/show/{kept}").text


def test_who_may_merge_what(make: Maker) -> None:
    """CON-12: the other one must be one's own to delete; hidden ones are missing ones; kinds don't mix."""
    kept, other = two(make)
    hidden, firm = make.contact(private=True), make.contact(kind="company")
    nino = make.page("nino")
    assert nino.get(f"/contacts/merge/{kept}?other={hidden}").status_code == 404
    assert nino.get(f"/contacts/merge/{hidden}?other={kept}").status_code == 404
    assert nino.post(f"/contacts/merge/{kept}", {"other": str(other)}).status_code == 400
    assert merged(make, kept, firm).status_code == 400
    assert merged(make, kept, kept).status_code == 400
    assert make.page("renzo").post(f"/contacts/merge/{kept}", {"other": str(other)}).status_code in (302, 403)
    rest = make.rest("nino")
    assert rest.post(f"{REST}{kept}/merge", {"other": hidden}).status_code == 404
    assert rest.post(f"{REST}{kept}/merge", {"other": other}).status_code == 403
    assert read(make, other)["first_name"] == "Mary"
    assert (
        make.rest("sergio").post(f"{REST}{kept}/merge", {"other": other}).json["result"]["temperature"]["name"] == "Hot"
    )
    assert undone(make, other, "nino").status_code == 302
    assert make.rest("sergio").get(f"{REST}{other}").status_code == 404
    make.page("sergio").post(f"/bin/restore/contact/{other}")
    assert make.rest("sergio").get(f"{REST}{other}").status_code == 404


def test_the_closer_circle_is_proposed(make: Maker) -> None:
    """CON-07, CON-12: what was private does not become everybody's by itself."""
    kept, other = make.contact(), make.contact(private=True)
    assert make.rest("sergio").post(f"{REST}{kept}/merge", {"other": other}).status_code == 200
    assert make.rest("nino").get(f"{REST}{kept}").status_code == 404


def test_it_is_told(app: Flask, make: Maker) -> None:
    """HIS-02: the history says with whom."""
    kept, other = two(make)
    merged(make, kept, other)
    with app.app_context(), access.acting_as(access.SYSTEM):
        event = db.session.scalars(select(HistoryEvent).where(HistoryEvent.verb == "merged")).one()
        assert event.contact_id == kept
        assert db.session.scalar(select(func.count()).select_from(Contact)) >= 2
