"""The server that mail goes through, and a test message that tells what the server says (MAIL-01)."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import get_locale
from flask_babel import gettext as _

from app.core import access
from app.core.db import db
from app.core.errors import RuleBroken
from app.core.people import User
from app.core.roles import ThreeVerbs
from app.core.views import found_or_404, stored
from app.mailing import domain, forms, servers, service
from app.mailing.models import MailState, OutgoingMail
from app.mailing.views.log import STATES


class ServerView(ThreeVerbs, BaseView):
    """Administrators set it; its password goes in and never comes out."""

    route_base = "/settings/mail"
    class_permission_name = "MailServer"
    level = "admin"

    @expose("/", methods=["GET", "POST"])
    @has_access
    def edit(self) -> Any:
        """The form; `test` in the address shows how far that test message is."""
        found = servers.row()
        form = forms.server_form(found, request.form if request.method == "POST" else None)
        if request.method == "POST" and stored(form, lambda: servers.save(forms.data_of(form))):
            flash(_("Changes saved"), "success")
            return redirect(url_for(".edit"))
        return self._page(form), 400 if form.errors or form.form_errors else 200

    @expose("/test", methods=["POST"])
    @has_access
    def add(self) -> Any:
        """Queue a test message: it goes the way of all mail, so it proves all of it."""
        to = request.form.get("to", "").strip()
        try:
            mail = service.queue(to, _("Test message"), _("Mail of Clientela goes out."), language=str(get_locale()))
            db.session.commit()
        except RuleBroken as broken:
            db.session.rollback()
            return self._page(forms.server_form(servers.row()), to=to, to_errors=broken.errors["to"]), 400
        return redirect(url_for(".edit", test=mail.id, _anchor="test"))

    @expose("/test/<int:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        """What became of a test message so far, for the page to ask again and again."""
        mail = found_or_404(OutgoingMail, pk)
        return self.render_template("mailing/test.html", **_told(mail))

    @expose("/domain")
    @has_access
    def info(self) -> Any:
        """What the sender's domain publishes, asked for just now."""
        server, found = servers.present(), servers.row()
        name = server.sender.rpartition("@")[2] if server else ""
        selector = found.dkim_selector if found else ""
        records = domain.check(name, selector, server.signer if server else None) if name else []
        return self.render_template("mailing/domain.html", domain=name, records=records)

    def _page(self, form: Any, **said: Any) -> Any:
        test = request.args.get("test", 0, type=int)
        mail = db.session.get(OutgoingMail, test) if 0 < test < 2**63 else None
        me = db.session.get(User, access.current().user_id)
        told = {"form": form, "to": me.email if me else "", "to_errors": []} | _told(mail) | said
        return self.render_template(
            "mailing/server.html", by_environment=servers.by_environment(), problem=servers.problem(), **told
        )


def _told(mail: OutgoingMail | None) -> dict[str, Any]:
    """Asked again until the server has said something."""
    open_ = mail is not None and not mail.error and mail.state in (MailState.WAITING, MailState.SENDING)
    return {"mail": mail, "ask_again": open_, "states": STATES}
