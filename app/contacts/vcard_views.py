"""Cards and labels of a contact to take along, and cards to bring in (CON-14)."""

import io
from typing import Any

import segno
from flask import Response, flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import ngettext
from segno.encoder import DataOverflowError
from werkzeug.exceptions import NotFound
from xhtml2pdf import pisa
from xhtml2pdf.config.resources import ResourceAccessPolicy

from app.contacts import vcards
from app.contacts.merge_views import seen_or_404
from app.contacts.models import Contact
from app.core.db import db
from app.core.errors import RuleBroken
from app.core.roles import ThreeVerbs


class VcardView(ThreeVerbs, BaseView):
    """vCard out, its QR code, a postal label, vCards in."""

    route_base = "/contacts/card"
    class_permission_name = "Contact"
    level = "user"

    @expose("/<pk>.vcf")
    @has_access
    @permission_name("show")
    def card(self, pk: str) -> Response:
        """The card to download; `version=3.0` for older programs."""
        contact = seen_or_404(pk)
        version = "3.0" if request.args.get("version") == "3.0" else "4.0"
        return _download(vcards.written(contact, version).encode(), "text/vcard; charset=utf-8", contact, "vcf")

    @expose("/<pk>/qr.svg")
    @has_access
    @permission_name("show")
    def qr(self, pk: str) -> Response:
        """The card as a picture that a phone's camera takes in."""
        contact, out = seen_or_404(pk), io.BytesIO()
        try:
            code = segno.make(vcards.written(contact, "3.0", short=True), error="l", micro=False)
        except DataOverflowError:
            raise NotFound from None
        code.save(out, kind="svg", scale=4, border=2, dark="#000", light="#fff")
        return Response(out.getvalue(), mimetype="image/svg+xml")

    @expose("/<pk>/qr")
    @has_access
    @permission_name("show")
    def show_qr(self, pk: str) -> Any:
        """The page with the code, to be held before a camera."""
        return self.render_template("contacts/qr.html", contact=seen_or_404(pk))

    @expose("/<pk>/label.pdf")
    @has_access
    @permission_name("show")
    def label(self, pk: str) -> Response:
        """A postal label of 90 × 45 mm with the primary address."""
        contact = seen_or_404(pk)
        address = next((a for a in contact.addresses if a.kind == "postal"), None)
        address = address or next(iter(sorted(contact.addresses, key=lambda a: not a.is_primary)), None)
        if address is None:
            raise NotFound
        html, out = self.render_template("contacts/label.html", contact=contact, address=address), io.BytesIO()
        policy = ResourceAccessPolicy.server(None, allow_remote=False)
        pisa.CreatePDF(html, dest=out, resource_policy=policy)
        return _download(out.getvalue(), "application/pdf", contact, "pdf")

    @expose("/in", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    def take_in(self) -> Any:
        """Upload a .vcf file: a new contact for each card."""
        if request.method == "GET":
            return self.render_template("contacts/vcards.html", error=None, refused=[])
        upload = request.files.get("file")
        try:
            text = _read(upload)
            made, refused = vcards.taken_in(text)
        except RuleBroken as broken:
            db.session.rollback()
            return self.render_template("contacts/vcards.html", error=str(broken), refused=[]), 400
        ids = [contact.id for contact in made]
        db.session.commit()
        if ids:
            flash(ngettext("%(num)s contact made", "%(num)s contacts made", len(ids)), "success")
        if refused:
            return self.render_template("contacts/vcards.html", error=None, refused=refused)
        return redirect(url_for("ContactView.show", pk=ids[0]) if len(ids) == 1 else url_for("ContactView.list"))


def _read(upload: Any) -> str:
    if upload is None or not upload.filename:
        raise RuleBroken({"file": _("Choose a file first.")})
    content: bytes = upload.stream.read(vcards.LARGEST + 1)
    if len(content) > vcards.LARGEST:
        raise RuleBroken({"file": _("The file is larger than %(limit)s MB.", limit=vcards.LARGEST >> 20)})
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _download(content: bytes, media_type: str, contact: Contact, ending: str) -> Response:
    answer = Response(content, content_type=media_type)
    answer.headers.set("Content-Disposition", "attachment", filename=f"contact-{contact.id}.{ending}")
    return answer
