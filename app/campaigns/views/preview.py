"""What each recipient will get, one by one, before it goes (MAIL-02)."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from app.campaigns import audience, forms, letters, merging, suppression
from app.campaigns.models import Mailing, MailingState
from app.campaigns.views.mailings import REASONS, mailing_or_404
from app.contacts.models import Contact
from app.core import access
from app.core.db import db
from app.core.errors import RuleBroken
from app.core.interface import COUNT_CAP
from app.core.links import absolute
from app.core.people import User
from app.core.roles import ThreeVerbs
from app.mailing import servers
from app.mailing import service as mailing_service


class PreviewView(ThreeVerbs, BaseView):
    """Letters of a draft, for real recipients."""

    route_base = "/campaigns/preview"
    class_permission_name = "Mailing"
    level = "admin"

    @expose("/<int:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        """The letter to the contact at place `n` of the address, and the buttons that let it go."""
        mailing = mailing_or_404(pk)
        if mailing.state != MailingState.DRAFT:
            return redirect(url_for("MailingView.show", pk=pk))
        number = max(0, min(request.args.get("n", 0, int), COUNT_CAP))
        contact = audience.nth(mailing, number)
        return self.render_template(
            "campaigns/preview.html",
            mailing=mailing,
            n=number,
            count=audience.count(mailing),
            cap=COUNT_CAP,
            contact=contact,
            letter=_letter(mailing, contact) if contact else None,
            reason=REASONS.get(_why_not(contact)) if contact else None,
            start=forms.StartForm(),
            base_url=absolute(""),
            problem=servers.problem(),
        )

    @expose("/<int:pk>/test", methods=["POST"])
    @has_access
    def add(self, pk: int) -> Any:
        """Send the letter that is shown to whoever looks at it."""
        mailing = mailing_or_404(pk)
        number = request.form.get("n", 0, int)
        contact = audience.nth(mailing, max(0, min(number, COUNT_CAP)))
        if contact is None:
            raise NotFound
        me, letter = db.session.get_one(User, access.current().user_id), _letter(mailing, contact)
        try:
            mailing_service.queue(
                me.email or "",
                _("Test: %(subject)s", subject=letter.subject),
                letter.text,
                letter.html,
                language=mailing.language,
                attachments=mailing.attachments,
            )
            db.session.commit()
            flash(_("A test goes to %(email)s", email=me.email), "success")
        except RuleBroken as broken:
            db.session.rollback()
            flash(str(broken), "danger")
        return redirect(url_for(".show", pk=pk, n=number))


def _letter(mailing: Mailing, contact: Contact) -> letters.Letter:
    link = letters.link_of(absolute("/"), suppression.SAMPLE)
    return letters.mass_letter(mailing, contact, merging.own_fields(), mailing.language, link)


def _why_not(contact: Contact) -> Any:
    email = contact.email.normal if contact.email else ""
    return audience.why_not(email, suppression.suppressed([email]), set())
