"""Tags put in order."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.exceptions import NotFound

from app.core.db import db
from app.core.errors import RuleBroken
from app.core.roles import ThreeVerbs
from app.settings import tags, uses
from app.settings.models import Tag


class TagView(ThreeVerbs, BaseView):
    """All tags: rename, merge two into one, delete the unused (TAG-01)."""

    route_base = "/settings/tags"
    level = "admin"
    class_permission_name = "Tag"
    page_size = 50

    @expose("/")
    @has_access
    def list(self) -> Any:
        """One page of the tags; `edit` and `merge` in the address open the form of one row."""
        return self._page()

    def _page(self, **typed: Any) -> Any:
        page, q = max(0, request.args.get("page_tags", 0, type=int)), request.args.get("q", "")[:100]
        rows, total = tags.page_of(q, min(page, 10_000), self.page_size)
        return self.render_template(
            "settings/tags.html",
            tags=rows,
            counts=uses.counts(Tag, [t.id for t in rows]),
            cap=uses.USES_CAP,
            unused=tags.count_unused(),
            total=total,
            page=page,
            page_size=self.page_size,
            q=q,
            **{"editing": _asked("edit"), "merging": _asked("merge"), "errors": {}, "typed": ""} | typed,
        )

    @expose("/<pk>", methods=["POST"])
    @has_access
    def edit(self, pk: str) -> Any:
        """Rename one."""
        tag, name = self._tag(pk), request.form.get("name", "")
        try:
            tags.save({"name": name}, tag)
        except RuleBroken as broken:
            return self._refused(broken, editing=tag.id, typed=name)
        return self._done(_("Changes saved"))

    @expose("/<pk>/merge", methods=["POST"])
    @has_access
    def merge(self, pk: str) -> Any:
        """Let what has this tag have another, named by the form, and delete this one."""
        tag, into = self._tag(pk), tags.named(request.form.get("into", ""))
        try:
            moved = tags.merge(tag, into)
        except RuleBroken as broken:
            return self._refused(broken, merging=tag.id, typed=request.form.get("into", ""))
        said = ngettext("Merged; %(num)s record was moved", "Merged; %(num)s records were moved", moved)
        return self._done(said)

    @expose("/<pk>/delete", methods=["POST"])
    @has_access
    def delete(self, pk: str) -> Any:
        """Delete one that nothing has."""
        try:
            tags.delete(self._tag(pk))
        except RuleBroken as broken:
            return self._refused(broken)
        return self._done(_("Deleted"))

    @expose("/delete-unused", methods=["POST"])
    @has_access
    def delete_unused(self) -> Any:
        """Delete all that nothing has."""
        return self._done(ngettext("%(num)s tag deleted", "%(num)s tags deleted", tags.delete_unused()))

    def _tag(self, pk: str) -> Tag:
        tag = tags.found(pk)
        if tag is None:
            raise NotFound
        return tag

    def _done(self, said: str) -> Any:
        db.session.commit()
        flash(said, "success")
        return redirect(url_for(".list", q=request.args.get("q") or None))

    def _refused(self, broken: RuleBroken, **typed: Any) -> Any:
        db.session.rollback()
        return self._page(errors=broken.errors, **typed), 400


def _asked(name: str) -> int | None:
    return request.args.get(name, type=int)
