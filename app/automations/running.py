"""Does what an automation says, with one record, once: all of its acts and the mark that it was done are one
transaction. A worker killed in it leaves nothing done, and the run is free again."""

import datetime as dt
from typing import Any, NamedTuple

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select, update

from app.automations import conditions, triggers
from app.automations.actions import ACTIONS, Step
from app.automations.models import Automation, AutomationRun
from app.automations.service import QUIET, at_work
from app.core import access, clock
from app.core.db import db
from app.core.errors import NotAllowed, RuleBroken
from app.core.jobs import RunState
from app.core.people import load_actor

MOST_ATTEMPTS = 5


class Mine(NamedTuple):
    """A run, as long as nobody else has taken it: `token` is its `claimed_at`."""

    run_id: int
    automation_id: int
    entity: str
    record_id: int
    chain: tuple[int, ...]
    token: dt.datetime


class Refused(Exception):
    """It was not done: the state that the run ends in, and why."""

    def __init__(self, state: RunState, why: str) -> None:
        self.state = state
        super().__init__(why)


def work(run_id: int) -> None:
    """Take a waiting run to its end. The caller acts as SYSTEM. Commits."""
    mine = _claimed(run_id)
    if mine is None:
        return
    automation = db.session.get_one(Automation, mine.automation_id)
    state, outcome, error = RunState.DONE, [], None
    try:
        if not automation.is_on:
            raise Refused(RunState.CANCELLED, _("It was turned off."))
        outcome = act(automation, mine.record_id, f"automation:{run_id}", mine.chain)
    except Refused as refused:
        db.session.rollback()
        state, error = refused.state, str(refused)
    ended = update(AutomationRun).where(AutomationRun.id == run_id, AutomationRun.claimed_at == mine.token)
    ended = ended.where(AutomationRun.state == RunState.RUNNING)
    values = {"state": state, "outcome": outcome, "error": error, "finished_at": clock.now()}
    if db.session.execute(ended.values(values).execution_options(**QUIET)).rowcount:  # type: ignore[attr-defined]
        db.session.commit()
    else:  # somebody else has it by now, and will do it
        db.session.rollback()


def _claimed(run_id: int) -> Mine | None:
    """Mark a waiting run as being done; None when there is none. One that killed its workers is given up. Commits."""
    now, run = clock.now(), AutomationRun
    free = (run.id == run_id, run.state == RunState.QUEUED)
    over = update(run).where(*free, run.attempts >= MOST_ATTEMPTS)
    given_up = {"state": RunState.FAILED, "finished_at": now, "error": _("Given up after several tries.")}
    db.session.execute(over.values(given_up).execution_options(**QUIET))
    taken = update(run).where(*free).values(state=RunState.RUNNING, claimed_at=now, attempts=run.attempts + 1)
    mine = taken.returning(run.automation_id, run.entity, run.record_id, run.chain).execution_options(**QUIET)
    found = db.session.execute(mine).one_or_none()
    db.session.commit()
    return Mine(run_id, found[0], found[1], found[2], tuple(found[3]), now) if found else None


def act(automation: Automation, record_id: int, key: str, chain: tuple[int, ...] = ()) -> list[str]:
    """Do it as the automation's owner, with the rights of now; what was done, a sentence each. Flushes.

    Raises Refused where the owner administers no more, the record is gone, does not fit, or an act is refused.
    """
    found = load_actor(automation.owner_id)
    if found is None or not found.is_admin:
        why = _("Whoever saved it last may not administer any more: let an administrator save it again.")
        raise Refused(RunState.FAILED, why)
    entity = triggers.TRIGGERS[automation.trigger].entity
    with access.acting_as(found), force_locale(found.locale or "en"), at_work((*chain, automation.id)):
        model = triggers.MODELS[entity]
        row = db.session.scalar(select(model).where(model.id == record_id))
        if row is None:
            raise Refused(RunState.CANCELLED, _("The record is gone."))
        if why := conditions.unmet(entity, row, automation.conditions):
            raise Refused(RunState.CANCELLED, why)
        name, acts = automation.name, enumerate(automation.actions)
        return [_done(Step(entity, row, f"{key}:{n}", name), one) for n, one in acts]


def _done(step: Step, data: dict[str, Any]) -> str:
    """One act. Raises Refused with its reason."""
    action = ACTIONS[data["do"]]
    try:
        said = action.do(step, data)
        db.session.flush()
    except RuleBroken as broken:
        raise Refused(RunState.FAILED, f"{action.label}: {broken}") from broken
    except NotAllowed as error:
        raise Refused(RunState.FAILED, f"{action.label}: {_('only its responsible persons may do this')}") from error
    return said


def rehearse(automation: Automation, record_id: int) -> tuple[list[str], str]:
    """What it would do with this record, and why not: it is done, and taken back. Rolls back."""
    try:
        outcome, why = act(automation, record_id, "rehearsal"), ""
    except Refused as refused:
        outcome, why = [], str(refused)
    db.session.rollback()
    return outcome, why
