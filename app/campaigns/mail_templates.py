"""Verbs of the templates that mails are written by (MAIL-05)."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.campaigns.models import MailTemplate
from app.campaigns.service import check_texts
from app.core.db import db
from app.core.errors import Conflict, RuleBroken

LONGEST_NAME = 120
MOST = 500


def templates() -> list[MailTemplate]:
    """All of them by name, as many as a menu can bear."""
    return list(db.session.scalars(select(MailTemplate).order_by(func.lower(MailTemplate.name)).limit(MOST)))


def found(pk: int | None) -> MailTemplate | None:
    """The template with this id."""
    return db.session.get(MailTemplate, pk) if pk is not None and 0 < pk < 2**31 else None


def save(data: Mapping[str, Any], template: MailTemplate | None = None) -> MailTemplate:
    """Make a template, or change one: name, subject, html, version. Raises RuleBroken, Conflict. Flushes."""
    if template is not None and data.get("version") not in (None, template.version):
        raise Conflict
    clean = check_texts(data) | {"name": _name(data, template)}
    if template is None:
        template = MailTemplate()
        db.session.add(template)
    for key, value in clean.items():
        setattr(template, key, value)
    db.session.flush()
    return template


def _name(data: Mapping[str, Any], template: MailTemplate | None) -> str:
    name = " ".join(str(data.get("name") or "").replace("\0", "").split())
    if not name:
        raise RuleBroken({"name": _("This field is required.")})
    if len(name) > LONGEST_NAME:
        raise RuleBroken({"name": _("At most %(limit)s characters.", limit=LONGEST_NAME)})
    twin = db.session.scalar(select(MailTemplate).where(func.lower(MailTemplate.name) == name.lower()))
    if twin is not None and twin is not template:
        raise RuleBroken({"name": _("There is a template “%(name)s” already.", name=twin.name)})
    return name


def delete(template: MailTemplate) -> None:
    """What was written by it stays as it is."""
    db.session.delete(template)
    db.session.flush()
