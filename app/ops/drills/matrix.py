"""The kill matrix: each process is killed while work of every kind is under way; nothing may be lost, nothing done
twice (RELIABILITY 2, faults 1-4, 8, 11, 21)."""

import time
from typing import Any

from app.ops.drills.stage import Stage, hit, must, until
from app.ops.drills.work import PEOPLE, ROWS, TASKS

LONGEST = 150.0  # seconds for a round to come to its end
PROCESSES = {
    "web": "gunicorn",
    "worker": "dramatiq",
    "scheduler": "workers.schedule",
    "database": "postgres",
    "queue": "valkey",
}
OPEN_RUNS = """SELECT
    (SELECT count(*) FROM import_run WHERE state IN ('queued', 'running'))
    + (SELECT count(*) FROM export_run WHERE state IN ('queued', 'running'))
    + (SELECT count(*) FROM bulk_run WHERE state IN ('queued', 'running'))
    + (SELECT count(*) FROM invoice_sending WHERE state = 'queued')
    + (SELECT count(*) FROM report_schedule WHERE active AND next_at <= now())
    + (SELECT count(*) FROM task WHERE remind_at <= now() AND reminded_at IS NULL)"""
OPEN_MAILS = """SELECT (SELECT count(*) FROM outgoing_mail WHERE state IN ('waiting', 'sending'))
    + (SELECT count(*) FROM mailing WHERE state IN ('queued', 'running'))"""
DOUBT = "SELECT count(*) FROM outgoing_mail WHERE state = 'doubt'"
# Who holds a mail for twenty minutes is dead; a drill has no twenty minutes.
TWENTY_MINUTES = """UPDATE outgoing_mail SET claimed_at = claimed_at - interval '25 minutes'
    WHERE state = 'sending' AND claimed_at < now() - interval '10 seconds'"""


def run(stage: Stage, process: str) -> str:
    """Kill one process under all kinds of work; what was counted. Raises Broken."""
    word = f"{process}{time.monotonic_ns() % 10**6}"
    before = stage.one(DOUBT)
    begun = stage.begin(word, ROWS)
    until(lambda: progress(stage, begun), 30, "no work began")
    hit(stage, PROCESSES[process])
    killed = time.monotonic()
    took = until(lambda: stage.one(OPEN_RUNS) == 0, LONGEST, f"work was left: {left(stage)}")
    until(lambda: settled(stage), LONGEST, f"mails were left: {left(stage)}")
    ended = time.monotonic() - killed
    facts = ledger(stage, begun, word)
    wrong = {name: pair for name, pair in facts.items() if pair[0] != pair[1]}
    must(not wrong, f"expected and found: {wrong}")
    check_mails(stage)
    doubt = stage.one(DOUBT) - before
    until(lambda: stage.rest("GET", "tags/")[0] == 200, 30, "the pages do not answer")
    return f"7 kinds of work, all done in {took:.0f} s, mails in {ended:.0f} s, {doubt} in doubt, 0 lost, 0 twice"


def progress(stage: Stage, begun: dict[str, Any]) -> bool:
    """Whether the import is on its way, with all else."""
    return bool(stage.one("SELECT state <> 'queued' FROM import_run WHERE id = %s", begun["import"]))


def settled(stage: Stage) -> bool:
    """Whether no mail waits; time passes for those that a dead worker holds."""
    stage.rows(TWENTY_MINUTES)
    return int(stage.one(OPEN_MAILS)) == 0


def left(stage: Stage) -> list[tuple[Any, ...]]:
    """What is open, for the message."""
    return stage.rows("SELECT state, count(*) FROM outgoing_mail GROUP BY 1 UNION ALL SELECT state, -1 FROM import_run")


def ledger(stage: Stage, begun: dict[str, Any], word: str) -> dict[str, tuple[Any, Any]]:
    """(expected, found) of each kind."""
    people = begun["people"]
    tagged = "SELECT count(*), count(DISTINCT contact_id) FROM contact_tag WHERE contact_id = ANY(%s)"
    reports = "SELECT count(*), count(mail_id) FROM report_mail WHERE schedule_id = %s"
    reminded = "SELECT count(*), count(DISTINCT subject) FROM outgoing_mail WHERE subject LIKE %s"
    recipients = "SELECT count(*) FROM mailing_recipient WHERE mailing_id = %s"
    sent = "SELECT count(*), count(DISTINCT mail_id) FROM invoice_sending WHERE id = ANY(%s)"
    bells = "SELECT count(*) FROM notice WHERE words->>'name' LIKE %s"
    return {
        "import": ((ROWS, 0), stage.rows("SELECT created, failed FROM import_run WHERE id = %s", begun["import"])[0]),
        "imported": (ROWS, stage.one("SELECT count(*) FROM contact WHERE first_name = %s", f"Imp{word}")),
        "export": ("done", stage.one("SELECT state FROM export_run WHERE id = %s", begun["export"])),
        "bulk": ((PEOPLE, PEOPLE), stage.rows(tagged, people)[0]),
        "mailing": (PEOPLE, stage.one(recipients, begun["mailing"])),
        "invoices": ((len(begun["invoices"]),) * 2, stage.rows(sent, begun["invoices"])[0]),
        "report": ((1, 1), stage.rows(reports, begun["report"])[0]),
        "reminders": ((TASKS, TASKS), stage.rows(reminded, f"%{word} %")[0]),
        "bells": (TASKS, stage.one(bells, f"{word} %")),
    }


def check_mails(stage: Stage) -> None:
    """None came twice, and none that is not in doubt is missing. Raises Broken."""
    twice = [name for name, times in stage.sink.came.items() if times > 1]
    must(not twice, f"came twice: {twice[:3]}")
    states = dict(stage.rows("SELECT message_id, state FROM outgoing_mail"))
    lost = [name for name, state in states.items() if state == "sent" and name not in stage.sink.came]
    must(not lost, f"said to be sent and did not come: {lost[:3]}")
    strange = {state for state in states.values() if state not in ("sent", "doubt")}
    must(not strange, f"mails are left as {strange}")
