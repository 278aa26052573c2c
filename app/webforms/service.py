"""The verbs of website forms: keep a form, take what a visitor sent, confirm it."""

import secrets
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext as _
from sqlalchemy import select, update

from app.contacts import service as contacts
from app.contacts.models import Channel, Contact, Medium
from app.core import access, occurrences
from app.core.db import db
from app.core.errors import Conflict, RuleBroken
from app.core.occurrences import Occurrence
from app.core.people import User, insider
from app.core.text import fold
from app.history import service as history
from app.notices import service as notices
from app.notices.models import Kind
from app.webforms import fields
from app.webforms.models import WebForm

LIMITS = {"title": 120, "button": 60, "return_url": 2000}
FLAGS = ("private", "notify", "double_opt_in", "active")
MOST_ORIGINS = 20
Values = dict[str, str]


def forms() -> list[WebForm]:
    """All of them, by title."""
    return list(db.session.scalars(select(WebForm).order_by(WebForm.title, WebForm.id).limit(200)))


def by_key(key: str) -> WebForm | None:
    """The form that is published under this key."""
    return db.session.scalar(select(WebForm).where(WebForm.key == key[:40], WebForm.active))


def save(data: dict[str, Any], form: WebForm | None = None) -> WebForm:
    """Make a form or change one (WEB-01). Raises RuleBroken with the reasons by key, Conflict. Flushes.

    `data`: title, kind (of a new one alone), fields, button, tags, owner (id), return_url, origins, the FLAGS, version.
    """
    if form is not None and data.get("version") != form.version:
        raise Conflict
    clean = check(data, form)
    if form is None:
        form = WebForm(key=secrets.token_urlsafe(16).replace("-", "x").replace("_", "y"))
        db.session.add(form)
    for key, value in clean.items():
        setattr(form, key, value)
    db.session.flush()
    return form


def check(data: dict[str, Any], form: WebForm | None = None) -> dict[str, Any]:
    """Clean values for the model's columns. Raises RuleBroken with every reason at once."""
    errors: dict[str, str] = {}
    clean: dict[str, Any] = {"kind": form.kind if form else data.get("kind")}
    if clean["kind"] not in fields.NAMES:
        raise RuleBroken({"kind": _("A contact is a person or a company.")})
    for key, limit in LIMITS.items():
        clean[key] = " ".join(str(data.get(key) or "").split())
        if len(clean[key]) > limit or "\0" in clean[key]:
            errors[key] = _("At most %(limit)s characters.", limit=limit)
    if not clean["title"]:
        errors["title"] = _("This field is required.")
    clean |= {flag: bool(data.get(flag)) for flag in FLAGS}
    clean["fields"] = _fields(clean["kind"], data.get("fields") or [], clean["double_opt_in"], errors)
    clean["tags"] = [tag for tag in (str(t).strip() for t in data.get("tags") or []) if tag]
    if any(len(tag) > 80 or "\0" in tag for tag in clean["tags"]):
        errors["tags"] = _("A tag has at most 80 characters.")
    clean["owner_id"] = _owner(data.get("owner"), errors)
    clean["origins"] = _origins(data.get("origins") or [], errors)
    if clean["return_url"] and not _is_web(clean["return_url"]):
        errors["return_url"] = _("“%(text)s” is not a web address.", text=clean["return_url"][:60])
    if errors:
        raise RuleBroken(errors)
    return clean


def _fields(kind: str, wanted: list[dict[str, Any]], opt_in: bool, errors: dict[str, str]) -> list[dict[str, Any]]:
    """The chosen ones in the order in which they are offered; without a name nobody becomes a contact (CON-01)."""
    known = {one.get("name"): one for one in wanted}
    chosen = [
        {
            "name": name,
            "label": str(known[name].get("label") or "")[:120],
            "required": bool(known[name].get("required")),
        }
        for name in fields.offered(kind)
        if name in known
    ]
    needed = [*fields.NAMES[kind], *(["email"] if opt_in else [])]
    if missing := [name for name in needed if name not in known]:
        labels = ", ".join(str(fields.LABELS[name]) for name in missing)
        errors["fields"] = _("The form must ask for: %(names)s.", names=labels)
    return [{**one, "required": one["required"] or one["name"] in needed} for one in chosen]


def _owner(wanted: Any, errors: dict[str, str]) -> int | None:
    wanted = wanted or access.current().user_id
    found = db.session.scalar(select(User.id).where(User.id == wanted, insider())) if type(wanted) is int else None
    if found is None:
        errors["owner"] = _("There is no such user.")
    return found


def _origins(wanted: list[str], errors: dict[str, str]) -> list[str]:
    """`https://www.example.com`, without a path, as browsers send it."""
    found = [text.strip().rstrip("/").lower() for text in wanted if text.strip()]
    bad = next((o for o in found if not _is_web(o) or urlsplit(o).path or urlsplit(o).query), None)
    if bad or len(found) > MOST_ORIGINS:
        errors["origins"] = _("Write each site as https://www.example.com, at most %(n)s.", n=MOST_ORIGINS)
    return list(dict.fromkeys(found))


def _is_web(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and "\\" not in text and parts.port != 0
    except ValueError:
        return False


def delete(form: WebForm) -> None:
    """Take a form off; its contacts stay."""
    db.session.delete(form)
    db.session.flush()


def submit(form: WebForm, values: Values) -> None:
    """Make a contact of what a visitor sent, or add it to the history of the one whose email it is (WEB-03).

    The caller acts as the form's owner: who is hidden from him is not known. Raises RuleBroken by field. Flushes.
    """
    data = fields.contact_data(form.kind, values)
    contact = _known(form, values.get("email", ""))
    if contact is None:
        mine = {"owner": form.owner_id, "private": form.private, "tags": form.tags}
        company = {"company": _company(form, values["company"])} if "company" in values else {}
        contact = contacts.save({**data, **mine, **company})
        text = values.get("message", "")
    else:
        contacts.add_tags([contact], form.tags)
        text = told(form, values)
    if text:
        history.save({"contact": contact.id, "text": f"{form.title}\n{text}"})
    counted = update(WebForm).where(WebForm.id == form.id).values(sent=WebForm.sent + 1)
    db.session.execute(counted.execution_options(synchronize_session=False))
    facts = {"form": form.id}
    occurrences.tell(Occurrence("form", "contact", contact.id, f"form:{secrets.token_hex(8)}", facts=facts))
    if form.notify:
        with access.acting_as(access.NOBODY):  # the product tells, not the form's owner
            notices.tell([form.owner_id], Kind.FORM, f"/contacts/show/{contact.id}", form=form.title, name=str(contact))


def _known(form: WebForm, email: str) -> Contact | None:
    """The oldest contact of the form's kind with this address."""
    if not email:
        return None
    mine = select(Contact).join(Channel, Channel.contact_id == Contact.id)
    mine = mine.where(Channel.medium == Medium.EMAIL, Channel.normal == email.lower(), Contact.kind == form.kind)
    return db.session.scalars(mine.order_by(Contact.id).limit(1)).unique().first()


def _company(form: WebForm, name: str) -> int:
    """The company of this name that the form's owner sees, made where there is none."""
    named = select(Contact.id).where(Contact.kind == "company", Contact.sort_name == fold(name)).order_by(Contact.id)
    found = db.session.scalar(named.limit(1))
    data = {"kind": "company", "name": name, "owner": form.owner_id, "private": form.private}
    return found or contacts.save(data).id


def told(form: WebForm, values: Values) -> str:
    """What was sent, a line a field, as a note."""
    return "\n".join(f"{f.label}: {values[f.name]}" for f in fields.asked(form.kind, form.fields) if f.name in values)
