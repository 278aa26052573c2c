"""The page that makes one contact of two, field by field, and undoes it (CON-12)."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import NotFound

from app.contacts import changes, merging  # noqa: F401  (changes names the fields)
from app.contacts.models import Contact, Merge
from app.core.db import db
from app.core.errors import NotAllowed, RuleBroken
from app.core.people import names_of_principals
from app.core.roles import ThreeVerbs
from app.core.views import found_or_404
from app.history import words
from app.settings import custom


class MergeView(ThreeVerbs, BaseView):
    """Compare, choose, merge, undo."""

    route_base = "/contacts/merge"
    class_permission_name = "Contact"
    level = "user"

    @expose("/<pk>", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def compare(self, pk: str) -> Any:
        """The two side by side; without `other` the contact is asked for. POST merges, with each
        `field-<name>` that says "other" from the other."""
        kept = seen_or_404(pk)
        wanted = request.values.get("other", "")
        other = seen_or_404(wanted) if wanted else None
        error = None
        if other is not None:
            try:
                merging.check(kept, other)
                if request.method == "POST":
                    return self._merged(kept, other)
            except RuleBroken as broken:
                db.session.rollback()
                error = str(broken)
            except NotAllowed:
                db.session.rollback()
                error = _("Only the responsible persons of the other contact may do this.")
        status = 400 if error and request.method == "POST" else 200
        if error:
            kept, other = seen_or_404(pk), None
        return self.render_template(
            "contacts/merge.html",
            kept=kept,
            other=other,
            error=error,
            rows=rows_of(kept, other) if other else [],
            merges=merging.merges_of(kept),
        ), status

    def _merged(self, kept: Contact, other: Contact) -> Any:
        take = {key[6:] for key, which in request.form.items() if key.startswith("field-") and which == "other"}
        row = merging.merge(kept, other, take)
        db.session.commit()
        flash(_("Merged"), f"undo:{url_for('.undo', pk=row.id)}")
        return redirect(url_for("ContactView.show", pk=kept.id))

    @expose("/undo/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def undo(self, pk: int) -> Any:
        """Two again."""
        row = found_or_404(Merge, pk)
        kept = row.kept_id
        try:
            gone = merging.undo(row)
            db.session.commit()
        except RuleBroken as broken:
            db.session.rollback()
            flash(str(broken), "danger")
            return redirect(url_for("ContactView.show", pk=kept))
        flash(_("The merge is undone"), "success")
        return redirect(url_for("ContactView.show", pk=gone.id))


def seen_or_404(pk: str) -> Contact:
    """The contact, or the same 404 for a missing and for a hidden one."""
    known = pk.isascii() and pk.isdecimal() and len(pk) < 19
    found = db.session.get(Contact, int(pk)) if known else None
    if found is None:
        raise NotFound
    return found


def rows_of(kept: Contact, other: Contact) -> list[dict[str, Any]]:
    """What differs: field, label, both values in words, and whether the other's is proposed."""
    take = merging.proposed(kept, other)
    own = {f.name: f for f in custom.fields_of("contact")}
    return [
        {
            "field": field,
            "label": own[field].label if field in own else words.FIELDS.get(field, _l("Who sees it")),
            "kept": said(kept, field),
            "other": said(other, field),
            "taken": field in take,
        }
        for field in merging.fields_of(kept, other)
        if field in own or not field.startswith("custom.")
    ]


def said(contact: Contact, field: str) -> Any:
    """A value as its reader knows it."""
    if field == "access":
        names = names_of_principals([contact.owner_id, *contact.co_owners, *contact.shared_with]).values()
        return _("Private: %(who)s", who=", ".join(names)) if contact.private else _("All users of the CRM")
    if field.startswith("custom."):
        value = contact.custom.get(field.removeprefix("custom."))
        return " ".join(str(part) for part in value.values()) if isinstance(value, dict) else value
    value = getattr(contact, field)
    return value if value is None or isinstance(value, str) else str(value).strip()
