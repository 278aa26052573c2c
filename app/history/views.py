"""The History tab of a record: composer, filters and timeline, in parts that replace each other on the page."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from flask import abort, json, make_response, request
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import NotFound

from app.core import tabs
from app.core.db import db
from app.core.errors import NotAllowed
from app.core.roles import ThreeVerbs
from app.core.views import found_or_404, stored
from app.history import attached, forms, parents, service, timeline, words
from app.history.models import PARENTS, HistoryEvent
from app.settings.models import PickList
from app.settings.service import pick_values

LIST_CHANGED = "history-changed"  # the list on the page fetches itself anew when it hears this
OF = f"<any({', '.join(PARENTS)}):of>"


class HistoryView(ThreeVerbs, BaseView):
    """What happened with a record (HIS-01, HIS-02)."""

    route_base = "/history"
    class_permission_name = "HistoryEvent"
    level = "user"

    @expose(f"/{OF}/<pk>")
    @has_access
    @permission_name("list")
    def panel(self, of: str, pk: str) -> Any:
        """The tab's panel."""
        row = parent_or_404(of, pk)
        return self.render_template(
            "history/panel.html",
            form=forms.blank(),
            categories=pick_values(PickList.HISTORY_CATEGORY),
            authors=timeline.authors(row),
            **shown(row),
        )

    @expose(f"/{OF}/<pk>/events")
    @has_access
    @permission_name("list")
    def events(self, of: str, pk: str) -> Any:
        """A page of the list: `category`, `person`, `first` and `last` choose, `before` continues."""
        return self.render_template("history/list.html", **shown(parent_or_404(of, pk)))

    @expose(f"/{OF}/<pk>", methods=["POST"])
    @has_access
    @permission_name("add")
    def add(self, of: str, pk: str) -> Any:
        """Write down what happened; the answer is the composer, empty again or with what was wrong."""
        row, form = parent_or_404(of, pk), forms.EventForm()
        done = kept(form, {of: row.id, "told": form.told.data}, files=request.files.getlist("file"))
        form = forms.blank() if done else form
        page = self.render_template("history/composer.html", row=row, of=of, form=form, focus=True)
        return with_events(page, _("Saved"), LIST_CHANGED) if done else page

    @expose("/event/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> Any:
        """One event, as it stands in the list."""
        return self._item(event_or_404(pk))

    @expose("/event/<pk>/edit", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def edit(self, pk: str) -> Any:
        """Correct an event where it stands."""
        event = event_or_404(pk)
        form = forms.beside(forms.EventForm(), event) if request.method == "POST" else forms.filled(event)
        if not service.may_change(event):
            raise NotAllowed
        if request.method == "GET" or not kept(form, {}, event):
            return self.render_template("history/edit.html", event=event, form=form)
        return with_events(self._item(event), _("Changes saved"))

    @expose("/event/<pk>/delete", methods=["POST"])
    @has_access
    @permission_name("delete")
    def delete(self, pk: str) -> Any:
        """Take an event back."""
        service.delete(event_or_404(pk))
        db.session.commit()
        return with_events("", _("Deleted"))

    def _item(self, event: HistoryEvent) -> Any:
        return self.render_template("history/item.html", event=event, focus=True, **telling([event]))


def parent_or_404(of: str, pk: str) -> Any:
    """The record, or the same 404 for a missing and for a hidden one (ACC-06)."""
    row = parents.seen(of, int(pk)) if pk.isascii() and pk.isdigit() and len(pk) < 19 else None
    if row is None:
        raise NotFound
    return row


def event_or_404(pk: str) -> HistoryEvent:
    """The event, or the same 404 for a missing and for a hidden one."""
    return found_or_404(HistoryEvent, pk)


def shown(row: Any) -> dict[str, Any]:
    """A page of events as the request asks for it, with what the templates need. Aborts with 400."""
    args = request.args
    try:
        before = timeline.Cursor.read(args["before"]) if args.get("before") else None
        page = timeline.timeline(row, wanted(), before)
    except ValueError:
        abort(400)
    older = {key: value for key, value in args.items() if key in ("category", "person", "first", "last") and value}
    of = parents.name_of(row)
    return {"row": row, "of": of, "page": page, "older": older, "filtered": bool(older)} | telling(page.events)


def wanted() -> timeline.Wanted:
    """The filters of the request. Raises ValueError."""
    category, person, first, last = (request.args.get(key, "") for key in ("category", "person", "first", "last"))
    if category != timeline.BY_ITSELF:
        category = str(number(category) or "")
    return timeline.Wanted(category, number(person), day(first), day(last))


def number(text: str) -> int | None:
    """An id of the address. Raises ValueError."""
    if len(text) > 9 or (text and not text.isdigit()):
        raise ValueError(text)
    return int(text) if text else None


def day(text: str) -> dt.date | None:
    """A day of the address. Raises ValueError."""
    found = dt.date.fromisoformat(text) if text else None
    if found and found.year not in service.YEARS:
        raise ValueError(text)
    return found


def telling(events: list[HistoryEvent]) -> dict[str, Any]:
    """What every template that shows events needs."""
    return {"changes": words.in_words(events), "ago": timeline.ago, "mine": service.may_change} | {
        "files": attached.files_of(events),
        "told": attached.names_told(events),
    }


def kept(
    form: forms.EventForm, extra: dict[str, Any], event: HistoryEvent | None = None, files: Sequence[Any] = ()
) -> bool:
    """Save the event with its files; False when it was refused, with the reasons on the fields."""
    return stored(form, lambda: attached.keep(service.save(forms.data_of(form) | extra, event), files))


def with_events(page: str, said: str, *names: str) -> Any:
    """An answer that also tells the page: a toast, and `names` for those parts of it that listen."""
    answer = make_response(page)
    answer.headers["HX-Trigger"] = json.dumps({"toast": {"text": said, "kind": "success"}, **dict.fromkeys(names, "")})
    return answer


def register(appbuilder: Any) -> None:
    """Wire the pages and hang the tab on every kind of record that has a history."""
    appbuilder.add_view_no_menu(HistoryView)
    for of in PARENTS:
        tabs.add(of, tabs.Tab("history", _l("History"), "HistoryView.panel", place=10, values={"of": of}))
