"""Pages of tasks."""

from typing import Any

from flask_babel import lazy_gettext as _l

from app.core import nav
from app.tasks.views import panels
from app.tasks.views.calendar import CalendarView
from app.tasks.views.feed import FeedSettingsView, FeedView
from app.tasks.views.panels import TaskPanelView
from app.tasks.views.tasks import TaskView
from app.tasks.views.templates import TaskTemplateView


def register(appbuilder: Any) -> None:
    """Wire the pages, the menus and the tabs."""
    for view in (TaskView, TaskPanelView, CalendarView, FeedSettingsView, FeedView, TaskTemplateView):
        appbuilder.add_view_no_menu(view)
    panels.hang()
    also = ("CalendarView", "FeedSettingsView")
    nav.MAIN.append(nav.Entry("tasks", _l("Tasks"), "checkbox", "TaskView.list", place=20, also=also))
    about = _l("Sets of tasks for what is done each time, such as for a new client")
    words = {"level": "admin", "description": about}
    nav.SETTINGS.append(nav.Entry("task_templates", _l("Task templates"), "checkbox", "TaskTemplateView.list", **words))
    nav.CREATE.append(nav.Entry("task", _l("Task"), "checkbox", "TaskView.add", place=20))
