"""The public page at which an invited participant answers; no login, only the address that came by mail (CAS-03)."""

from typing import Any

from flask import redirect, request, url_for
from flask_appbuilder import BaseView, expose
from werkzeug.exceptions import NotFound

from app.cases import invitations
from app.cases.models import Answer, Participant
from app.core import access
from app.core.db import db


class InvitationView(BaseView):
    """Reading it changes nothing: programs open links in mails too. Answering is a POST."""

    route_base = "/invitations"

    @expose("/<token>", methods=["GET"])
    def show(self, token: str) -> Any:
        """What one is invited to, and one's answer so far."""
        with access.acting_as(access.SYSTEM):
            row = invited_or_404(token)
            when = invitations.shown_when(row.case)
            return self.render_template("cases/invitation.html", row=row, token=token, when=when, answers=Answer)

    @expose("/<token>", methods=["POST"])
    def answer(self, token: str) -> Any:
        """Accept, decline, or say perhaps. Raises RuleBroken (400) for another word."""
        with access.acting_as(access.SYSTEM):
            invitations.answer(invited_or_404(token), request.form.get("answer", ""))
            db.session.commit()
        return redirect(url_for(".show", token=token))


def invited_or_404(token: str) -> Participant:
    """The participant who holds the token."""
    row = invitations.invited(token)
    if row is None:
        raise NotFound
    return row
