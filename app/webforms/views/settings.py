"""Pages of the administrators: the forms, their fields, the HTML to embed."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from app.core.db import db
from app.core.links import absolute
from app.core.people import User
from app.core.roles import ThreeVerbs
from app.core.views import found_or_404, tried
from app.webforms import counts, fields, guard, service
from app.webforms.models import WebForm


class WebFormView(ThreeVerbs, BaseView):
    """Website contact forms (WEB-01, WEB-02, WEB-04)."""

    route_base = "/settings/forms"
    class_permission_name = "WebForm"
    level = "admin"

    @expose("/")
    @has_access
    def list(self) -> Any:
        """All forms with their counts."""
        return self.render_template("webforms/list.html", forms=service.forms(), waiting=counts.waiting())

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Any:
        """A new form; `kind` in the address says for whom."""
        kind = request.args.get("kind", "person")
        if kind not in fields.NAMES:
            raise NotFound
        return self._form(None, kind)

    @expose("/<int:pk>/edit", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: int) -> Any:
        """Change one."""
        form = found(pk)
        return self._form(form, form.kind)

    def _form(self, form: WebForm | None, kind: str) -> Any:
        data = posted(kind) if request.method == "POST" else shown(form, kind)
        errors: dict[str, Any] = {}
        if request.method == "POST":
            saved, errors = tried(lambda: service.save(data, form))
            if saved is not None:
                flash(_("Changes saved") if form else _("Saved"), "success")
                return redirect(url_for(".show", pk=saved.id))
        owner = db.session.get(User, data["owner"]) if data["owner"] else None
        chosen = {one["name"]: one for one in data["fields"]}
        return self.render_template(
            "webforms/form.html",
            form=form,
            kind=kind,
            data=data,
            errors=errors,
            offered=fields.offered(kind),
            needed=fields.NAMES[kind],
            chosen=chosen,
            owner=(owner.id, owner.get_full_name()) if owner else None,
        ), (400 if errors else 200)

    @expose("/<int:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        """What to embed, how it looks, how often it was used."""
        form = found(pk)
        asked = fields.asked(form.kind, form.fields)
        address = absolute(url_for("webform.show", key=form.key))
        embed = self.render_template("webforms/embed.html", form=form, asked=asked, address=address, trap=guard.TRAP)
        return self.render_template(
            "webforms/show.html", form=form, asked=asked, address=address, embed=embed.strip(), waiting=counts.waiting()
        )

    @expose("/<int:pk>/delete", methods=["POST"])
    @has_access
    @permission_name("edit")
    def delete(self, pk: int) -> Any:
        """Take it off; its contacts stay."""
        service.delete(found(pk))
        db.session.commit()
        flash(_("The form was deleted"), "success")
        return redirect(url_for(".list"))


def found(pk: int) -> WebForm:
    """The form, or 404."""
    return found_or_404(WebForm, pk)


def shown(form: WebForm | None, kind: str) -> dict[str, Any]:
    """What the page of a form begins with."""
    if form is None:
        chosen = [*fields.NAMES[kind], "email", "phone", "message"]
        first = [{"name": name, "label": "", "required": name == "email"} for name in chosen]
        flags = {"private": True, "notify": True, "double_opt_in": False, "active": True}
        blank: dict[str, Any] = {
            "title": "",
            "button": "",
            "return_url": "",
            "tags": [],
            "origins": [],
            "owner": None,
            "version": None,
        }
        return {**blank, **flags, "fields": first}
    names = ("title", "button", "return_url", "tags", "origins", "fields", "version", *service.FLAGS)
    return {name: getattr(form, name) for name in names} | {"owner": form.owner_id}


def posted(kind: str) -> dict[str, Any]:
    """What its page sends."""
    sent = request.form
    chosen = [
        {"name": name, "label": sent.get(f"label-{name}", ""), "required": f"required-{name}" in sent}
        for name in sent.getlist("fields")
    ]
    owner = sent.get("owner", type=int)
    texts = {name: sent.get(name, "") for name in ("title", "button", "return_url")}
    flags = {flag: flag in sent for flag in service.FLAGS} | {"private": sent.get("access") != "open"}
    lists = {"tags": sent.getlist("tags"), "origins": sent.get("origins", "").split()}
    return {**texts, **flags, **lists, "kind": kind, "fields": chosen, "owner": owner,
            "version": sent.get("version", type=int)}  # fmt: skip
