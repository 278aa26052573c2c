"""Workers that die, databases and queues that go away: an import ends right all the same (faults 1, 6, 8, 10)."""

import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError

from app.contacts.models import Contact
from app.core import access, clock, runs
from app.core.db import db
from app.core.jobs import nudge
from app.imports import running, service
from app.imports.models import ImportProblem, ImportRun
from tests import factories
from tests.factories import Maker
from tests.harness import web
from tests.harness.web import wait_until

ROWS = 30_000


def big(rows: int = ROWS) -> str:
    """Every tenth row is refused, every seventh repeats the email of the one before it."""
    lines = ["Nome,Cognome,Email"]
    for n in range(rows):
        email = "non@@va" if n % 10 == 5 else f"n{n - (n % 7 == 3)}@posta.example"
        lines.append(f"Nome{n},Cognome{n},{email}")
    return "\n".join(lines) + "\n"


def facts(app: Flask, run_id: int) -> dict[str, int]:
    """Counts of the run beside what stands in the tables."""
    with app.app_context(), access.acting_as(access.SYSTEM):
        run = db.session.get_one(ImportRun, run_id)
        count = select(func.count())
        return {
            "total": run.total or 0, "done": run.done_rows, "created": run.created, "updated": run.updated,
            "failed": run.failed,
            "contacts": db.session.scalar(count.select_from(Contact)) or 0,
            "problems": db.session.scalar(count.select_from(ImportProblem)) or 0,
        }  # fmt: skip


def expected(rows: int = ROWS) -> dict[str, int]:
    """The facts after a run of `big` without any fault."""
    bad = sum(n % 10 == 5 for n in range(rows))
    again = sum(n % 7 == 3 and n % 10 != 5 and (n - 1) % 10 != 5 for n in range(rows))
    made = rows - bad - again
    return {
        "total": rows,
        "done": rows,
        "created": made,
        "updated": again,
        "failed": bad,
        "contacts": made,
        "problems": bad,
    }


@pytest.fixture
def sweep(app: Flask) -> Callable[[], None]:
    """What the clock does each minute."""

    def do() -> None:
        with app.app_context(), access.acting_as(access.SYSTEM):
            for run_id in runs.unfinished(ImportRun):
                nudge("imports.run", run_id)

    return do


@pytest.fixture
def state(app: Flask) -> Callable[[int], tuple[str, int]]:
    """(state, rows done) of a run."""

    def read(run_id: int) -> tuple[str, int]:
        with app.app_context(), access.acting_as(access.SYSTEM):
            run = db.session.get_one(ImportRun, run_id)
            return run.state, run.done_rows

    return read


@contextmanager
def killed_after(data: Path, condition: Callable[[], object]) -> Iterator[None]:
    """A worker that is killed with all its children as soon as the condition holds."""
    with web.worker(data / "log") as child:
        yield
        wait_until(condition, 90)
        child.kill()


def queued(app: Flask, make: Maker, text: str) -> int:
    """Upload and start as the page does: the row, and the message after the commit."""
    with app.app_context(), factories.acting(make["sergio"]):
        run = service.upload(io.BytesIO(text.encode()), "grande.csv")
        service.choose(run, duplicates="update")
        service.start(run, dry_run=False)
        db.session.commit()
        return run.id


@pytest.mark.timeout(400)
def test_killed_twice_and_the_queue_wiped(
    app: Flask, make: Maker, data: Path, environment: Any, sweep: Any, state: Any
) -> None:
    """IMP-04, faults 1 and 8: kill -9 at a third and at two thirds, with the queue's data gone: exact in the end."""
    run_id = queued(app, make, big())
    for share in (1, 2):
        with killed_after(data, lambda share=share: state(run_id)[1] >= share * running.CHUNK):
            sweep()
        assert state(run_id) == ("running", state(run_id)[1])
        with Redis.from_url(environment["REDIS_URL"]) as queue:
            queue.flushdb()
        wait_until(lambda: run_id in waiting(app), 60)
    with web.worker(data / "log"):
        sweep()
        wait_until(lambda: state(run_id)[0] == "done", 90)
    assert facts(app, run_id) == expected()


def waiting(app: Flask) -> list[int]:
    with app.app_context(), access.acting_as(access.SYSTEM):
        return runs.unfinished(ImportRun)


def test_a_replaced_worker_can_write_no_more(app: Flask, queue: Any, work: Any, state: Any, monkeypatch: Any) -> None:
    """IMP-04: a worker that was thought dead loses its next chunk; the one that took over does it."""
    monkeypatch.setattr(running, "CHUNK", 100)
    run_id, record, calls = queue(big(300), duplicates="update"), running._record, []

    def taken_over(job: Any, *args: Any) -> bool:
        calls.append(1)
        if len(calls) == 2:
            grow_token(app, run_id)
        return record(job, *args)

    monkeypatch.setattr(running, "_record", taken_over)
    work(run_id)
    assert state(run_id) == ("running", 100)
    monkeypatch.setattr(running, "_record", record)
    forget_heartbeat(app, run_id)
    work(run_id)
    assert facts(app, run_id) == expected(300)


def grow_token(app: Flask, run_id: int) -> None:
    with app.app_context(), access.acting_as(access.SYSTEM):
        db.session.execute(update(ImportRun).where(ImportRun.id == run_id).values(attempts=ImportRun.attempts + 1))
        db.session.commit()


def forget_heartbeat(app: Flask, run_id: int) -> None:
    with app.app_context(), access.acting_as(access.SYSTEM):
        old = clock.now() - runs.STALE * 2
        db.session.execute(update(ImportRun).where(ImportRun.id == run_id).values(heartbeat_at=old))
        db.session.commit()


def test_the_database_goes_away(
    app: Flask, queue: Any, work: Any, state: Any, superuser: Any, monkeypatch: Any
) -> None:
    """IMP-04, fault 10: a broken connection loses the present chunk alone; the next try goes on from there."""
    monkeypatch.setattr(running, "CHUNK", 100)
    run_id, record, calls = queue(big(300), duplicates="update"), running._record, []

    def broken(job: Any, *args: Any) -> bool:
        calls.append(1)
        if len(calls) == 2:
            pid = job.connection.connection.driver_connection.info.backend_pid
            superuser.execute("SELECT pg_terminate_backend(%s)", [pid])
            superuser.commit()
        return record(job, *args)

    monkeypatch.setattr(running, "_record", broken)
    with pytest.raises(OperationalError):
        work(run_id)
    assert state(run_id) == ("running", 100)
    forget_heartbeat(app, run_id)
    work(run_id)
    assert facts(app, run_id) == expected(300)


def test_a_running_run_can_be_cancelled(
    app: Flask, make: Maker, queue: Any, work: Any, state: Any, monkeypatch: Any
) -> None:
    """IMP-04: cancelling stops after the present chunk; what is in stays in, and nothing more comes."""
    monkeypatch.setattr(running, "CHUNK", 100)
    run_id, record, calls, page = queue(big(300), duplicates="update"), running._record, [], make.page("sergio")

    def cancelled(job: Any, *args: Any) -> bool:
        calls.append(1)
        if len(calls) == 2:
            with ThreadPoolExecutor(1) as browser:  # a thread of its own has a context of its own, as a browser has
                assert browser.submit(page.post, f"/imports/{run_id}/cancel").result().status_code == 302
        return record(job, *args)

    monkeypatch.setattr(running, "_record", cancelled)
    work(run_id)
    assert state(run_id) == ("cancelled", 200)


def test_a_file_that_kills_its_worker_is_given_up(
    app: Flask, queue: Any, work: Any, result: Any, monkeypatch: Any
) -> None:
    """Fault 5: three claims without a chunk between them, and the run is failed with a sentence."""
    run_id = queue(big(10))

    def dies(*_: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(running, "_record", dies)
    for _ in range(runs.MOST_STALLS):
        with pytest.raises(MemoryError):
            work(run_id)
        forget_heartbeat(app, run_id)
    work(run_id)
    assert result(run_id).state == "failed"
    assert "given up" in result(run_id).error


def test_the_sweep_finds_what_was_lost(app: Flask, queue: Any, sweep: Any, state: Any, data: Path) -> None:
    """Fault 6: a run whose message never came is told to a worker by the clock."""
    run_id = queue(big(10))
    assert run_id not in waiting(app)
    with app.app_context(), access.acting_as(access.SYSTEM):
        old = clock.now() - runs.LOST * 2
        db.session.execute(update(ImportRun).where(ImportRun.id == run_id).values(queued_at=old))
        db.session.commit()
    assert run_id in waiting(app)
    with web.worker(data / "log"):
        sweep()
        wait_until(lambda: state(run_id)[0] == "done", 60)
