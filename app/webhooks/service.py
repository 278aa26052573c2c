"""The verbs of webhooks: keep one, tell it, settle what it answered, turn it off when it is dead."""

import datetime as dt
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext as _
from sqlalchemy import delete as delete_rows
from sqlalchemy import func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from app.core import access, clock, sealing
from app.core.db import db
from app.core.errors import Conflict, RuleBroken
from app.core.jobs import RunState, later
from app.core.occurrences import Occurrence, listen
from app.webhooks.models import Delivery, Webhook
from app.webhooks.words import EVENTS

LIMITS = {"name": 120, "url": 2000}
KEYS = ("name", "url", "events", "is_on")
MOST = 50
PAUSES = [dt.timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720, 1440)]  # the last one again and again
MOST_ATTEMPTS = 11  # with these pauses four days and a half
DEAD = dt.timedelta(days=3)  # of nothing but failures
STALE = dt.timedelta(minutes=2)  # longer than the longest try: who holds a telling still, is dead
LOST = dt.timedelta(seconds=20)
KEPT = dt.timedelta(days=30)
QUIET = {"synchronize_session": False}


def webhooks() -> list[Webhook]:
    """All of them, by name."""
    return list(db.session.scalars(select(Webhook).order_by(func.lower(Webhook.name), Webhook.id)))


def save(data: Mapping[str, Any], webhook: Webhook | None = None) -> Webhook:
    """Make one, or change one by the keys present: name, url, events, is_on, version. It sees what whoever saves it
    sees from now on; a new one's secret stands in `told_once`.

    Raises RuleBroken with the reasons by key, Conflict. Flushes.
    """
    if webhook is not None and data.get("version") not in (None, webhook.version):
        raise Conflict
    present = {key: getattr(webhook, key) for key in KEYS} if webhook is not None else {}
    clean = check({**present, **data})
    if webhook is None:
        if len(webhooks()) >= MOST:
            raise RuleBroken({"": _("At most %(limit)s.", limit=MOST)})
        secret = new_secret()
        webhook = Webhook(secret=sealing.seal(secret))
        webhook.keep_for_now(secret)
        db.session.add(webhook)
    for key, value in clean.items():
        setattr(webhook, key, value)
    webhook.owner_id = access.current().user_id or 0
    if webhook.is_on:
        webhook.failing_since, webhook.problem = None, None
    db.session.flush()
    return webhook


def check(data: Mapping[str, Any]) -> dict[str, Any]:
    """Clean values for the model's columns. Raises RuleBroken with every reason at once."""
    errors: dict[str, str] = {}
    clean: dict[str, Any] = {"is_on": bool(data.get("is_on"))}
    for key, limit in LIMITS.items():
        clean[key] = " ".join(str(data.get(key) or "").split())
        if not clean[key]:
            errors[key] = _("This field is required.")
        elif len(clean[key]) > limit or not clean[key].isprintable():
            errors[key] = _("At most %(limit)s characters.", limit=limit)
    if clean["url"] and not is_address(clean["url"]):
        errors["url"] = _("“%(text)s” is not a web address.", text=clean["url"][:60])
    clean["events"] = sorted(set(data.get("events") or ()) & set(EVENTS))
    if len(clean["events"]) < len(set(data.get("events") or ())):
        errors["events"] = _("Choose from the list.")
    if errors:
        raise RuleBroken(errors)
    return clean


def is_address(url: str) -> bool:
    """Whether it is an http(s) address without a name and password in it. Where it leads is asked at each telling."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username and parts.port != 0
    except ValueError:
        return False


def new_secret() -> str:
    """A key to sign with, 256 bits."""
    return f"whsec_{secrets.token_urlsafe(32)}"


def renew(webhook: Webhook) -> str:
    """Give it another secret, which is shown once; what is told from now on is signed with it."""
    secret = new_secret()
    webhook.secret = sealing.seal(secret)
    db.session.flush()
    return secret


def delete(webhook: Webhook) -> None:
    """Take it off with its log."""
    db.session.delete(webhook)
    db.session.flush()


@listen
def hear(happened: Occurrence) -> None:
    """Write a telling for each webhook that wants to know, in the transaction of what happened: one statement."""
    if happened.name in EVENTS:
        wanting = (Webhook.is_on, Webhook.events.contains([happened.name]))
        _put(happened.key, happened.name, happened.entity, happened.record_id, happened.fields, *wanting)


def call(webhook_id: int, key: str, entity: str, record_id: int) -> list[int]:
    """Tell one webhook of a record, as an automation does; [] where it is off or gone."""
    return _put(key, f"{entity}.automation", entity, record_id, (), Webhook.is_on, Webhook.id == webhook_id)


def ping(webhook: Webhook) -> int:
    """A telling of nothing, to try an address."""
    return _put(f"ping:{secrets.token_hex(8)}", "ping", "", 0, (), Webhook.id == webhook.id)[0]


def _put(key: str, event: str, entity: str, record_id: int, fields: Any, *which: Any) -> list[int]:
    names = ("webhook_id", "key", "event", "entity", "record_id", "fields", "created_at", "next_try_at")
    now = clock.now()
    values = [key, event, entity, record_id or None, list(fields)[:100], now, now]
    columns = [Delivery.__mapper__.columns[name].type for name in names[1:]]
    row = select(Webhook.id, *(literal(v, t) for v, t in zip(values, columns, strict=True))).where(*which)
    new = insert(Delivery).from_select(names, row, include_defaults=False).on_conflict_do_nothing()
    ids = list(db.session.scalars(new.returning(Delivery.id)))
    for delivery_id in ids:
        later("webhooks.deliver", delivery_id)
    return ids


def resend(delivery: Delivery) -> None:
    """Tell it again, now, with the same words. Raises Conflict for one that is on its way."""
    ended = (RunState.DONE, RunState.FAILED, RunState.CANCELLED)
    mine = update(Delivery).where(Delivery.id == delivery.id, Delivery.state.in_(ended))
    values = {"state": RunState.QUEUED, "attempts": 0, "next_try_at": clock.now(), "finished_at": None}
    if not db.session.execute(mine.values(values).execution_options(**QUIET)).rowcount:  # type: ignore[attr-defined]
        raise Conflict
    later("webhooks.deliver", delivery.id)


def log_of(webhook: Webhook, limit: int, offset: int) -> list[Delivery]:
    """Its tellings, the latest first."""
    mine = select(Delivery).where(Delivery.webhook_id == webhook.id).order_by(Delivery.id.desc())
    return list(db.session.scalars(mine.limit(limit).offset(offset)))


def due() -> list[int]:
    """Tellings whose message was lost, or whose pause is over; what a dead worker held is free again. Flushes."""
    now = clock.now()
    held = update(Delivery).where(Delivery.state == RunState.RUNNING, Delivery.claimed_at < now - STALE)
    db.session.execute(held.values(state=RunState.QUEUED, next_try_at=now).execution_options(**QUIET))
    waiting = select(Delivery.id).where(Delivery.state == RunState.QUEUED)
    lost = or_(Delivery.next_try_at < now - LOST, (Delivery.attempts > 0) & (Delivery.next_try_at <= now))
    return list(db.session.scalars(waiting.where(lost).order_by(Delivery.next_try_at).limit(500)))


def forget() -> None:
    """Take away old tellings."""
    old = delete_rows(Delivery).where(Delivery.created_at < clock.now() - KEPT, Delivery.state != RunState.RUNNING)
    db.session.execute(old.execution_options(**QUIET))
