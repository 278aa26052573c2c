"""A person's own page: second step, sessions, keys for programs."""

import datetime as dt
import re
from typing import Any

import segno
from flask import abort, current_app, flash, g, redirect, request, session, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.api import BaseApi
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.security import check_password_hash

from app.accounts import service
from app.core import access, audit, clock, keys, logins, sessions, two_factor
from app.core.db import db
from app.core.errors import RuleBroken
from app.core.login_views import MUST_SET_UP
from app.core.people import User
from app.core.roles import ThreeVerbs

LIVES = {"30": 30, "90": 90, "365": 365, "": None}  # days of a key; None is for ever


def known_entities() -> dict[str, str]:
    """What REST has, by permission: the words of pages."""
    views = current_app.extensions["appbuilder"].baseviews
    names = sorted({v.class_permission_name for v in views if isinstance(v, BaseApi) and hasattr(v, "level")})
    return {name: str(service.ENTITIES.get(name, name)) for name in names}


def me() -> User:
    """Who is signed in."""
    return db.session.get_one(User, access.current().user_id)


class OwnView(ThreeVerbs, BaseView):
    """What the person who is signed in may do about it."""

    route_base = "/account"
    class_permission_name = "Account"

    @expose("/")
    @has_access
    def list(self) -> Any:
        """The page as it is."""
        return self._page({})

    @expose("/two-factor/begin", methods=["POST"])
    @has_access
    def begin(self) -> Any:
        """Make a secret, to be confirmed by a code."""
        two_factor.begin(me().id)
        db.session.commit()
        return redirect(url_for(".list"))

    @expose("/two-factor/confirm", methods=["POST"])
    @has_access
    def confirm(self) -> Any:
        """Turn it on; the recovery codes are shown this once."""
        logins.refuse_code_guessers(me().id)
        try:
            codes = two_factor.confirm(me().id, request.form.get("code", ""))
        except RuleBroken as broken:
            return self._refused(broken.errors)
        session.pop(MUST_SET_UP, None)
        db.session.commit()
        return self.render_template("accounts/codes.html", codes=codes)

    @expose("/two-factor/off", methods=["POST"])
    @has_access
    def off(self) -> Any:
        """Turn it off, by password and code."""
        try:
            self._prove()
            if two_factor.is_required(access.current()):
                raise RuleBroken({"proof": _("Two-factor login is required of you.")})
        except RuleBroken as broken:
            return self._refused(broken.errors)
        two_factor.turn_off(me().id)
        db.session.commit()
        flash(_("Two-factor login is off."), "success")
        return redirect(url_for(".list"))

    @expose("/two-factor/codes", methods=["POST"])
    @has_access
    def codes(self) -> Any:
        """Fresh recovery codes, by password and code."""
        try:
            self._prove()
        except RuleBroken as broken:
            return self._refused(broken.errors)
        codes = two_factor.new_recovery_codes(me().id)
        audit.note("two_factor.codes", me().username)
        db.session.commit()
        return self.render_template("accounts/codes.html", codes=codes)

    @expose("/sessions/<int:pk>/end", methods=["POST"])
    @has_access
    def end(self, pk: int) -> Any:
        """End one of one's sessions."""
        if not sessions.end(pk, me().id):
            raise NotFound
        db.session.commit()
        flash(_("This session has ended."), "success")
        return redirect(url_for(".list"))

    @expose("/sessions/end-others", methods=["POST"])
    @has_access
    def end_others(self) -> Any:
        """End all of them but this."""
        sessions.end_all([me().id], but=g.session_id)
        db.session.commit()
        flash(_("All other sessions have ended."), "success")
        return redirect(url_for(".list"))

    @expose("/keys/", methods=["POST"])
    @has_access
    def make_key(self) -> Any:
        """A new key for a program, shown this once."""
        if (typed := request.form.get("days", "90")) not in LIVES:
            abort(400)
        days = LIVES[typed]
        until = clock.now() + dt.timedelta(days=days) if days else None
        known = known_entities()
        levels = {name: request.form.get(f"scope.{name}", "") for name in (keys.ALL, *known)}
        scopes = {name: level for name, level in levels.items() if level}
        try:
            key = keys.make(me().id, request.form.get("name", ""), scopes, until, set(known))
        except RuleBroken as broken:
            return self._refused(broken.errors)
        db.session.commit()
        return self.render_template("accounts/key.html", key=key)

    @expose("/keys/<int:pk>/revoke", methods=["POST"])
    @has_access
    def revoke_key(self, pk: int) -> Any:
        """End one of one's keys."""
        if not keys.revoke(pk, me().id):
            raise NotFound
        db.session.commit()
        flash(_("This key no longer opens anything."), "success")
        return redirect(url_for(".list"))

    def _prove(self) -> None:
        """Ask for password and code again; wrong ones are counted. Raises RuleBroken, and 429."""
        user = me()
        logins.refuse_code_guessers(user.id)
        right = check_password_hash(user.password or "", request.form.get("password", ""))
        if not right or not two_factor.verify(user.id, request.form.get("code", "")):
            logins.count_wrong_code(user.id)
            db.session.commit()
            raise RuleBroken({"proof": _("Password or code is not right.")})

    def _refused(self, errors: dict[str, Any]) -> Any:
        db.session.rollback()
        if "code" in errors:
            logins.count_wrong_code(me().id)
        return self._page(errors), 400

    def _page(self, errors: dict[str, Any]) -> Any:
        user = me()
        secret = two_factor.waiting_secret(user.id)
        address = two_factor.address_of(secret, user.email or user.username) if secret else ""
        return self.render_template(
            "accounts/own.html",
            me=user,
            errors=errors,
            typed=request.form,
            is_on=two_factor.is_on(user.id),
            is_required=two_factor.is_required(access.current()),
            must_set_up=MUST_SET_UP in session,
            codes_left=two_factor.codes_left(user.id),
            secret=" ".join(re.findall("....", secret)),
            qr=segno.make(address, micro=False).svg_data_uri(scale=5, light="white") if secret else "",
            sessions=sessions.of(user.id),
            this=g.get("session_id"),
            keys=keys.of(user.id),
            words=service.ENTITIES,
            entities=known_entities(),
        )
