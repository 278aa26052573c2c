"""The verbs of automations: keep one, start it by what happens or by a date that comes."""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    String,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy import delete as delete_rows
from sqlalchemy.dialects.postgresql import insert

from app.automations import actions, conditions, triggers
from app.automations.models import Automation, AutomationRun
from app.core import access, clock
from app.core.clock import UTCDateTime
from app.core.db import db
from app.core.errors import Conflict, RuleBroken
from app.core.jobs import RunState, later
from app.core.occurrences import Occurrence, listen
from app.core.people import zone_of
from app.invoices.models import Kind, Status
from app.settings import custom, filters

KEYS = ("name", "is_on", "detail", "conditions", "actions")
MOST, DEEPEST = 100, 3
STALE = dt.timedelta(minutes=5)  # longer than a run takes: who holds it still, is dead
LOST = dt.timedelta(seconds=20)
KEPT = dt.timedelta(days=90)
QUIET = {"synchronize_session": False}
Chain = tuple[int, ...]
_chain: ContextVar[Chain] = ContextVar("automations_at_work", default=())


def automations() -> list[Automation]:
    """All of them, by name."""
    return list(db.session.scalars(select(Automation).order_by(func.lower(Automation.name), Automation.id)))


def save(data: Mapping[str, Any], automation: Automation | None = None) -> Automation:
    """Make one, or change one by the keys present (its trigger stays): name, is_on, trigger, the trigger's detail,
    conditions, actions, version. From now on it acts as whoever saves it. Raises RuleBroken with the reasons by key,
    Conflict. Flushes.
    """
    if automation is not None and data.get("version") not in (None, automation.version):
        raise Conflict
    trigger = automation.trigger if automation else data.get("trigger")
    present = {key: getattr(automation, key) for key in KEYS} if automation is not None else {}
    clean = check({**present, **data}, str(trigger))
    if automation is None:
        if len(automations()) >= MOST:
            raise RuleBroken({"": _("At most %(limit)s.", limit=MOST)})
        automation = Automation(trigger=trigger)
        db.session.add(automation)
    for key, value in clean.items():
        setattr(automation, key, value)
    automation.owner_id = access.current().user_id or 0
    db.session.flush()
    return automation


def check(data: Mapping[str, Any], trigger: str) -> dict[str, Any]:
    """Clean values for the model's columns. Raises RuleBroken with every reason at once."""
    errors: dict[str, Any] = {}
    clean: dict[str, Any] = {"is_on": bool(data.get("is_on")), "name": " ".join(str(data.get("name") or "").split())}
    if not clean["name"]:
        errors["name"] = _("This field is required.")
    elif len(clean["name"]) > 120 or not clean["name"].isprintable():
        errors["name"] = _("At most %(limit)s characters.", limit=120)
    entity = triggers.TRIGGERS[trigger].entity if trigger in triggers.TRIGGERS else "contact"
    for key, checked in (
        ("detail", lambda: triggers.check(trigger, data.get("detail") or {})),
        ("conditions", lambda: conditions.check(entity, data.get("conditions") or [])),
        ("actions", lambda: actions.check(entity, data.get("actions") or [])),
    ):
        try:
            clean[key] = checked()
        except RuleBroken as broken:
            errors |= broken.errors
    if errors:
        raise RuleBroken(errors)
    return clean


def switch(automation: Automation, on: bool) -> None:
    """Turn it on or off; whose rights it has, stays. Dates that came while it was off are not made up for."""
    automation.is_on, automation.scanned_to = on, None
    db.session.flush()


def delete(automation: Automation) -> None:
    """Take it off with its log."""
    db.session.delete(automation)
    db.session.flush()


@contextmanager
def at_work(chain: Chain) -> Iterator[None]:
    """What happens within the block was done by these automations: they are not started by it, and after DEEPEST of
    them none is."""
    token = _chain.set(chain)
    try:
        yield
    finally:
        _chain.reset(token)


@listen
def hear(happened: Occurrence) -> None:
    """Write a run for each automation that waits for this, in the transaction of what happened: one statement."""
    chain = _chain.get()
    if happened.entity not in triggers.MODELS or len(chain) >= DEEPEST:
        return
    detail = Automation.detail
    name, wanted = happened.name, []
    if happened.kind == "moved":
        stage = str(happened.facts.get("stage", ""))
        wanted.append((Automation.trigger == name) & detail["stage"].astext.in_(["", stage]))
    elif happened.kind == "form":
        form = str(happened.facts.get("form", ""))
        wanted.append((Automation.trigger == name) & detail["form"].astext.in_(["", form]))
    elif happened.kind != "changed":
        wanted.append(Automation.trigger == name)
    if happened.kind in ("moved", "changed"):
        changed = Automation.trigger == f"{happened.entity}.changed"
        wanted.append(changed & detail["field"].astext.in_(["", *happened.fields]))
    _put(literal(happened.key, String), happened.entity, literal(happened.record_id, BigInteger), or_(*wanted), chain)


def _put(key: Any, entity: str, record: Any, which: ColumnElement[bool], chain: Chain = (), beside: Any = None) -> None:
    """`beside` is the table from which key and record come, if they come from one."""
    names = ("automation_id", "key", "entity", "record_id", "chain", "created_at")
    made = literal(clock.now(), UTCDateTime)
    row = select(Automation.id, key, literal(entity, String), record, literal(list(chain), ARRAY(Integer)), made)
    row = row.select_from(Automation) if beside is None else row.select_from(Automation).join(beside, true())
    row = row.where(Automation.is_on, Automation.id.not_in(chain), which)
    new = insert(AutomationRun).from_select(names, row, include_defaults=False).on_conflict_do_nothing()
    for run_id in list(db.session.scalars(new.returning(AutomationRun.id))):
        later("automations.run", run_id)


def scan() -> None:
    """Start what waits for a date, for all days since it was last looked: nothing is left out while the clock stood
    still. The caller acts as SYSTEM. Flushes."""
    dated = [f"{entity}.date" for entity in triggers.MODELS] + ["invoice.overdue"]
    for automation in db.session.scalars(select(Automation).where(Automation.is_on, Automation.trigger.in_(dated))):
        today = clock.today(zone_of(automation.owner_id))
        since = automation.scanned_to or today - dt.timedelta(days=1)
        if since < today:
            _start_dated(automation, since, today)
            last = update(Automation).where(Automation.id == automation.id).values(scanned_to=today)
            db.session.execute(last.execution_options(**QUIET))


def _start_dated(automation: Automation, since: dt.date, today: dt.date) -> None:
    """Each record whose day lies so that it comes between the two, the first one left out."""
    entity, _dot, kind = automation.trigger.partition(".")
    model = triggers.MODELS[entity]
    overdue = kind == "overdue"
    field = "due_date" if overdue else automation.detail["field"]
    shift = dt.timedelta(days=1 if overdue else int(automation.detail["days"]))
    day, where = _day_of(entity, model, field, since - shift, today - shift)
    if day is None:
        return
    if overdue:
        where += [model.status == Status.BILLED, model.kind == Kind.INVOICE]
    elif entity == "task":
        where += [model.closed_at.is_(None)]
    key = func.concat(f"date:{field}:{entity}:", model.id, ":", cast(day, String))
    which = and_(Automation.id == automation.id, model.deleted_at.is_(None), *where)
    _put(key, entity, model.id, which, beside=model)


def _day_of(entity: str, model: Any, field: str, after: dt.date, until: dt.date) -> tuple[Any, list[Any]]:
    """(the day as a column, conditions that find the rows by index); (None, []) for a field that is gone."""
    if not field.startswith("custom."):
        day = getattr(model, field)
        return day, [day > after, day <= until]
    own = next((f for f in custom.fields_of(entity) if f.name == field), None)
    if own is None:
        return None, []
    low = filters.place_of_day(own.id, after + dt.timedelta(days=1))
    ranges = filters.ranges_of(model)
    found = select(ranges.c.record_id).where(ranges.c.place.between(low, filters.place_of_day(own.id, until)))
    return cast(model.custom[own.key].astext, Date), [model.id.in_(found)]


def due() -> list[int]:
    """Runs whose message was lost; what a dead worker held is free again. Flushes."""
    now = clock.now()
    held = update(AutomationRun).where(AutomationRun.state == RunState.RUNNING, AutomationRun.claimed_at < now - STALE)
    db.session.execute(held.values(state=RunState.QUEUED).execution_options(**QUIET))
    waiting = select(AutomationRun.id).where(AutomationRun.state == RunState.QUEUED)
    return list(db.session.scalars(waiting.where(AutomationRun.created_at < now - LOST).order_by("id").limit(500)))


def forget() -> None:
    """Take away old runs."""
    old = delete_rows(AutomationRun).where(AutomationRun.created_at < clock.now() - KEPT)
    db.session.execute(old.where(AutomationRun.state.in_([RunState.DONE, RunState.FAILED, RunState.CANCELLED])))


def log_of(automation: Automation, limit: int, offset: int) -> list[AutomationRun]:
    """Its runs, the latest first."""
    mine = select(AutomationRun).where(AutomationRun.automation_id == automation.id).order_by(AutomationRun.id.desc())
    return list(db.session.scalars(mine.limit(limit).offset(offset)))
