"""The doors of the search: the page of results, and what the palette asks for while one types."""

from typing import Any

from flask import jsonify, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.roles import ThreeVerbs
from app.home import palette, searching
from app.home.palette import Offer
from app.home.searching import Found, Source
from app.reporting import choices

IN_PALETTE, ON_PAGE, OFFERS = 5, 20, 6


class SearchView(ThreeVerbs, BaseView):
    """Everything that holds the typed words (GEN-06)."""

    route_base = "/search"
    class_permission_name = "Search"
    level = "user"

    @expose("/")
    @has_access
    @permission_name("list")
    def index(self) -> Any:
        """The page of results, by kind."""
        typed = question()
        found = searching.find(typed, readable(), ON_PAGE)
        return self.render_template(
            "home/search.html", typed=typed, found=found, count=searching.count(found), listed=listed
        )

    @expose("/palette")
    @has_access
    @permission_name("list")
    def palette(self) -> Any:
        """Groups of lines for the palette: hits, what may be done with them, where one may go."""
        typed = question()
        verbs, name = palette.asked(typed)
        found = searching.find(typed, readable(), IN_PALETTE)
        groups = [(one.source.label, [*map(_hit(one), one.rows)]) for one in found]
        groups.append((_("Actions"), _actions(typed, verbs, name, found)))
        groups.append((_("Pages"), palette.places(typed, _reports())))
        groups = [group for group in groups if group[1]]
        if verbs:
            groups.sort(key=lambda group: group[0] != _("Actions"))
        lines = sum(len(lines) for _label, lines in groups)
        return jsonify(
            groups=[{"label": str(label), "lines": [vars(line) for line in lines]} for label, lines in groups],
            all=url_for(".index", q=typed) if typed else "",
            said=ngettext("%(num)s result", "%(num)s results", lines),
        )


def question() -> str:
    """What was typed."""
    return request.args.get("q", "").strip()[: searching.LONGEST]


def readable() -> list[Source]:
    """The kinds that the actor may open."""
    manager = choices.manager()
    return [source for source in searching.SOURCES if manager.has_access("can_read", source.permission)]


def listed(found: Found, typed: str) -> str:
    """The list of all hits of a kind."""
    values: dict[str, Any] = {"q": typed, **found.source.list_values}
    return url_for(found.source.listed, **values)


def _hit(found: Found) -> Any:
    page, icon = found.source.page, found.source.icon
    return lambda row: Offer(str(row), url_for(page, pk=row.id), icon, found.sub(row))


def _actions(typed: str, verbs: list[palette.Verb], name: str, found: list[Found]) -> list[Offer]:
    """With nothing typed all that can be made; with a verb, that for whom is named; else all verbs for the first."""
    if not typed:
        return palette.creations()
    if verbs:
        people = searching.find(name, [s for s in readable() if any(s.key in verb.of for verb in verbs)], OFFERS)
        return [*palette.for_hits(verbs, people, OFFERS), *palette.by_name(verbs, name)]
    usual = [verb for verb in palette.FOR_SOMEBODY if verb.allowed]
    first = [Found(one.source, one.rows[:1], subs=one.subs) for one in found if one.source.key == "contact"]
    named = any(c.isalpha() for c in typed) and not any(c.isdigit() or c == "@" for c in typed)
    new = palette.by_name([v for v in palette.BY_NAME if v.allowed], typed) if named else ()
    return [*palette.for_hits(usual, first, OFFERS), *new]


def _reports() -> list[Offer]:
    return [
        Offer(f"{_('Reports')}: {r.label}", url_for("ReportView.show", key=r.key), "presentation")
        for r in choices.readable()
    ]
