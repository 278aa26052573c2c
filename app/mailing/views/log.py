"""The log of outgoing mail (MAIL-05): what waits and why, what was refused in the server's words, and another try."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.db import db
from app.core.errors import Conflict
from app.core.roles import ThreeVerbs
from app.core.views import asked_page, found_or_404
from app.mailing import servers, service
from app.mailing.models import MailState, OutgoingMail

PAGE = 50
STATES = {
    MailState.WAITING: (_l("Waits"), "blue"),
    MailState.SENDING: (_l("Being sent"), "indigo"),
    MailState.SENT: (_l("Sent"), "green"),
    MailState.REFUSED: (_l("Refused by the server"), "red"),
    MailState.DOUBT: (_l("In doubt"), "orange"),
}


class MailView(ThreeVerbs, BaseView):
    """All outgoing mail in one log."""

    route_base = "/mailing"
    class_permission_name = "OutgoingMail"
    level = "admin"

    @expose("/")
    @has_access
    def list(self) -> Any:
        """One page of the log, the latest first; `state` in the address shows one state alone."""
        state, page = request.args.get("state", ""), asked_page()
        state = state if state in STATES else ""
        mails = service.mails(state, PAGE + 1, page * PAGE)
        return self.render_template(
            "mailing/list.html",
            mails=mails[:PAGE],
            more=len(mails) > PAGE,
            page=page,
            state=state,
            states=STATES,
            again=service.AGAIN,
            problem=servers.problem(),
        )

    @expose("/<int:pk>/again", methods=["POST"])
    @has_access
    def again(self, pk: int) -> Any:
        """Send a refused or doubtful one again."""
        return self._decided(pk, service.send_again, _("The mail is in the queue again"))

    @expose("/<int:pk>/arrived", methods=["POST"])
    @has_access
    def arrived(self, pk: int) -> Any:
        """A doubtful one has arrived, as somebody knows."""
        return self._decided(pk, service.arrived, _("The mail counts as sent"))

    def _decided(self, pk: int, verb: Callable[[OutgoingMail], None], said: str) -> Any:
        mail = found_or_404(OutgoingMail, pk)
        try:
            verb(mail)
            db.session.commit()
            flash(said, "success")
        except Conflict:
            db.session.rollback()
            flash(_("This mail was neither refused nor in doubt any more."), "warning")
        return redirect(url_for(".list", state=request.args.get("state") or None))
