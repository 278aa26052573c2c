"""The base of pages that list records: chosen columns, saved views, values changed where they stand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from flask import flash, g, redirect, request
from flask_appbuilder import expose, has_access
from flask_babel import gettext as _

from app.core.cleaning import seen
from app.core.money import format_money
from app.lists import choices, service
from app.lists.models import SavedView
from app.lists.views.changing import ChangingView

TEXTS = {"description", "notes"}
LONGEST_TEXT = 120  # characters of a text in a cell


class Column(NamedTuple):
    """One column that a list can show. `draw` makes its cell from what `read` gives of a row; `default`: whether it
    is there before anybody chooses."""

    name: str
    label: Any
    read: Callable[[Any], Any]
    draw: Callable[[Any], Any] | None = None
    default: bool = True


def money_column(name: str, label: Any) -> Column:
    """A sum of a row in the row's currency, for who chooses it."""
    return Column(name, label, lambda row: _money(getattr(row, name), row.currency), default=False)


def _money(sum_: Any, currency: str) -> str | None:
    return None if sum_ is None else format_money(sum_, currency)


@dataclass(frozen=True)
class Look:
    """What the head of a list shows of views and columns."""

    page: "ListedView"
    views: Sequence[SavedView]
    view: SavedView | None
    default: int | None
    shown: Sequence[Column]

    @property
    def name(self) -> str:
        """What the list is called in forms."""
        return self.page.list_name

    @property
    def changed(self) -> bool:
        """Whether more or other things are asked for than the opened view keeps."""
        return self.view is not None and choices.is_changed(self.page, self.view, request.args)

    @property
    def hidden(self) -> Sequence[Column]:
        """The columns that could be shown besides."""
        shown = {column.name for column in self.shown}
        return [column for column in self.page.columns_offered() if column.name not in shown]

    @property
    def plain(self) -> str:
        """The address of the list with nothing asked for."""
        return choices.at(self.page, [(choices.VIEW, choices.NONE)] if self.default else [])

    @property
    def query(self) -> str:
        """What is asked for, for forms that come back here."""
        return request.query_string.decode("utf-8", "replace")

    def may_manage(self, view: SavedView) -> bool:
        """Whether the reader may rename, change and delete it."""
        return service.may_manage(view)


class ListedView(ChangingView):
    """A list with views and columns of one's own (GEN-09).

    `list_name` is what it is called in the database and in REST; `more_columns` are there beside `list_columns` for
    those who choose them; `own_args` are the arguments of its address beside filters; `record` is the column that
    holds the whole row.
    """

    list_name: ClassVar[str] = ""
    more_columns: ClassVar[Sequence[str]] = ()
    own_args: ClassVar[Sequence[str]] = ("q",)
    record: ClassVar[str] = "card"

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        """As the address says; a bare one opens with the view that the reader has chosen for it."""
        place = self.first_view()
        return redirect(place) if place else super().list()

    def first_view(self) -> str | None:
        """Where a bare address leads the reader, who has chosen a view for it."""
        default = None if request.args else self.look().default
        view = next((view for view in self.look().views if view.id == default), None)
        return opened(self, view) if view else None

    def look(self) -> Look:
        """Views and columns in force for this request."""
        looks = g.setdefault("looks", {})
        if self.list_name not in looks:
            views = [view for view in seen_views() if view.list_name == self.list_name]
            wanted = request.args.get(choices.VIEW, type=int)
            view = next((view for view in views if view.id == wanted), None)
            choice = service.choice(self.list_name)
            default = choice.view_id if choice and choice.view_id in {view.id for view in views} else None
            names = (view.columns if view else None) or (choice.columns if choice else None)
            looks[self.list_name] = Look(self, views, view, default, self._shown(names))
        return looks[self.list_name]  # type: ignore[no-any-return]

    def _shown(self, names: Sequence[str] | None) -> Sequence[Column]:
        """The columns of these names, or those of the address before them; what is gone is passed over."""
        known = {column.name: column for column in self.columns_offered()}
        names = request.args.get(choices.COLUMNS, "").split(",") if choices.COLUMNS in request.args else names
        found = [known[name] for name in dict.fromkeys(names or ()) if name in known]
        return found or [column for column in known.values() if column.default]

    def own_columns(self) -> Sequence[Column]:
        """Columns that administrators made."""
        return ()

    def columns_offered(self) -> Sequence[Column]:
        """All columns there are, those shown by default first and in their order."""
        offered = g.setdefault("columns_offered", {})
        if self.list_name not in offered:
            plain = [self._column(name, True) for name in self.list_columns]
            own = list(self.own_columns())
            place = next((n for n, column in enumerate(plain) if column.name == "changed_at"), len(plain))
            plain[place:place] = [column for column in own if column.default]
            more = [self._column(name, False) for name in self.more_columns]
            offered[self.list_name] = [*plain, *more, *(column for column in own if not column.default)]
        return offered[self.list_name]  # type: ignore[no-any-return]

    def _column(self, name: str, default: bool) -> Column:
        read, label = self.datamodel._get_attr_value, self.label_columns.get(name)
        draw = self.formatters_columns.get(name) or (brief if name in TEXTS else None)
        return Column(name, label, lambda row: read(row, name), draw, default)

    def _get_search_widget(self, form: Any = None, **kwargs: Any) -> Any:
        widgets = super()._get_search_widget(form=form, **kwargs)
        own = [field.name for field in getattr(form, "custom_fields", ())]
        widgets["search"].template_args |= {"look": self.look(), "include_cols": [*self.search_columns, *own]}
        return widgets

    def words_of(self, column: str, key: str) -> str:
        """What the record is called that a filter names; of one that the reader does not see, nothing (ACC-06)."""
        model = getattr(self.datamodel.obj, column).property.mapper.class_
        row = seen(model, int(key)) if key.isascii() and key.isdecimal() and len(key) < 19 else None
        return str(row) if row is not None else "?"

    def filters_offered(self) -> dict[str, Any]:
        """The ways in which each column is filtered."""
        return self._filters.get_search_filters()  # type: ignore[no-any-return]

    def has_choice(self, column: str, value: str) -> bool:
        """Whether a filter's value is still to be chosen, where it is chosen from a list that anybody may shorten.
        People stay: what somebody who has left looks after is still found."""
        forms = g.setdefault("search_forms", {})
        if self.list_name not in forms:
            forms[self.list_name] = self.search_form.refresh()
        field = forms[self.list_name]._fields.get(column)
        if column == "owner" or not hasattr(field, "iter_choices") or hasattr(field, "source"):
            return True
        return value in {str(choice[0]) for choice in field.iter_choices()}

    def name_of(self, column: str) -> str:
        """What a column or filter is called; of one that is gone what is known of it."""
        own = {one.name: one.label for one in self.columns_offered()}
        label = own.get(column) or self.label_columns.get(column)
        return str(label or column.removeprefix("custom.").replace("_", " "))

    def _get_list_widget(self, filters: Any, **kwargs: Any) -> Any:
        widgets = super()._get_list_widget(filters, **kwargs)
        args, look = widgets["list"].template_args, self.look()
        rows = [row[self.record] for row in args["value_columns"]]
        args |= {
            "look": look,
            "include_columns": [column.name for column in look.shown],
            "value_columns": rows,
            "records": True,
            "label_columns": {**args["label_columns"], **{column.name: column.label for column in look.shown}},
        }
        return widgets


def brief(text: str | None) -> str | None:
    """The beginning of a long text."""
    return f"{text[:LONGEST_TEXT]}…" if text and len(text) > LONGEST_TEXT else text


def seen_views() -> list[SavedView]:
    """All views that the reader may open, asked for once a request."""
    if "seen_views" not in g:
        g.seen_views = service.views()
    return g.seen_views  # type: ignore[no-any-return]


def opened(page: ListedView, view: SavedView) -> str:
    """The address of a view; what is not there any more is told to who opens it."""
    place, lost = choices.address(page, view)
    if lost:
        what = ", ".join(f"“{name}”" for name in lost)
        flash(
            _("“%(view)s” asks for what is not there any more: %(what)s. It was left out.", view=view, what=what),
            "warning",
        )
    return place
