"""The photo of a contact: its bytes for a page, and the pictures found where its channels point to (CON-05)."""

from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import lazyload
from werkzeug.exceptions import NotFound

from app.contacts import photos
from app.contacts.models import Contact
from app.core.db import db
from app.core.errors import NotAllowed, RuleBroken
from app.core.fetching import NotFetched
from app.core.pictures import BadPicture
from app.core.roles import ThreeVerbs
from app.core.web import INERT

KEPT = "private, max-age=86400"


class PhotoView(ThreeVerbs, BaseView):
    """Shown on the contact's pages; uploaded and removed by its form."""

    route_base = "/contacts/photo"
    class_permission_name = "Contact"
    level = "user"

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> Any:
        """The bytes."""
        try:
            content, media_type = photos.content(contact_or_404(pk))
        except FileNotFoundError:
            raise NotFound from None
        return _picture(content, media_type)

    @expose("/<pk>/find")
    @has_access
    @permission_name("edit")
    def find(self, pk: str) -> Any:
        """Where a picture may be found, each shown by the browser asking `found`."""
        contact = contact_or_404(pk)
        return self.render_template("contacts/photo.html", contact=contact, sources=photos.sources(contact))

    @expose("/<pk>/found")
    @has_access
    @permission_name("edit")
    def found(self, pk: str) -> Any:
        """The picture of one source, drawn anew; 404 where there is none."""
        try:
            picture = photos.found(contact_or_404(pk), request.args.get("source", ""))
        except (NotAllowed, NotFetched, BadPicture):
            raise NotFound from None
        return _picture(picture.content, picture.media_type)

    @expose("/<pk>/take", methods=["POST"])
    @has_access
    @permission_name("edit")
    def take(self, pk: str) -> Any:
        """Make it the photo."""
        contact = contact_or_404(pk)
        try:
            photos.take(contact, request.form.get("source", ""))
            db.session.commit()
            flash(_("Saved"), "success")
        except (RuleBroken, NotAllowed):
            db.session.rollback()
            flash(_("No picture was found there."), "danger")
        return redirect(url_for("ContactView.show", pk=pk))


def contact_or_404(pk: str) -> Contact:
    """The contact, or the same 404 for a missing and for a hidden one (ACC-06)."""
    is_id = pk.isascii() and pk.isdigit() and len(pk) < 19
    found = select(Contact).where(Contact.id == int(pk)).options(lazyload(Contact.owner)) if is_id else None
    contact = db.session.scalar(found) if found is not None else None
    if contact is None:
        raise NotFound
    return contact


def _picture(content: bytes, media_type: str) -> Response:
    headers = {"Content-Security-Policy": INERT, "Cache-Control": KEPT}
    return Response(content, mimetype=media_type, headers=headers)
