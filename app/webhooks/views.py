"""Pages of webhooks: which there are, their form, their log (SET-10)."""

from typing import Any

from flask import flash, redirect, request, session, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import NotFound

from app.core import nav
from app.core.db import db
from app.core.errors import Conflict
from app.core.jobs import RunState
from app.core.roles import ThreeVerbs
from app.core.views import asked_page, found_or_404, tried
from app.webhooks import service, words
from app.webhooks.models import Delivery, Webhook

PAGE = 50
ONCE = "webhook"
STATES = {
    RunState.QUEUED: (_l("Waits"), "blue"),
    RunState.RUNNING: (_l("Being told"), "indigo"),
    RunState.DONE: (_l("Taken"), "green"),
    RunState.FAILED: (_l("Given up"), "red"),
    RunState.CANCELLED: (_l("Not told"), "gray"),
}


class WebhookView(ThreeVerbs, BaseView):
    """For administrators: what is told may be of private records."""

    route_base = "/webhooks"
    class_permission_name = "Webhook"
    level = "admin"

    @expose("/")
    @has_access
    def list(self) -> Any:
        """All of them."""
        return self.render_template("webhooks/list.html", webhooks=service.webhooks())

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Any:
        """A new one; its secret is shown once."""
        return self._form(None)

    @expose("/<int:pk>/edit", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: int) -> Any:
        """Change one."""
        return self._form(found(pk))

    def _form(self, webhook: Webhook | None) -> Any:
        data = posted() if request.method == "POST" else shown(webhook)
        errors: dict[str, Any] = {}
        if request.method == "POST":
            saved, errors = tried(lambda: service.save(data, webhook))
            if saved is not None:
                if webhook is None:
                    session[ONCE] = saved.told_once
                flash(_("Changes saved") if webhook else _("Saved"), "success")
                return redirect(url_for(".show", pk=saved.id))
        page = self.render_template("webhooks/form.html", webhook=webhook, data=data, errors=errors, words=words)
        return page, (400 if errors else 200)

    @expose("/<int:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        """What it is told of, and the log of that."""
        webhook, page = found(pk), asked_page()
        log = service.log_of(webhook, PAGE + 1, page * PAGE)
        return self.render_template(
            "webhooks/show.html",
            webhook=webhook,
            secret=session.pop(ONCE, None),
            log=log[:PAGE],
            more=len(log) > PAGE,
            page=page,
            states=STATES,
            words=words,
        )

    @expose("/<int:pk>/deliveries/<int:delivery>")
    @has_access
    @permission_name("show")
    def delivery(self, pk: int, delivery: int) -> Any:
        """One telling: its words, its signature's ways, what was answered."""
        return self.render_template(
            "webhooks/delivery.html", webhook=found(pk), one=told(pk, delivery), states=STATES, words=words
        )

    @expose("/<int:pk>/deliveries/<int:delivery>/resend", methods=["POST"])
    @has_access
    @permission_name("edit")
    def resend(self, pk: int, delivery: int) -> Any:
        """Tell it again."""
        try:
            service.resend(told(pk, delivery))
            db.session.commit()
            flash(_("It is told again"), "success")
        except Conflict:
            db.session.rollback()
            flash(_("It is on its way already."), "warning")
        return redirect(url_for(".show", pk=pk))

    @expose("/<int:pk>/test", methods=["POST"])
    @has_access
    @permission_name("edit")
    def ping(self, pk: int) -> Any:
        """Send a telling of nothing."""
        service.ping(found(pk))
        db.session.commit()
        flash(_("A test is on its way; what was answered stands in the log"), "success")
        return redirect(url_for(".show", pk=pk))

    @expose("/<int:pk>/secret", methods=["POST"])
    @has_access
    @permission_name("edit")
    def renew(self, pk: int) -> Any:
        """Another secret."""
        session[ONCE] = service.renew(found(pk))
        db.session.commit()
        return redirect(url_for(".show", pk=pk))

    @expose("/<int:pk>/delete", methods=["POST"])
    @has_access
    def delete(self, pk: int) -> Any:
        """Take it off with its log."""
        service.delete(found(pk))
        db.session.commit()
        flash(_("Deleted"), "success")
        return redirect(url_for(".list"))


def found(pk: int) -> Webhook:
    """The webhook, or 404."""
    return found_or_404(Webhook, pk)


def told(pk: int, delivery: int) -> Delivery:
    """One of its tellings, or 404."""
    one: Delivery = found_or_404(Delivery, delivery)
    if one.webhook_id != pk:
        raise NotFound
    return one


def shown(webhook: Webhook | None) -> dict[str, Any]:
    """What the form begins with."""
    if webhook is None:
        return {"name": "", "url": "", "events": [], "is_on": True, "version": None}
    return {key: getattr(webhook, key) for key in ("name", "url", "events", "is_on", "version")}


def posted() -> dict[str, Any]:
    """What the form sends."""
    form = request.form
    data = {"name": form.get("name", ""), "url": form.get("url", ""), "events": form.getlist("events")}
    return data | {"is_on": "is_on" in form, "version": form.get("version", type=int)}


def register(appbuilder: Any) -> None:
    """Wire the pages and their card."""
    appbuilder.add_view_no_menu(WebhookView)
    about = _l("Tell other programs what happens here, signed, with a log")
    card = nav.Entry("webhooks", _l("Webhooks"), "link", "WebhookView.list", level="admin", description=about)
    nav.SETTINGS.append(card)
