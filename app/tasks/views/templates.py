"""Settings page of the templates of tasks."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.forms import DynamicForm
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FieldList, Form, FormField, HiddenField, IntegerField, SelectField, StringField, TimeField
from wtforms.validators import Optional

from app.core.db import db
from app.core.roles import ThreeVerbs
from app.core.views import found_or_404, stored
from app.settings.models import PickList
from app.settings.service import pick_values
from app.tasks import sets
from app.tasks.due import DEFAULT_REMINDER
from app.tasks.forms import REMINDERS
from app.tasks.models import TaskTemplate


class StepForm(Form):
    """One task of the set."""

    title = StringField(_l("Title"))
    category = SelectField(_l("Category"), coerce=int, validate_choice=False, choices=[], default=0)
    days = IntegerField(_l("Days after"), validators=[Optional()], default=0)
    time = TimeField(_l("Time"), validators=[Optional()])
    reminder = SelectField(_l("Reminder"), choices=list(REMINDERS.items()), default=str(DEFAULT_REMINDER))


class TemplateForm(DynamicForm):
    """Name and tasks; rules live in the service."""

    version = HiddenField()
    name = StringField(_l("Name"))
    steps = FieldList(FormField(StepForm), label=_l("Tasks"), min_entries=1)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What the service takes; rows without a word are none."""
        given = [entry.data for entry in self.steps.entries]
        return [
            {**row, "reminder": int(row["reminder"]) if row["reminder"] else None}
            for row in given
            if (row["title"] or "").strip()
        ]


def filled(template: TaskTemplate) -> TemplateForm:
    """The form with a set in it."""
    steps = [
        {"title": s.title, "category": s.category_id or 0, "days": s.days, "time": s.due_time}
        | {"reminder": str(s.reminder or "")}
        for s in template.steps
    ]
    return TemplateForm(formdata=None, data={"name": template.name, "version": template.version, "steps": steps})


class TaskTemplateView(ThreeVerbs, BaseView):
    """Sets of tasks, made by administrators for everyone (TSK-07)."""

    route_base = "/settings/task-templates"
    level = "admin"
    class_permission_name = "TaskTemplate"

    @expose("/")
    @has_access
    def list(self) -> Any:
        """All of them."""
        return self.render_template("tasks/templates.html", templates=sets.templates())

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Any:
        """A new one."""
        return self._form(None)

    @expose("/<int:pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: int) -> Any:
        """Change one."""
        return self._form(_template_or_404(pk))

    def _form(self, template: TaskTemplate | None) -> Any:
        form = TemplateForm() if request.method == "POST" or template is None else filled(template)

        def save() -> None:
            version = int(form.version.data) if str(form.version.data or "").isdigit() else None
            sets.save({"name": form.name.data, "steps": form.rows, "version": version}, template)

        if request.method == "POST" and stored(form, save):
            flash(_("Saved"), "success")
            return redirect(url_for(".list"))
        categories = [(value.id, value.label) for value in pick_values(PickList.TASK_CATEGORY)]
        return self.render_template(
            "tasks/template.html", form=form, editing=template is not None, categories=categories, reminders=REMINDERS
        )

    @expose("/<int:pk>/delete", methods=["POST"])
    @has_access
    @permission_name("delete")
    def delete(self, pk: int) -> Any:
        """Take one away; what was made by it stays."""
        sets.delete(_template_or_404(pk))
        db.session.commit()
        flash(_("Deleted"), "success")
        return redirect(url_for(".list"))


def _template_or_404(pk: int) -> TaskTemplate:
    return found_or_404(TaskTemplate, pk)
