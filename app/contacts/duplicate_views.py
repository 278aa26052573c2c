"""The page of contacts that may be one (CON-13)."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _

from app.contacts import duplicates
from app.contacts.pairs import Pair
from app.core.db import db
from app.core.roles import ThreeVerbs
from app.core.views import found_or_404, progress_answer

PAGE = 30


class DuplicateView(ThreeVerbs, BaseView):
    """Pairs with score and reasons, each to be merged or said to be two."""

    route_base = "/contacts/duplicates"
    class_permission_name = "Contact"
    level = "user"

    @expose("/")
    @has_access
    @permission_name("edit")
    def list(self) -> Any:
        """The likeliest first; `after` is where the page before ended."""
        rows = duplicates.pairs(PAGE + 1, _after(request.args.get("after", "")))
        last = rows[PAGE - 1] if len(rows) > PAGE else None
        return self.render_template(
            "contacts/duplicates.html",
            pairs=rows[:PAGE],
            next_page=f"{last.score}-{last.id}" if last else None,
            run=duplicates.latest(),
            reasons=duplicates.REASONS,
        )

    @expose("/search", methods=["POST"])
    @has_access
    @permission_name("edit")
    def search(self) -> Any:
        """Look again."""
        duplicates.start()
        db.session.commit()
        return redirect(url_for(".list"))

    @expose("/progress")
    @has_access
    @permission_name("edit")
    def progress(self) -> Any:
        """The bar of the search; at its end the page is asked for again."""
        run = duplicates.latest()
        page = self.render_template("contacts/search_progress.html", run=run) if run else ""
        return progress_answer(page, run is None or run.ended)

    @expose("/<int:pk>/two", methods=["POST"])
    @has_access
    @permission_name("edit")
    def dismiss(self, pk: int) -> Any:
        """They are two."""
        pair = found_or_404(Pair, pk)
        duplicates.dismiss(pair)
        db.session.commit()
        flash(_("They are kept apart and not offered again"), "success")
        return redirect(url_for(".list"))


def _after(typed: str) -> tuple[int, int] | None:
    score, _, key = typed.partition("-")
    is_place = all(part.isascii() and part.isdecimal() for part in (score, key)) and len(score) < 3 and len(key) < 19
    return (int(score), int(key)) if is_place else None
