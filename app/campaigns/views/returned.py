"""Mails that came back: the mailbox they are read from, a test of it, and what came (MAIL-04)."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _

from app.campaigns import bounces
from app.core import sealing
from app.core.db import db
from app.core.roles import ThreeVerbs
from app.core.views import asked_page, stored
from app.mailing import forms, mailbox, returns, servers

PAGE = 50


class ReturnedView(ThreeVerbs, BaseView):
    """Administrators set it; its password goes in and never comes out."""

    route_base = "/settings/returned"
    class_permission_name = "Bounce"
    level = "admin"

    @expose("/", methods=["GET", "POST"])
    @has_access
    def edit(self) -> Any:
        """The form, and under it what came back, the latest first."""
        found = servers.row()
        form = forms.return_form(found, request.form if request.method == "POST" else None)
        if request.method == "POST" and stored(form, lambda: returns.save(forms.data_of(form))):
            flash(_("Changes saved"), "success")
            return redirect(url_for(".edit"))
        page = asked_page(10_000)
        rows = bounces.latest(PAGE + 1, page * PAGE)
        html = self.render_template(
            "campaigns/returned.html", form=form, found=found, rows=rows[:PAGE], more=len(rows) > PAGE, page=page
        )
        return html, 400 if form.errors or form.form_errors else 200

    @expose("/test", methods=["POST"])
    @has_access
    def add(self) -> Any:
        """Open the stored mailbox, and tell what its server says. Reads no message."""
        try:
            box = returns.mailbox(servers.row())
            words, how = (mailbox.greeting(box), "success") if box else ("", "warning")
        except mailbox.Broken as error:
            words, how = mailbox.said(error), "danger"
        except sealing.Unreadable:
            words, how = _("The password was stored under another secret key. Type it again."), "danger"
        db.session.rollback()
        flash(_("The server said: %(words)s", words=words) if words else _("No mailbox is set."), how)
        return redirect(url_for(".edit"))
