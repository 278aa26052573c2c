"""Pages of automations: which there are, their form in two steps, their log, a rehearsal (SET-10)."""

import re
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.automations import actions, conditions, running, service, triggers, words
from app.automations.models import Automation
from app.campaigns import mail_templates, merging
from app.core import nav
from app.core.db import db
from app.core.jobs import RunState
from app.core.lookup import LOOKUPS
from app.core.people import crm_users
from app.core.roles import ThreeVerbs
from app.core.views import asked_page, found_or_404, tried
from app.webhooks import service as webhooks

PAGE = 50
ROW = re.compile(r"(conditions|actions)-(\d{1,4})-(\w{1,20})")
MANY = ("tags",)
STATES = {
    RunState.QUEUED: (_l("Waits"), "blue"),
    RunState.RUNNING: (_l("Being done"), "indigo"),
    RunState.DONE: (_l("Done"), "green"),
    RunState.FAILED: (_l("Failed"), "red"),
    RunState.CANCELLED: (_l("Not done"), "gray"),
}


class AutomationView(ThreeVerbs, BaseView):
    """For administrators, as all settings."""

    route_base = "/automations"
    class_permission_name = "Automation"
    level = "admin"

    @expose("/")
    @has_access
    def list(self) -> Any:
        """All of them."""
        return self._page("list", automations=service.automations())

    def _page(self, name: str, **values: Any) -> Any:
        return self.render_template(f"automations/{name}.html", triggers=triggers, states=STATES, **values)

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Any:
        """First what starts it, then the rest: the rest depends on it."""
        trigger = request.args.get("trigger", "")
        return self._form(None, trigger) if trigger in triggers.TRIGGERS else self._page("choose")

    @expose("/<int:pk>/edit", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: int) -> Any:
        """Change one; what starts it stays."""
        automation = found(pk)
        return self._form(automation, automation.trigger)

    def _form(self, automation: Automation | None, trigger: str) -> Any:
        data = posted(trigger) if request.method == "POST" else shown(automation)
        errors: dict[str, Any] = {}
        if request.method == "POST":
            saved, errors = tried(lambda: service.save(data, automation))
            if saved is not None:
                flash(_("Changes saved") if automation else _("Saved"), "success")
                return redirect(url_for(".show", pk=saved.id))
        page = self._page("form", automation=automation, trigger=trigger, data=data, errors=errors, **offered(trigger))
        return page, (400 if errors else 200)

    @expose("/<int:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        """What it does, its log, and a rehearsal."""
        return self._shown(found(pk))

    def _shown(self, automation: Automation, **rehearsed: Any) -> Any:
        page = asked_page()
        log = service.log_of(automation, PAGE + 1, page * PAGE)
        entity = triggers.TRIGGERS[automation.trigger].entity
        return self._page(
            "show",
            automation=automation,
            entity=entity,
            lookup=entity if entity in LOOKUPS else "",
            log=log[:PAGE],
            more=len(log) > PAGE,
            page=page,
            pages=actions.PAGES,
            said=sentences(automation),
            **{"outcome": None, "why": "", "tried": None} | rehearsed,
        )

    @expose("/<int:pk>/rehearse", methods=["POST"])
    @has_access
    @permission_name("edit")
    def rehearse(self, pk: int) -> Any:
        """What it would do with a record; nothing stays of it."""
        automation = found(pk)
        record = request.form.get("record", 0, type=int)
        if not 0 < record < 2**62:
            return self._shown(automation, why=_("Choose a record.")), 400
        outcome, why = running.rehearse(automation, record)
        return self._shown(found(pk), outcome=outcome, why=why, tried=record)

    @expose("/<int:pk>/switch", methods=["POST"])
    @has_access
    @permission_name("edit")
    def switch(self, pk: int) -> Any:
        """On or off."""
        automation = found(pk)
        service.switch(automation, not automation.is_on)
        db.session.commit()
        flash(_("It is on") if automation.is_on else _("It is off"), "success")
        return redirect(url_for(".show", pk=pk))

    @expose("/<int:pk>/delete", methods=["POST"])
    @has_access
    def delete(self, pk: int) -> Any:
        """Take it off with its log."""
        service.delete(found(pk))
        db.session.commit()
        flash(_("Deleted"), "success")
        return redirect(url_for(".list"))


def found(pk: int) -> Automation:
    """The automation, or 404."""
    return found_or_404(Automation, pk)


def offered(trigger: str) -> dict[str, Any]:
    """What the form lets choose from."""
    entity = triggers.TRIGGERS[trigger].entity
    return {
        "entity": entity,
        "fields": conditions.fields_of(entity),
        "operators": conditions.OPERATORS,
        "offered": {key: action for key, action in actions.ACTIONS.items() if entity in action.entities},
        "settable": actions.settable(entity),
        "users": crm_users(),
        "templates": mail_templates.templates(),
        "webhooks": webhooks.webhooks(),
        "merge_fields": [("record", _("Name of the record")), *merging.offered()],
        "labels": words.ASKS,
    }


def shown(automation: Automation | None) -> dict[str, Any]:
    """What the form begins with."""
    if automation is None:
        return {"name": "", "is_on": True, "detail": {}, "conditions": [], "actions": [{"do": "task"}]}
    keys = ("name", "is_on", "detail", "conditions", "actions", "version")
    return {key: getattr(automation, key) for key in keys}


def posted(trigger: str) -> dict[str, Any]:
    """What the form sends: rows as `actions-0-do`, in the order of their numbers."""
    form = request.form
    rows: dict[str, dict[int, dict[str, Any]]] = {"conditions": {}, "actions": {}}
    for name in form:
        if part := ROW.fullmatch(name):
            values = form.getlist(name)
            rows[part[1]].setdefault(int(part[2]), {})[part[3]] = values if part[3] in MANY else values[0]
    detail = {key: form.get(key, "") for key in ("stage", "field", "form", "days") if key in form}
    listed = {kind: [mine[n] for n in sorted(mine)] for kind, mine in rows.items()}
    own = {"name": form.get("name", ""), "is_on": "is_on" in form, "version": form.get("version", type=int)}
    return {"trigger": trigger, "detail": detail, **own, **listed}


def sentences(automation: Automation) -> dict[str, Any]:
    """What stands on its page: the detail, the conditions, the acts, in words."""
    trigger, detail = triggers.TRIGGERS[automation.trigger], automation.detail
    asked = dict(triggers.choices(automation.trigger, trigger.asks))
    key = "field" if trigger.asks == "days" else trigger.asks
    fields = conditions.fields_of(trigger.entity)
    names = {str(user.id): user.get_full_name() for user in crm_users()} | {"responsible": _("Responsible person")}
    names |= dict(actions.settable(trigger.entity)) | {"contact": _("Contact")}
    names |= {f"template:{t.id}": t.name for t in mail_templates.templates()}
    names |= {f"webhook:{w.id}": w.name for w in webhooks.webhooks()}
    return {
        "detail": asked.get(detail.get(key, ""), "") if key else "",
        "days": int(detail["days"]) if "days" in detail else None,
        "conditions": [
            f"{fields[c['field']].label if c['field'] in fields else c['field']} "
            f"{conditions.OPERATORS[c['op']]} {c['value']}"
            for c in automation.conditions
        ],
        "actions": [(actions.ACTIONS[a["do"]].label, _values(a, names)) for a in automation.actions],
    }


def _values(data: dict[str, Any], names: dict[str, str]) -> str:
    said = []
    for key in actions.ACTIONS[data["do"]].asks:
        value = data[key]
        text = ", ".join(value) if isinstance(value, list) else str(value)
        known = key in ("whom", "to", "set")
        said.append(names.get(text, text) if known else names.get(f"{key}:{text}", text))
    return " · ".join(said)


def register(appbuilder: Any) -> None:
    """Wire the pages and their card."""
    appbuilder.add_view_no_menu(AutomationView)
    about = _l("When something happens, do this and that by itself")
    card = nav.Entry("automations", _l("Automations"), "bolt", "AutomationView.list", level="admin", description=about)
    nav.SETTINGS.append(card)
