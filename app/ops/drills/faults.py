"""Bounded drills of RELIABILITY 2 on one product: queue, database, disk and messages fail; each tells what it counted.

A drill returns a sentence with its numbers, or raises Broken.
"""

import os
import signal
import threading
import time
import urllib.error
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil

from app.core import jobs
from app.ops import deployed
from app.ops.drills.hurting import ask, multipart
from app.ops.drills.stage import Broken, Stage, hit, must, quantile, until

ALL_DONE = "SELECT count(*) FROM bulk_run WHERE id = ANY(%s) AND state = 'done' AND attempts = 1 AND done_rows = total"
MANY = 200
LONG_IMPORT = 60_000  # rows: it must last until its worker is killed
TRIES = 20


def wanted(stage: Stage, count: int) -> tuple[list[int], float]:
    """So many group operations asked for by REST: their ids, and the 99th percentile of the answers in seconds."""
    ids, took = [], []
    person = stage.make("contacts/", {"kind": "person", "first_name": "Drill", "last_name": "D"})
    body = {"kind": "contact", "operation": "tag", "ids": [person], "values": {"tags": ["drilled"]}}
    for _ in range(count):
        began = time.monotonic()
        ids.append(stage.make("bulk/", body))
        took.append(time.monotonic() - began)
    return ids, quantile(took)


def done_once(stage: Stage, ids: list[int], seconds: float) -> float:
    """Wait until each was done, and check that none was begun twice; how long it took."""
    ended = "SELECT count(*) FROM bulk_run WHERE id = ANY(%s) AND state IN ('done', 'failed')"
    took = until(lambda: stage.one(ended, ids) == len(ids), seconds, "work was left")
    must(stage.one(ALL_DONE, ids) == len(ids), "something was begun twice, or failed")
    return took


@contextmanager
def paused(stage: Stage, word: str) -> Iterator[None]:
    """A child and what it started stand still meanwhile."""
    child = stage.product.child(word)
    if child is None:
        raise Broken(f"there is no {word}")
    family = [child, *child.children(recursive=True)]
    for process in family:
        process.suspend()
    try:
        yield
    finally:
        for process in family:
            process.resume()


def queue_down(stage: Stage) -> str:
    """6, 7: the queue is killed; who asks for work meanwhile is answered, and the work is done when it is back."""
    ids, slow = wanted(stage, TRIES)[0], 0.0  # before it is hurt, so that no process of the web is at its first request
    for _ in range(2):
        hit(stage, "valkey")
        more, p99 = wanted(stage, TRIES // 2)
        ids, slow = ids + more, max(slow, p99)
    must(slow < 1, f"an answer took {slow:.1f} s")
    took = done_once(stage, ids, 60)
    return f"{len(ids)} requests with the queue down, p99 {slow * 1000:.0f} ms, all done once in {took:.0f} s"


def queue_wiped(stage: Stage) -> str:
    """8: all messages are gone; the sweep tells the workers again, and who is signed in stays so."""
    with paused(stage, "dramatiq"):
        ids, _p99 = wanted(stage, MANY)
        with stage.queue() as queue:
            queue.flushall()
    took = done_once(stage, ids, 120)
    must(stage.rest("GET", "tags/")[0] == 200, "the token is worth nothing any more")
    return f"FLUSHALL with {MANY} jobs queued: all done once in {took:.0f} s, still signed in"


def queue_full(stage: Stage) -> str:
    """9: the queue takes nothing more; work is kept all the same and done later."""
    with stage.queue() as queue:
        queue.config_set("maxmemory", "1")
        try:
            ids, p99 = wanted(stage, TRIES)
        finally:
            queue.config_set("maxmemory", "0")
    took = done_once(stage, ids, 60)
    return f"{TRIES} requests with maxmemory reached, p99 {p99 * 1000:.0f} ms, all done once in {took:.0f} s"


def doubled_messages(stage: Stage) -> str:
    """24: each message comes three times, in reverse order too, with one that no actor knows among them (5, 26)."""
    with paused(stage, "dramatiq"):
        ids, _p99 = wanted(stage, 50)
        broker = jobs.make_broker(stage.settings["REDIS_URL"])
        for name, number in [("nobody.knows", 1), *(("bulk.run", i) for i in [*reversed(ids), *ids])]:
            broker.enqueue(jobs.message(name, number))
        broker.close()
    took = done_once(stage, ids, 60)
    return f"50 jobs told three times, in reverse too, one unknown among them: each done once in {took:.0f} s"


def orphans(stage: Stage) -> str:
    """1, goals: workers are killed with a job in hand; another has it within half a minute."""
    took = list(filter(None, (orphan(stage, f"orphan{n}{time.monotonic_ns() % 10**6}") for n in range(2))))
    must(bool(took), "the imports were done before the kill")
    must(max(took) <= 30, f"an orphan waited {max(took):.0f} s")
    return f"{len(took)} orphans taken over after {', '.join(f'{s:.0f}' for s in took)} s"


def orphan(stage: Stage, word: str) -> float:
    """Seconds until another worker had it; 0 when it was done before the kill."""
    state, run = "SELECT state FROM import_run WHERE id = %s", stage.begin(word, LONG_IMPORT)["import"]
    until(lambda: stage.one(state, run) != "queued", 30, "the import did not begin")
    hit(stage, "dramatiq")
    killed = time.monotonic()
    if stage.one(state, run) == "done":
        return 0.0
    again = "SELECT attempts > 1 OR state = 'done' FROM import_run WHERE id = %s"
    until(lambda: stage.one(again, run), 60, "nobody took it")
    took = time.monotonic() - killed
    until(lambda: stage.one(state, run) == "done", 120, "it did not end")
    return took


class Writer:
    """Somebody who writes contacts without pause and remembers which were confirmed to him."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.confirmed: list[int] = []
        self.codes: list[tuple[float, int]] = []
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._write, daemon=True)

    def _write(self) -> None:
        while not self.over.is_set():
            person = {"kind": "person", "first_name": "Ledger", "last_name": "L"}
            status, answer = self.stage.rest("POST", "contacts/", person, 10)
            self.codes.append((time.monotonic(), status))
            if status == 201:
                self.confirmed.append(answer["id"])

    def __enter__(self) -> "Writer":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join(20)


def database_hurt(stage: Stage, blow: int) -> str:
    """10, 11: the database is restarted, or killed, under somebody who writes: what was confirmed is there."""
    with Writer(stage) as writer:
        until(lambda: len(writer.confirmed) > 20, 30, "nothing was written")
        server = stage.product.child("postgres")
        if server is None:
            raise Broken("there is no database")
        family = [server, *server.children(recursive=True)] if blow == signal.SIGKILL else [server]
        for process in family:
            os.kill(process.pid, blow)
        hurt, before = time.monotonic(), len(writer.confirmed)
        until(lambda: len(writer.confirmed) > before + 20, 60, "nothing could be written afterwards")
    bad = {code for at, code in writer.codes if at > hurt and code not in (201, 503)}
    back = next(at for at, code in writer.codes if at > hurt + 0.5 and code == 201) - hurt
    there = stage.one("SELECT count(*) FROM contact WHERE id = ANY(%s)", writer.confirmed)
    must(there == len(writer.confirmed), f"{len(writer.confirmed) - there} confirmed rows are lost")
    must(not bad - {0, 500}, f"answers {bad}")
    failed = sum(code in (0, 500) for at, code in writer.codes)
    waited = sum(code == 503 for _at, code in writer.codes)
    must(failed <= 4, f"{failed} answers were failures, not 503")
    return f"{there} rows confirmed, 0 lost; writing again after {back:.1f} s, {waited} answers 503, {failed} cut off"


def database_restart(stage: Stage) -> str:
    """10: a fast restart."""
    return database_hurt(stage, signal.SIGINT)


def database_killed(stage: Stage) -> str:
    """11: kill -9 of the server and all its processes."""
    return database_hurt(stage, signal.SIGKILL)


def locks(stage: Stage) -> str:
    """12: somebody holds a table; who asks for it is told so in seconds, the other pages are as fast as ever."""
    others: list[float] = []
    with deployed.connect(stage.settings["DATABASE_URL"]) as holder:
        holder.execute("LOCK TABLE contact IN ACCESS EXCLUSIVE MODE")
        asked: list[tuple[int, float]] = []

        def ask() -> None:
            began = time.monotonic()
            status = stage.rest("GET", "contacts/", None, 40)[0]
            asked.append((status, time.monotonic() - began))

        thread = threading.Thread(target=ask)
        thread.start()
        while thread.is_alive():
            began = time.monotonic()
            must(stage.rest("GET", "taxes/")[0] == 200, "another page failed")
            others.append(time.monotonic() - began)
            time.sleep(0.05)
        holder.rollback()
    (status, took), p99 = asked[0], quantile(others)
    must(status == 503, f"the locked table answered {status}")
    must(took < 10, f"only after {took:.0f} s")
    must(p99 < 1, f"other pages took {p99:.1f} s")
    must(stage.rest("GET", "contacts/")[0] == 200, "it stays shut")
    return f"503 after {took:.1f} s; {len(others)} other answers meanwhile, p99 {p99 * 1000:.0f} ms"


SMALL, BIG = 2**21, 5 * 2**20  # bytes


def disk_full(stage: Stage) -> str:
    """13: no room for an upload: a clear refusal, no row, no part of a file; with room again it works."""
    web = stage.product.child("gunicorn")
    if web is None:
        raise Broken("there is no web process")
    family = [web, *web.children()]
    until(lambda: len(web.children()) > 0, 20, "no web process")
    contact = stage.make("contacts/", {"kind": "person", "first_name": "Disk", "last_name": "Full"})
    before, rows = stored(stage), stage.one("SELECT count(*) FROM document")
    for process in family:
        process.rlimit(psutil.RLIMIT_FSIZE, (SMALL, psutil.RLIM_INFINITY))
    try:
        status = upload(stage, contact)
    finally:
        for process in family:
            process.rlimit(psutil.RLIMIT_FSIZE, (psutil.RLIM_INFINITY, psutil.RLIM_INFINITY))
    must(status == 507, f"a full disk answered {status}")
    must(stored(stage) == before, "a part of a file is left")
    must(stage.one("SELECT count(*) FROM document") == rows, "a row is left")
    must(upload(stage, contact) == 201, "no upload works afterwards")
    return "refused with 507, no row and no file left, the next upload works"


def stored(stage: Stage) -> int:
    """Files in the store."""
    return sum(path.is_file() for path in (stage.product.folder / "files").rglob("*"))


def upload(stage: Stage, contact: int) -> int:
    """A document of 5 MB for a contact; the status."""
    body, kind = multipart({"contact": str(contact)}, "big.bin", os.urandom(BIG))
    headers = {"Content-Type": kind, "Authorization": f"Bearer {stage.token}"}
    try:
        ask(f"{stage.address}/api/v1/files/", body, headers)
    except urllib.error.HTTPError as error:
        return error.code
    return 201


DRILLS: dict[str, Callable[[Stage], str]] = {
    "queue-down (6, 7)": queue_down,
    "queue-wiped (8)": queue_wiped,
    "queue-full (9)": queue_full,
    "doubled-messages (5, 24)": doubled_messages,
    "orphans (1, goal)": orphans,
    "database-restart (10)": database_restart,
    "database-killed (11)": database_killed,
    "locks (12)": locks,
    "disk-full (13)": disk_full,
}
