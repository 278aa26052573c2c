"""The drill of a mailing (MAIL-03): workers are killed at random moments, the queue is wiped, the mail server hangs up
now and then; nobody gets it twice but those in doubt that a person resends, and nobody is lost."""

import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from app.ops import deployed
from app.ops.drills.hurting import PASSWORD, kill, rows_of, upload, wipe_the_queue
from app.ops.drills.mail_server import CountingServer
from app.ops.folder import DataFolder
from app.ops.launched import Product, environment

KILLS = 5
LONGEST = 1500.0  # seconds
TAG = "drill"
# As its page writes it; the row is the truth, and the clock tells a worker of it.
MAILING = """
INSERT INTO mailing (owner_id, audience, subject, html, language, attachments, in_history, base_url, state, filled_to)
SELECT u.id, jsonb_build_object('tags', jsonb_build_array(t.id)), 'Ciao {{first_name}}', '<p>Per {{name}}</p>', 'it',
    '[]', true, 'http://127.0.0.1', 'queued', 0
FROM ab_user u, tag t WHERE u.username = 'admin' AND t.name = %s"""
# Twenty minutes pass for a mail whose sender is dead: a living one has its answer at once here.
TIME_PASSES = """
UPDATE outgoing_mail SET claimed_at = claimed_at - interval '25 minutes'
WHERE state = 'sending' AND claimed_at < now() - interval '20 seconds'"""
# What the button of the log does.
RESEND = """
UPDATE outgoing_mail SET state = 'waiting', attempts = 0, next_try_at = now(), claimed_at = NULL
WHERE state = 'doubt'"""
DOUBTED = "SELECT email FROM mailing_recipient WHERE state = 'doubt'"
STATES = "SELECT state, count(*) AS number FROM mailing_recipient GROUP BY state"
NOT_NOTED = "SELECT count(*) AS number FROM mailing_recipient WHERE state = 'sent' AND NOT noted"
NOTED = "SELECT count(*) AS number FROM history_event WHERE text LIKE %s"


def run(rows: int, say: Callable[[str], None]) -> bool:
    """Write to `rows` persons while all that happens; tell whether each got it, once."""
    chance = random.Random(seed := random.SystemRandom().randrange(10**6))  # noqa: S311
    server = CountingServer()
    with tempfile.TemporaryDirectory(prefix="clientela-drill-") as place:
        url = f"smtp://127.0.0.1:{server.port}?from=crm@example.com"
        env = environment(CLIENTELA_ADMIN_PASSWORD=PASSWORD, CLIENTELA_SMTP_URL=url)
        product = Product(Path(place) / "data", env, workers=2)
        try:
            people(product, Path(place), rows)
            say(f"{rows} recipients; moments by chance, seed {seed}")
            return drilled(product, server, rows, chance, say)
        finally:
            product.kill()
            server.stop()


def people(product: Product, place: Path, rows: int) -> None:
    """Bring in `rows` persons with an address and the tag."""
    lines = ["Nome;Cognome;Email;Tag", *(f"P{n};Prova;p{n}@example.com;{TAG}" for n in range(rows))]
    (place / "people.csv").write_text("\n".join(lines), encoding="utf-8")
    upload(product.ready(), place / "people.csv")
    until(lambda: number(product, "SELECT count(*) AS number FROM import_run WHERE state = 'done'") == 1)


def drilled(
    product: Product, server: CountingServer, rows: int, chance: random.Random, say: Callable[[str], None]
) -> bool:
    """The blows, the person's decision, the count."""
    change(product, MAILING, TAG)
    began = time.monotonic()
    moments = sorted(chance.uniform(0.05, 0.9) for _ in range(KILLS))
    for turn, moment in enumerate(moments):
        until(lambda moment=moment: len(server.came) >= moment * rows)  # type: ignore[misc]
        until(lambda: product.child("dramatiq") is not None)  # the supervisor starts it again after a pause
        kill("dramatiq")(product)
        say(f"workers killed after {len(server.came)} mails")
        if turn == KILLS // 2:
            wipe_the_queue(product)
            say("queue killed and wiped")
    settled(product)
    doubted, first = doubts(product), Counter(server.came)
    say(f"over after {time.monotonic() - began:.0f} s; the server hung up {server.dropped} times")
    server.drops = False
    change(product, RESEND)
    settled(product)
    return judged(product, server, rows, doubted, first, say)


def settled(product: Product) -> None:
    """Wait until no recipient waits or is being sent to, those of the dead are in doubt, the rest in the history."""

    def over() -> bool:
        change(product, TIME_PASSES)
        found = states(product)
        open_ = found.get("waiting") or found.get("sending") or number(product, NOT_NOTED)
        return bool(found) and not open_

    until(over)


def judged(
    product: Product,
    server: CountingServer,
    rows: int,
    doubted: set[str],
    first: Counter[str],
    say: Callable[[str], None],
) -> bool:
    """Print the table; whether all of it is as it must be."""
    all_ = {f"p{n}@example.com" for n in range(rows)}
    twice = {to for to, times in server.came.items() if times > 1}
    table = {
        "recipients": rows,
        "received twice before a person decided": len([to for to, times in first.items() if times > 1]),
        "in doubt": len(doubted),
        "in doubt, had it": len(doubted & set(first)),
        "received twice, never in doubt": len(twice - doubted),
        "lost": len(all_ - set(server.came)),
        "states": states(product),
        "in the history": number(product, NOTED, "%Per P%"),
    }
    say(json.dumps(table, indent=2))
    bad = ("received twice before a person decided", "received twice, never in doubt", "lost")
    whole = table["states"] == {"sent": rows} and table["in the history"] == rows
    return whole and not any(table[name] for name in bad)


def doubts(product: Product) -> set[str]:
    """Addresses that a person has to decide about."""
    return {row["email"] for row in rows_of(product, DOUBTED, [])}


def states(product: Product) -> dict[str, int]:
    """How many recipients are in each state; nothing while the database is away."""
    return {row["state"]: row["number"] for row in rows_of(product, STATES, [])}


def number(product: Product, statement: str, *values: str) -> int:
    """One number."""
    return next((row["number"] for row in rows_of(product, statement, list(values))), 0)


def change(product: Product, statement: str, *values: str) -> None:
    """Change rows of the drilled product."""
    with deployed.connect(DataFolder(product.folder).remembered()["DATABASE_URL"]) as connection:
        connection.execute(statement, values)  # type: ignore[arg-type]


def until(holds: Callable[[], bool]) -> None:
    """Wait for it."""
    deadline = time.monotonic() + LONGEST
    while not holds():
        if time.monotonic() > deadline:
            raise SystemExit("the drill did not end in time")
        time.sleep(0.1)
