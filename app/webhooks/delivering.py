"""Takes one telling to its address: claimed before, sent outside of any transaction, settled after.

A worker killed in between leaves one that is told again: receivers know what they had by its `X-Clientela-Delivery`.
"""

import datetime as dt
import hashlib
import hmac
import ipaddress
from collections.abc import Callable
from typing import Any, NamedTuple

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import func, update

from app.core import access, clock, fetching, sealing
from app.core.db import db
from app.core.jobs import RunState
from app.core.people import load_actor
from app.core.text import printable
from app.notices import service as notices
from app.notices.models import Kind
from app.webhooks.models import Delivery, Webhook
from app.webhooks.service import DEAD, MOST_ATTEMPTS, PAUSES, QUIET

SECONDS = 10.0
PORTS = {80, 443, *range(1024, 65536)}  # none where mail, names or shells are served
FIRST_BYTES = 500  # of an answer, for the log
Body = Callable[[Delivery], str | None]


class Try(NamedTuple):
    """One try, as long as nobody else has begun another: `token` is its `claimed_at`."""

    delivery_id: int
    webhook_id: int
    token: dt.datetime
    attempts: int
    event: str


def work(delivery_id: int, body: Body) -> None:
    """Tell it, if it waits and its time has come; `body` makes the words as the webhook's owner. The caller acts as
    SYSTEM. Commits."""
    mine = _claimed(delivery_id)
    if mine is None:
        return
    delivery, webhook = db.session.get_one(Delivery, delivery_id), db.session.get_one(Webhook, mine.webhook_id)
    if (why := _prepared(delivery, webhook, body)) is not None:
        _end(mine, RunState.CANCELLED, error=why)
    else:
        address, headers, content = webhook.url, headers_of(delivery, webhook), str(delivery.body).encode()
        db.session.commit()  # nothing is held while the other side thinks
        _settle(mine, _told(address, headers, content))
    db.session.commit()


def _claimed(delivery_id: int) -> Try | None:
    """Mark it as being told; None when somebody else was faster, or its time has not come. Commits."""
    now = clock.now()
    free = (Delivery.id == delivery_id, Delivery.state == RunState.QUEUED, Delivery.next_try_at <= now)
    marked = update(Delivery).where(*free).values(
        state=RunState.RUNNING, claimed_at=now, attempts=Delivery.attempts + 1
    )  # fmt: skip
    row = db.session.execute(
        marked.returning(Delivery.webhook_id, Delivery.attempts, Delivery.event).execution_options(**QUIET)
    ).one_or_none()
    db.session.commit()
    return Try(delivery_id, row.webhook_id, now, row.attempts, row.event) if row else None


def _prepared(delivery: Delivery, webhook: Webhook, body: Body) -> str | None:
    """Make the words once; a reason where there is nothing to tell."""
    if not webhook.is_on and delivery.event != "ping":
        return _("The webhook is off.")
    if delivery.body is not None:
        return None
    found = load_actor(webhook.owner_id)
    if found is None or not found.is_admin:
        return _("Whoever set it up may not use it any more: let an administrator save it again.")
    with access.acting_as(found), force_locale(found.locale or "en"):
        delivery.body = body(delivery)
    return _("The record is gone.") if delivery.body is None else None


def headers_of(delivery: Delivery, webhook: Webhook) -> dict[str, str]:
    """With the signature over time and body: HMAC-SHA256 (RFC 2104), in hexadecimal."""
    moment = int(clock.now().timestamp())
    signed = signature(sealing.unseal(webhook.secret), moment, str(delivery.body))
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Clientela",
        "X-Clientela-Event": delivery.event,
        "X-Clientela-Delivery": str(delivery.id),
        "X-Clientela-Signature": f"t={moment},v1={signed}",
    }


def signature(secret: str, moment: int, body: str) -> str:
    """What a receiver computes to know that we told it, and when."""
    return hmac.new(secret.encode(), f"{moment}.{body}".encode(), hashlib.sha256).hexdigest()


def gate() -> fetching.Gate:
    """Public machines, and those private ones that whoever runs the installation has named."""
    allowed = [ipaddress.ip_network(name, strict=False) for name in current_app.config["WEBHOOK_ALLOW"]]

    def may(address: str) -> bool:
        ip = ipaddress.ip_address(address.split("%")[0])
        return fetching.is_public(address) or any(ip in network for network in allowed)

    return fetching.Gate(public=may, ports=PORTS)


def _told(url: str, headers: dict[str, str], content: bytes) -> fetching.Posted | str:
    """What came back, or why nothing did."""
    try:
        return fetching.post(url, content, headers, FIRST_BYTES, SECONDS, gate())
    except fetching.NotFetched as error:
        return str(error)[:FIRST_BYTES]


def _settle(mine: Try, answer: fetching.Posted | str) -> None:
    """A 2xx is well; all else is tried again after a growing pause, and given up at last."""
    said: dict[str, Any] = {"error": answer}
    if isinstance(answer, fetching.Posted):
        said = {"code": answer.status, "answer": printable(answer.content.decode(errors="replace"))}
    if 200 <= said.get("code", 0) < 300:
        _end(mine, RunState.DONE, **said)
        _mark(mine.webhook_id, failing_since=None)
        return
    _mark(mine.webhook_id, failing_since=func.coalesce(Webhook.failing_since, clock.now()))
    if mine.attempts >= MOST_ATTEMPTS or mine.event == "ping":
        _end(mine, RunState.FAILED, **said)
    else:
        pause = PAUSES[min(mine.attempts, len(PAUSES)) - 1]
        _end(mine, RunState.QUEUED, next_try_at=clock.now() + pause, **said)
    _give_up_the_dead(mine.webhook_id)


def _end(mine: Try, state: RunState, **said: Any) -> None:
    """Write down what came of a try, unless another one has begun since."""
    values = {"code": None, "answer": None, "error": None, "state": state, **said}
    values |= {} if state == RunState.QUEUED else {"finished_at": clock.now()}
    held = update(Delivery).where(Delivery.id == mine.delivery_id, Delivery.claimed_at == mine.token)
    held = held.where(Delivery.state == RunState.RUNNING)
    db.session.execute(held.values(values).execution_options(**QUIET))


def _mark(webhook_id: int, **values: Any) -> None:
    db.session.execute(update(Webhook).where(Webhook.id == webhook_id).values(values).execution_options(**QUIET))


def _give_up_the_dead(webhook_id: int) -> None:
    """After days of nothing but failures it is turned off, and its owner told, once."""
    off = update(Webhook).where(Webhook.id == webhook_id, Webhook.is_on, Webhook.failing_since < clock.now() - DEAD)
    gone = off.values(is_on=False, problem="dead").returning(Webhook.owner_id, Webhook.name)
    row = db.session.execute(gone.execution_options(**QUIET)).one_or_none()
    if row is not None:
        with access.acting_as(access.NOBODY):  # the product tells, not the person
            notices.tell([row.owner_id], Kind.WEBHOOK, f"/webhooks/{webhook_id}", name=row.name)
