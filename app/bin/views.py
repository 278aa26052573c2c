"""The page of the bin: what lies there, back with it, and away with it for good."""

import datetime as dt
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import Forbidden, NotFound

from app.core import access, bins, nav
from app.core.db import appbuilder_of, db
from app.core.errors import RuleBroken
from app.core.people import names_of_principals
from app.core.roles import ThreeVerbs

PAGE = 50
LABELS = {
    "contact": (_l("Contact"), "user"),
    "opportunity": (_l("Opportunity"), "presentation"),
    "invoice": (_l("Invoice"), "file"),
    "task": (_l("Task"), "checkbox"),
    "case": (_l("Case"), "inbox"),
    "project": (_l("Project"), "list"),
    "document": (_l("File"), "file"),
}


class BinView(ThreeVerbs, BaseView):
    """GEN-07: each sees what he deleted himself, administrators see all."""

    route_base = "/bin"
    class_permission_name = "Bin"
    level = "user"

    @expose("/")
    @has_access
    def list(self) -> Any:
        """The latest first; `before` is the instant from which older ones are shown."""
        rows = bins.lying(PAGE + 1, _instant(request.args.get("before", "")))
        return self.render_template(
            "bin/list.html",
            rows=rows[:PAGE],
            more=len(rows) > PAGE,
            labels=LABELS,
            who=names_of_principals(sorted({row.deleted_by or 0 for row in rows})),
            kept=bins.KEPT,
            is_admin=access.current().is_admin,
        )

    @expose("/restore/<table>/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("delete")
    def restore(self, table: str, pk: int) -> Any:
        """Back to where it was, by the room's own verb where it has one."""
        model = bins.tables().get(table)
        if model is None:
            raise NotFound
        try:
            back(model)(pk)
            db.session.commit()
        except RuleBroken as broken:
            db.session.rollback()
            flash(str(broken), "danger")
        else:
            flash(_("Restored"), "success")
        return redirect(url_for(".list"))

    @expose("/empty", methods=["POST"])
    @has_access
    @permission_name("delete")
    def empty(self) -> Any:
        """For administrators: delete all of it for good, or the one row that is named."""
        if not access.current().is_admin:
            raise Forbidden
        tables, pk = bins.tables(), request.form.get("pk", type=int)
        chosen = [request.form.get("table", "")] if pk else [*tables]
        if any(table not in tables for table in chosen):
            raise NotFound
        count = sum(bins.empty(tables[table], pk) for table in chosen)
        db.session.commit()
        flash(_("%(n)s deleted for good", n=count), "success")
        return redirect(url_for(".list"))


def back(model: type[Any]) -> Any:
    """What restores a row of this table: the verb of the room, which keeps its history, else the plain way."""
    views = [v for v in appbuilder_of().baseviews if hasattr(v, "service") and hasattr(v, "datamodel")]
    room = next((v.service for v in views if v.datamodel.obj is model and hasattr(v.service, "restore")), None)
    return room.restore if room else lambda pk: bins.take_out(model, pk)


def _instant(typed: str) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(typed.replace(" ", "+"))
    except ValueError:
        return None
    return found if found.tzinfo else None


def register(appbuilder: Any) -> None:
    """Wire the page and the menu."""
    appbuilder.add_view_no_menu(BinView)
    nav.MAIN.append(nav.Entry("bin", _l("Bin"), "trash", "BinView.list", place=99))
