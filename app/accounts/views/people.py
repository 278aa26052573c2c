"""The administrators' page: who has a second step, who is signed in where, whose programs have keys."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from app.accounts import service
from app.core import access, keys, sessions, two_factor
from app.core.db import db
from app.core.errors import NotAllowed, RuleBroken
from app.core.people import OWNER, User
from app.core.roles import ThreeVerbs
from app.core.views import found_or_404
from app.settings import preferences

PAGE = 50


class SignInView(ThreeVerbs, BaseView):
    """All users, and one of them."""

    route_base = "/settings/sign-in"
    level = "admin"
    class_permission_name = "SignIn"

    @expose("/")
    @has_access
    def list(self) -> Any:
        """A page of users, by name."""
        return self._list({})

    @expose("/rule", methods=["POST"])
    @has_access
    def rule(self) -> Any:
        """Who has to have a second step; the owner says so."""
        if OWNER not in access.current().roles:
            raise NotAllowed
        try:
            service.choose(service.SECOND_STEP, request.form.get("who", ""))
        except RuleBroken as broken:
            return self._list(broken.errors), 400
        return self._done(_("Changes saved"), url_for(".list"))

    @expose("/<int:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        """One person's second step, sessions and keys."""
        user = self._user(pk)
        may_touch = OWNER not in service.roles_of(user) or OWNER in access.current().roles
        return self.render_template(
            "accounts/person.html",
            user=user,
            may_touch=may_touch,
            second_step=two_factor.is_on(pk),
            sessions=sessions.of(pk),
            keys=keys.of(pk),
            words=service.ENTITIES,
        )

    @expose("/<int:pk>/reset", methods=["POST"])
    @has_access
    def reset(self, pk: int) -> Any:
        """Take a person's second step off."""
        service.reset_second_step(self._user(pk))
        return self._done(_("Two-factor login is off."), url_for(".show", pk=pk))

    @expose("/<int:pk>/sessions/<int:session>/end", methods=["POST"])
    @has_access
    def end(self, pk: int, session: int) -> Any:
        """End one session."""
        if not service.end_session(self._user(pk), session):
            raise NotFound
        return self._done(_("This session has ended."), url_for(".show", pk=pk))

    @expose("/<int:pk>/sessions/end", methods=["POST"])
    @has_access
    def end_all(self, pk: int) -> Any:
        """End all sessions."""
        service.end_sessions(self._user(pk))
        return self._done(_("All sessions have ended."), url_for(".show", pk=pk))

    @expose("/<int:pk>/keys/<int:key>/revoke", methods=["POST"])
    @has_access
    def revoke(self, pk: int, key: int) -> Any:
        """End one key."""
        if not service.revoke_key(self._user(pk), key):
            raise NotFound
        return self._done(_("This key no longer opens anything."), url_for(".show", pk=pk))

    def _user(self, pk: int) -> User:
        return found_or_404(User, pk)

    def _done(self, said: str, to: str) -> Any:
        db.session.commit()
        flash(said, "success")
        return redirect(to)

    def _list(self, errors: dict[str, Any]) -> Any:
        typed = request.args.get("q", "").strip()[:100]
        page = min(request.args.get("page_people", 0, int), 10_000)
        lines, total = service.people(typed, page, PAGE)
        return self.render_template(
            "accounts/people.html",
            q=typed,
            page=page,
            page_size=PAGE,
            lines=lines,
            total=total,
            errors=errors,
            who=service.WHO,
            rule=preferences.chosen(service.SECOND_STEP),
            is_owner=OWNER in access.current().roles,
        )
