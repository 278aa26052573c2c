"""Templates for mails: administrators write them, everybody uses them (MAIL-05)."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from app.campaigns import forms, mail_templates, merging
from app.campaigns.models import MailTemplate
from app.core.db import db
from app.core.roles import ThreeVerbs
from app.core.views import stored


class TemplateView(ThreeVerbs, BaseView):
    """The list, and a page for each."""

    route_base = "/campaigns/templates"
    class_permission_name = "MailTemplate"
    level = "admin"

    @expose("/")
    @has_access
    def list(self) -> Any:
        """All of them by name."""
        return self.render_template("campaigns/templates.html", templates=mail_templates.templates())

    @expose("/new", methods=["GET", "POST"])
    @has_access
    def add(self) -> Any:
        """A new one."""
        return self._form(None)

    @expose("/<int:pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: int) -> Any:
        """Change one; what was written by it stays."""
        return self._form(_template_or_404(pk))

    def _form(self, template: MailTemplate | None) -> Any:
        posted = request.form if request.method == "POST" else None
        form = forms.TemplateForm(formdata=posted, obj=None if posted else template)
        if posted is not None and stored(form, lambda: mail_templates.save(forms.data_of(form), template)):
            flash(_("Changes saved") if template else _("Saved"), "success")
            return redirect(url_for(".list"))
        page = self.render_template("campaigns/template.html", form=form, found=template, fields=merging.offered())
        return page, 400 if form.errors or form.form_errors else 200

    @expose("/<int:pk>/delete", methods=["POST"])
    @has_access
    def delete(self, pk: int) -> Any:
        """Throw one away."""
        mail_templates.delete(_template_or_404(pk))
        db.session.commit()
        flash(_("Deleted"), "success")
        return redirect(url_for(".list"))


def _template_or_404(pk: int) -> MailTemplate:
    template = mail_templates.found(pk)
    if template is None:
        raise NotFound
    return template
