"""Work of each kind, begun in the environment of a product under drill: `python -m app.ops.drills.work WORD ROWS`
(of the import).

It prints one line of JSON: what was begun, by kind. What it should come to is counted from outside (matrix.py).
"""

import csv
import datetime as dt
import io
import json
import sys
from typing import Any

from flask import Flask

from app import create_app
from app.core import access, clock, operations
from app.core.db import db
from app.imports.commands import requester

PEOPLE, ROWS, TASKS, INVOICES = 30, 8000, 20, 5
TEXTS = {"subject": "Novità {{first_name|amico}}", "html": "<p>Per {{name}}</p>", "language": "it"}


def begin(word: str, rows: int) -> dict[str, Any]:
    """Everything at once. `word` stands in all that it makes, so that rounds are told apart."""
    people = persons(word)
    begun = {
        "people": people,
        "import": an_import(word, rows),
        "export": an_export(),
        "bulk": a_bulk(word, people),
        "mailing": a_mailing(people),
        "invoices": invoices(people[:INVOICES]),
        "report": a_report(),
        "reminders": reminders(word),
    }
    db.session.commit()  # with it go the messages
    return begun


def persons(word: str) -> list[int]:
    """With an address each."""
    from app.contacts import service

    made = [
        service.save({"kind": "person", "first_name": word, "last_name": f"N{n}", "emails": [f"{word}{n}@example.com"]})
        for n in range(PEOPLE)
    ]
    db.session.flush()
    return [person.id for person in made]


def an_import(word: str, rows: int) -> int:
    """So many persons whose last name is the word and a number."""
    from app.imports import service

    text = io.StringIO()
    out = csv.writer(text)
    out.writerow(["Nome", "Cognome", "Email"])
    out.writerows([f"Imp{word}", f"{word}{n}", f"i{word}{n}@example.com"] for n in range(rows))
    run = service.upload(io.BytesIO(text.getvalue().encode()), f"{word}.csv")
    service.start(run, dry_run=False)
    return int(run.id)


def an_export() -> int:
    """All contacts."""
    from app.exports import service

    return int(service.start("contacts", "csv").id)


def a_bulk(word: str, people: list[int]) -> int:
    """A tag for each person."""
    from app.bulk import service

    kind = operations.kind("contact")
    if kind is None:
        raise LookupError("contacts have no list")
    return int(service.queue(kind, kind.operations["tag"], people, {"tags": [f"tag{word}"]}).id)


def a_mailing(people: list[int]) -> int:
    """To each person."""
    from app.campaigns import service

    mailing = service.draft({"ids": people})
    service.save(TEXTS, mailing)
    service.start(mailing)
    return int(mailing.id)


def invoices(people: list[int]) -> list[int]:
    """Billed and on their way; the ids of what is to be sent."""
    from app.invoices import sending, service

    made = []
    for person in people:
        lines = [{"name": "Fornitura", "quantity": "2", "price": "10.50"}]
        invoice = service.save({"client": person, "lines": lines, "language": "it"})
        made.append(sending.send(invoice, {}))
    db.session.flush()
    return [row.id for row in made]


def a_report() -> int:
    """Due now, to whoever acts."""
    from app.reporting import service

    me = access.current().user_id
    row = service.save({"report": "pipeline", "every": "week", "formats": ["inline"], "recipients": [me]})
    row.next_at = clock.now() - dt.timedelta(minutes=1)
    db.session.flush()
    return int(row.id)


def reminders(word: str) -> list[int]:
    """Owed since an hour."""
    from app.tasks import service

    tomorrow = clock.today("Europe/Rome") + dt.timedelta(days=1)
    made = [service.save({"title": f"{word} {n:03}", "due": tomorrow, "reminder": 5}) for n in range(TASKS)]
    for task in made:
        task.remind_at = clock.now() - dt.timedelta(hours=1)
    db.session.flush()
    return [task.id for task in made]


def main(app: Flask, word: str, rows: int = ROWS) -> None:
    """Begin, and say what."""
    with app.test_request_context(base_url="https://crm.example.com"), access.acting_as(requester(None)):
        print(json.dumps(begin(word, rows)))


if __name__ == "__main__":
    main(create_app(views=False), sys.argv[1], int(sys.argv[2]))
