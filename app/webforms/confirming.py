"""Double opt-in: what was sent waits until its address is confirmed by a link in a mail (WEB-03)."""

import datetime as dt

from flask import current_app
from flask_babel import get_locale
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import delete, select

from app.contacts import checks
from app.core import clock
from app.core.db import db
from app.core.links import absolute
from app.mailing import service as mailing
from app.webforms import fields, service
from app.webforms.models import WebForm, WebFormEntry

KEPT = dt.timedelta(days=7)
PAUSE = dt.timedelta(hours=1)  # before the same address gets another mail from the same form


def ask(form: WebForm, values: service.Values) -> None:
    """Keep it, and mail the link; an address that has a mail already gets no second one within the hour.

    Raises RuleBroken where a contact could not be made of it. Flushes.
    """
    checks.check(fields.contact_data(form.kind, values))
    email = values["email"].lower()
    same = select(WebFormEntry.id).where(WebFormEntry.form_id == form.id, WebFormEntry.email == email)
    if db.session.scalar(same.where(WebFormEntry.created_at > clock.now() - PAUSE).limit(1)) is not None:
        return
    entry = WebFormEntry(form_id=form.id, email=email, values=values, owner_id=form.owner_id)
    db.session.add(entry)
    db.session.flush()
    link = absolute(f"/forms/confirm/{_signer().dumps([entry.id, entry.owner_id])}")
    text = _("You, or somebody in your name, filled in “%(form)s”. To send it, confirm your address here:",
             form=form.title)  # fmt: skip
    foot = _("If it was not you, do nothing: it is deleted after seven days.")
    subject = _("Please confirm: %(form)s", form=form.title)
    mailing.queue(email, subject, f"{text}\n\n{link}\n\n{foot}", language=str(get_locale() or "en")[:2])


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="webform-confirmation")


def meant(token: str) -> tuple[int, int] | None:
    """Which entry a link is for, and whose eyes are needed to see it; None where the link is not one of ours."""
    try:
        entry_id, owner_id = _signer().loads(token)
    except (BadData, TypeError, ValueError):
        return None
    return entry_id, owner_id


def entry(pk: int) -> WebFormEntry | None:
    """The entry while it waits, as the form's owner sees it."""
    fresh = select(WebFormEntry).where(WebFormEntry.id == pk, WebFormEntry.created_at > clock.now() - KEPT)
    return db.session.scalar(fresh)


def confirm(waiting: WebFormEntry) -> bool:
    """Make of it what the form makes; False when another click was faster. Raises RuleBroken. Flushes."""
    taken = delete(WebFormEntry).where(WebFormEntry.id == waiting.id).returning(WebFormEntry.id)
    form, values = waiting.form, dict(waiting.values)
    if db.session.scalar(taken.execution_options(synchronize_session=False)) is None:
        return False
    service.submit(form, values)
    return True


def forget_old() -> None:
    """What nobody confirmed goes."""
    db.session.execute(delete(WebFormEntry).where(WebFormEntry.created_at < clock.now() - KEPT))
