"""Mail, files, work that waits, backups: what the product is for."""

import datetime as dt
import io
import secrets
import smtplib
from collections.abc import Iterator

from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from app.core import clock, storage
from app.mailing import servers, smtp
from app.ops import facts, upgrade
from app.ops.doctor.finding import Finding, fine, problem, warning

LATE = 300.0  # seconds
OLD = dt.timedelta(days=2)
PLACE = "Settings → Mail server"


def look() -> Iterator[Finding]:
    """All of it; what needs the database is left out while that is away."""
    yield files()
    try:
        found = facts.database()
        yield mail()
        yield from waiting(found)
        yield backups()
    except SQLAlchemyError:
        return


def files() -> Finding:
    """Whether bytes can be stored, read and removed."""
    url, content = current_app.config["FILES_URL"], secrets.token_bytes(16)
    try:
        key, _size = storage.put(io.BytesIO(content), "doctor")
        with storage.open_stored(key) as stream:
            same = stream.read() == content
        storage.remove(key)
    except Exception as error:
        says = f"Files can't be stored in {url.partition('?')[0]}: {type(error).__name__}: {error}"
        return problem("files", says, "See to its rights and space, or correct CLIENTELA_FILES_URL.")
    if not same:
        return problem("files", "A stored file came back different.", "Check the disk of the files.")
    return fine("files", "files can be stored, read and removed")


def mail() -> Finding:
    """Whether a server is set and lets us in."""
    if words := servers.problem():
        return warning("mail", str(words), f"An administrator sets it under {PLACE}; or set CLIENTELA_SMTP_URL.")
    server = servers.present()
    assert server is not None  # noqa: S101 (no problem)
    try:
        smtp.greet(server)
    except (OSError, smtplib.SMTPException) as error:
        says = f"The mail server {server.host}:{server.port} does not let us in: {smtp.said(error)}"
        return problem("mail", says, f"Correct name, port, user or password under {PLACE}; mails wait meanwhile.")
    return fine("mail", f"{server.host}:{server.port} lets us in")


def waiting(found: facts.Database) -> Iterator[Finding]:
    """Work that should be done by now, and mails of which nobody knows whether they went."""
    late = {kind: seconds for kind, seconds in found.oldest.items() if seconds > LATE}
    if late:
        words = ", ".join(f"{kind} for {seconds / 60:.0f} min" for kind, seconds in late.items())
        cure = "See whether worker and scheduler live and what worker.log says; for mails, what the mail server says."
        yield problem("waiting work", f"Work waits too long: {words}.", cure)
    else:
        yield fine("waiting work", "nothing has waited longer than 5 minutes")
    if doubts := found.mails.get("doubt", 0):
        cure = "Settings → Mail log → In doubt: ask whether each arrived, then “Send again” or “It arrived”."
        yield warning("mails in doubt", f"Of {doubts} mails nobody knows whether they were sent.", cure)
    else:
        yield fine("mails in doubt", "no mail is in doubt")


def backups() -> Finding:
    """How old the newest is."""
    note = current_app.config["DATA"] / upgrade.LAST_BACKUP
    cure = "run.py manage backup FILE (each night by cron or a systemd timer), and keep FILE on another machine."
    if not note.is_file():
        return warning("backups", "No backup was ever made on this host.", cure)
    age = clock.now() - dt.datetime.fromisoformat(note.read_text())
    says = f"the last backup is {age.days} days and {age.seconds // 3600} h old"
    return warning("backups", f"{says.capitalize()}.", cure) if age > OLD else fine("backups", says)
