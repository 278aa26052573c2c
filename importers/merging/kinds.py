"""What each flat kind has of its own: how one record is told from another, and a row in the words of the service."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from app.cases import service as cases
from app.cases.models import Case
from app.contacts.models import Contact
from app.core.db import db
from app.core.text import fold
from app.opportunities import service as opportunities
from app.opportunities import stages
from app.opportunities.models import Opportunity, StageKind
from app.settings.models import PickList
from app.settings.service import names_of
from app.tasks import service as tasks
from app.tasks.models import Task
from importers import words
from importers.merging.links import TITLED, Links, Unlinked

Data = dict[str, Any]
Key = tuple[Any, ...]


class Kind:
    """What is the same for all of them."""

    def settle(self, saved: Any, row: Any) -> None:
        """What is still to be done with a record that the service saved."""


def named(names: dict[str, int], field: str, wanted: str | None) -> int | None:
    """The id behind a word of a list, None for no word. Raises Unlinked."""
    if not wanted:
        return None
    if (found := names.get(wanted.strip().lower())) is None:
        raise Unlinked(field, _("“%(name)s” is not in the list.", name=wanted[:60]))
    return found


class Deals(Kind):
    """Opportunities: the same when title and contact are."""

    model, service, name = Opportunity, opportunities, "opportunity"
    loads = (selectinload(Opportunity.tags), selectinload(Opportunity.participants).lazyload("*"))
    # What is empty until somebody fills it: the other columns always say something.
    fillable = {"description": "description", "contact": "contact_id", "amount": "amount", "closed_on": "closed_on",
                "expected_close": "expected_close", "lost_reason": "lost_reason_id"}  # fmt: skip
    plain = ("probability", "amount", "currency", "budget_type", "periods", "expected_close", "closed_on")

    def __init__(self) -> None:
        known = stages.all_stages()
        self.names, self.kinds = stages.names(known), {stage.id: stage.kind for stage in known}
        self.first = next(stage.id for stage in known if stage.is_open)
        self.reasons = names_of(PickList.LOST_REASON)

    def key(self, row: Any, contact: int | None) -> Key:
        """What a row is told by."""
        return fold(row.title), contact

    def present(self, rows: list[Any]) -> dict[Key, int]:
        """The oldest seen record of each key; a contact that is hidden is none."""
        pairs = select(Opportunity.sort_name, Contact.id, Opportunity.id)
        pairs = pairs.outerjoin(Contact, Contact.id == Opportunity.contact_id)
        mine = pairs.where(Opportunity.sort_name.in_({fold(row.title) for row in rows}))
        return {(sort, contact): key for sort, contact, key in db.session.execute(mine.order_by(Opportunity.id.desc()))}

    def data(self, row: Any, links: Links, target: Any | None) -> Data:
        """The row's filled cells, as the service takes them. Raises Unlinked."""
        found = {name: value for name in self.plain if (value := getattr(row, name)) is not None}
        found["stage"] = named(self.names, "stage", row.stage)
        found["lost_reason"] = named(self.reasons, "lost_reason", row.lost_reason)
        present = target.stage_id if target is not None else self.first
        self._close(row, found, self.kinds[found["stage"] or present])
        return {name: value for name, value in found.items() if value is not None}

    def _close(self, row: Any, found: Data, kind: str) -> None:
        """What other programs call the day of closing is expected while the sale is open, and actual after."""
        if row.close_date:
            found.setdefault("expected_close" if kind == StageKind.OPEN else "closed_on", row.close_date)
        if kind == StageKind.OPEN and found.get("closed_on"):
            raise Unlinked("closed_on", _("Only what is won or lost has a day on which it was closed."))
        if kind != StageKind.LOST and found.get("lost_reason"):
            raise Unlinked("lost_reason", _("Only what is lost has a reason of loss."))


class Cases(Kind):
    """Cases: the same when the title is."""

    model, service, name = Case, cases, "case"
    loads = (selectinload(Case.tags), selectinload(Case.participants).lazyload("*"))
    fillable = {"description": "description"}

    def key(self, row: Any, contact: int | None) -> Key:
        """What a row is told by."""
        return (fold(row.title),)

    def present(self, rows: list[Any]) -> dict[Key, int]:
        """The oldest seen record of each key."""
        mine = select(Case.sort_name, Case.id).where(Case.sort_name.in_({fold(row.title) for row in rows}))
        return {(sort,): key for sort, key in db.session.execute(mine.order_by(Case.id.desc()))}

    def data(self, row: Any, links: Links, target: Any | None) -> Data:
        """The row's filled cells, as the service takes them."""
        return {} if row.closed is None else {"closed": row.closed}


class Tasks(Kind):
    """Tasks: the same when title, day and contact are."""

    model, service, name = Task, tasks, "task"
    loads: tuple[Any, ...] = ()
    fillable = {"description": "description", "due": "due_on", "time": "due_time", "rule": "rule",
                **{name: f"{name}_id" for name in ("category", "contact", *TITLED)}}  # fmt: skip

    def __init__(self) -> None:
        self.categories = names_of(PickList.TASK_CATEGORY)

    def key(self, row: Any, contact: int | None) -> Key:
        """What a row is told by."""
        return fold(row.title), row.due_on, contact

    def present(self, rows: list[Any]) -> dict[Key, int]:
        """The oldest seen record of each key; a contact that is hidden is none."""
        found = select(Task.title, Task.due_on, Contact.id, Task.id).outerjoin(Contact, Contact.id == Task.contact_id)
        mine = found.where(func.lower(Task.title).in_({row.title.lower() for row in rows}))
        return {
            (fold(title), day, contact): key
            for title, day, contact, key in db.session.execute(mine.order_by(Task.id.desc()))
        }

    def data(self, row: Any, links: Links, target: Any | None) -> Data:
        """The row's filled cells, as the service takes them. Raises Unlinked."""
        contact = links.contact(row)
        found = {name: links.record(name, row, contact) for name in TITLED}
        found |= {"category": named(self.categories, "category", row.category), "rule": row.rule}
        found |= {"due": row.due_on, "time": row.due_time}
        found = {name: value for name, value in found.items() if value is not None}
        if row.reminder is not None:
            found["reminder"] = None if row.reminder == words.NEVER else row.reminder
        return found

    def settle(self, saved: Any, row: Any) -> None:
        """What is done already, was done before it came: nothing follows it."""
        if row.closed is not None:
            tasks.mark(saved, row.closed)


KINDS: dict[str, type[Deals | Tasks | Cases]] = {"opportunities": Deals, "tasks": Tasks, "cases": Cases}
