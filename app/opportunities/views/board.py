"""The board's page and its parts: columns, further cards, a move, and the mark by which it hears of others' moves."""

import datetime as dt
from typing import Any

from flask import abort, jsonify, request
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _

from app.core import access, clock
from app.core.db import db
from app.core.errors import Conflict, NotAllowed, RuleBroken
from app.core.people import crm_users
from app.core.roles import ThreeVerbs
from app.core.views import found_or_404
from app.history.timeline import Cursor
from app.opportunities import board, service, stages
from app.opportunities.models import Opportunity
from app.settings.models import PickList
from app.settings.service import pick_values
from app.settings.tags import choices as tag_choices


class BoardView(ThreeVerbs, BaseView):
    """Opportunities by stage (OPP-04)."""

    route_base = "/opportunities/board"
    class_permission_name = "Opportunity"
    level = "user"

    @expose("/")
    @has_access
    @permission_name("list")
    def index(self) -> Any:
        """The page: filters and columns."""
        return self.render_template(
            "opportunities/board.html",
            columns=board.columns(wanted()),
            mark=board.mark(),
            today=today(),
            me=access.current().user_id,
            users=crm_users(),
            tags=tag_choices(),
            reasons=pick_values(PickList.LOST_REASON),
        )

    @expose("/columns")
    @has_access
    @permission_name("list")
    def columns(self) -> Any:
        """All columns anew, after somebody's move."""
        return self.render_template(
            "opportunities/columns.html", columns=board.columns(wanted()), mark=board.mark(), today=today()
        )

    @expose("/cards/<int:stage>")
    @has_access
    @permission_name("list")
    def cards(self, stage: int) -> Any:
        """A column's next cards: those after `before`."""
        found = next((one for one in stages.all_stages() if one.id == stage), None)
        try:
            before = Cursor.read(request.args.get("before", ""))
        except ValueError:
            abort(400)
        if found is None:
            abort(404)
        return self.render_template(
            "opportunities/cards.html", column=board.column(found, wanted(), before), today=today()
        )

    @expose("/mark")
    @has_access
    @permission_name("list")
    def mark(self) -> Any:
        """Whether something may have changed since the page was made."""
        return jsonify(mark=board.mark())

    @expose("/move/<pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def move(self, pk: str) -> Any:
        """Bring a card into another stage: `stage`, `version`, `lost_reason`. The answer holds the card's version, what
        columns say now, and the new mark; a refusal says why, and 409 that somebody was faster."""
        row = found_or_404(Opportunity, pk)
        form = request.form
        moved = {key: form.get(key, type=int) for key in ("stage", "version", "lost_reason") if form.get(key)}
        try:
            service.save(moved, row)
            db.session.commit()
        except Conflict:
            db.session.rollback()
            return jsonify(message=_("Somebody else has changed this meanwhile.")), 409
        except (RuleBroken, NotAllowed) as refused:
            db.session.rollback()
            return jsonify(message=str(refused) or _("Only its responsible persons may do this.")), 400
        heads = {
            column.stage.id: self.render_template("opportunities/head.html", column=column)
            for column in board.heads(wanted())
        }
        return jsonify(version=row.version, heads=heads, mark=board.mark(), message=_("Saved"))


def today() -> dt.date:
    """The reader's day."""
    return clock.today(access.current().timezone)


def wanted() -> board.Wanted:
    """The filters of the request; what is no id filters nothing."""
    args = request.args
    owner, tag = (args.get(key, type=int) for key in ("owner", "tag"))
    owner, tag = (number if number and 0 < number < 2**31 else None for number in (owner, tag))
    return board.Wanted(owner, tag, args.get("q", "").strip()[:200])
