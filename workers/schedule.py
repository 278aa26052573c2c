"""The clock: `python -m workers.schedule`. The whole timetable is on this screen.

Any number of schedulers may be started: one holds the advisory lock and leads, the others wait for it.
"""

import logging
import signal
import threading
from collections.abc import Callable

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app import create_app
from app.core import access, entrance, health
from app.core.db import db
from app.core.jobs import nudge
from app.core.runs import unfinished

log = logging.getLogger(__name__)
LEADER = 0x434C4B  # the advisory lock of the one that leads
application = create_app(views=False)
stopped = threading.Event()


def beats() -> None:
    """Say that the scheduler lives, and ask a worker to say the same."""
    health.beat("scheduler")
    nudge("core.beat", 0)


def sweep() -> None:
    """Send again what was lost on its way to a worker, or left by one that died."""
    from app.bulk.models import BulkRun
    from app.contacts.pairs import DuplicateSearch
    from app.exports.models import ExportRun
    from app.imports.models import ImportRun, ImportUndo
    from app.invoices import sending

    for run_id in unfinished(ImportRun):
        nudge("imports.run", run_id)
    for undo_id in unfinished(ImportUndo):
        nudge("imports.undo", undo_id)
    for run_id in unfinished(ExportRun):
        nudge("exports.run", run_id)
    for run_id in unfinished(DuplicateSearch):
        nudge("contacts.duplicates", run_id)
    for run_id in unfinished(BulkRun):
        nudge("bulk.run", run_id)
    for sending_id in sending.waiting():
        nudge("invoices.send", sending_id)


def expired() -> None:
    """Take away what has had its time: exported files, what undoes an import, unconfirmed forms, notices, marks of what
    was done once, sessions, the oldest of the log; bring in counts."""
    from app.accounts.service import LOG_DAYS
    from app.core import audit, once, sessions
    from app.exports.service import take_away
    from app.imports.undoing import forget_old
    from app.notices import service as notices
    from app.settings.preferences import chosen
    from app.webforms import confirming
    from app.webforms.counts import bring_in

    take_away()
    sessions.forget()
    audit.forget(chosen(LOG_DAYS))
    forget_old()
    bring_in()
    confirming.forget_old()
    once.forget_old()
    notices.forget()
    db.session.commit()


def emptied() -> None:
    """Delete for good what has been in the bin for 30 days."""
    from app.core.bins import purge

    for _count in purge():
        db.session.commit()


def mails() -> None:
    """Let mails go whose pause is over, and mailings go on; doubt what a worker left while it was sending."""
    from app.campaigns import bounces
    from app.campaigns.service import unfinished
    from app.mailing.sending import SENDERS
    from app.mailing.service import doubt_the_abandoned, forget, lost

    doubt_the_abandoned()
    forget()
    db.session.commit()
    for _ in range(SENDERS if lost() else 0):
        nudge("mailing.deliver", 0)
    for mailing_id in unfinished():
        nudge("campaigns.run", mailing_id)
    if bounces.due():
        nudge("campaigns.bounces", 0)


def reminders() -> None:
    """Remind people of tasks whose moment has come, as many at once as are due."""
    from app.tasks.reminders import give

    while give():
        db.session.commit()


def invoices() -> None:
    """Make the invoices that recur, remind clients of what is overdue."""
    from app.core.clock import today
    from app.invoices import recurrence, reminders

    day = today(access.current().timezone)
    while recurrence.make_next(day):
        db.session.commit()
    while reminders.give(day):
        db.session.commit()


def leftovers() -> None:
    """Forget stored bytes that no row names any more."""
    from app.campaigns.service import sweep_files
    from app.contacts import photos
    from app.files import service as files

    sweep_files()
    files.sweep()
    photos.sweep()


def rates() -> None:
    """Ask a worker for the rates of the day; it knows whether they are wanted."""
    nudge("settings.rates", 0)


def webhooks() -> None:
    """Tell again what was not taken, or got lost on its way; forget what was told a month ago."""
    from app.webhooks import service

    for delivery_id in service.due():
        nudge("webhooks.deliver", delivery_id)
    service.forget()
    db.session.commit()


def automations() -> None:
    """Start what waits for a date that has come; start again what got lost; forget what was done long ago."""
    from app.automations import service

    service.scan()
    db.session.commit()
    for run_id in service.due():
        nudge("automations.run", run_id)
    service.forget()
    db.session.commit()


def reports() -> None:
    """Send the reports whose hour has come; take away what those of a month ago left."""
    from app.reporting import running

    for schedule_id in running.due():
        nudge("reporting.run", schedule_id)
    running.forget()
    db.session.commit()


TIMETABLE: list[tuple[int, Callable[[], None]]] = [  # seconds between two starts, what
    (15, beats),
    (15, sweep),
    (20, mails),
    (20, webhooks),
    (60, automations),
    (60, reminders),
    (60, reports),
    (6 * 3600, leftovers),
    (600, expired),
    (6 * 3600, rates),
    (3600, emptied),
    (60, invoices),
]


def in_context(work: Callable[[], None]) -> Callable[[], None]:
    """Run in the application's context as the product itself; a failure is logged and the next tick comes. While the
    module is off (ACC-04), signs of life alone are given."""

    def tick() -> None:
        with application.app_context(), access.acting_as(access.SYSTEM):
            try:
                if work is beats or entrance.is_on():
                    work()
            except Exception:
                log.exception("%s failed", work.__name__)
            finally:
                db.session.remove()

    return tick


def lead() -> bool:
    """Hold the lock on a connection of its own until stopped or until the connection breaks. True when it led."""
    with application.app_context(), db.engine.connect() as connection:
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": LEADER}):
            return False
        connection.commit()
        clock = BackgroundScheduler(timezone="UTC")
        for seconds, work in TIMETABLE:
            clock.add_job(in_context(work), IntervalTrigger(seconds=seconds), max_instances=1, coalesce=True)
            in_context(work)()
        clock.start()
        try:
            while not stopped.wait(5):
                health.sign("scheduler")
                connection.scalar(text("SELECT 1"))
                connection.commit()
        finally:
            clock.shutdown(wait=False)
    return True


def main() -> None:
    """Lead when possible, wait otherwise, until told to stop."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    while not stopped.is_set():
        try:
            with application.app_context():
                health.sign("scheduler")
            lead()
        except SQLAlchemyError:
            log.warning("the database is away; the clock waits")
        stopped.wait(5)
    with application.app_context():
        health.resign("scheduler")


if __name__ == "__main__":
    main()
