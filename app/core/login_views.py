"""Signing in and out, by page and by REST: a password or another proof first, then a code where the person has
two-factor login (ACC-05)."""

import hmac
import time
from typing import Any, NamedTuple

from flask import Response, current_app, flash, g, redirect, request, session, url_for
from flask_appbuilder import expose
from flask_appbuilder.api import safe
from flask_appbuilder.security.api import SecurityApi
from flask_appbuilder.security.decorators import no_cache
from flask_appbuilder.security.forms import LoginForm_db
from flask_appbuilder.security.schemas import LoginPost
from flask_appbuilder.security.views import AuthDBView
from flask_appbuilder.utils.base import get_safe_redirect
from flask_babel import gettext as _
from flask_jwt_extended import create_access_token, create_refresh_token
from flask_login import login_user, logout_user
from marshmallow import ValidationError, fields
from werkzeug.wrappers import Response as BaseResponse

from app.core import access, audit, logins, sessions, two_factor
from app.core.db import db
from app.core.people import User, load_account

SESSION = "key"  # of the cookie and of the token's claims
SECOND_STEP = "second_step"
MUST_SET_UP = "must_set_up_two_factor"
SECOND_STEP_SECONDS = 600


class Pending(NamedTuple):
    """Who has given the first proof and owes a code."""

    user: Any
    way: str
    next_url: str


def proved(user: Any, way: str, next_url: str) -> BaseResponse:
    """Where a person goes who gave the first proof: on, or to the page that asks for a code."""
    if not two_factor.is_on(user.id):
        sign_in(user, way)
        return redirect(next_url)
    session.clear()
    session[SECOND_STEP] = {"user": user.id, "at": time.time(), "way": way, "next": next_url, "of": _mark(user)}
    return redirect(url_for("LoginView.code"))


def _mark(user: Any) -> str:
    """Changes with the password, so that a first proof with the former one is worth nothing."""
    return sessions.digest(f"{user.id} {user.password}")[:16]


def pending() -> Pending | None:
    """Who owes a code in this browser; None when nobody, or for too long."""
    kept = session.get(SECOND_STEP) or {}
    user = db.session.get(User, kept["user"]) if kept and time.time() - kept["at"] < SECOND_STEP_SECONDS else None
    if user is None or not user.is_active or not hmac.compare_digest(kept["of"], _mark(user)):
        return None
    return Pending(user, kept["way"], kept["next"])


def sign_in(user: Any, way: str) -> None:
    """A fresh session for each login, so that a cookie set before it is worth nothing after (threat 15)."""
    login_user(user, remember=False)
    kept = {key: session[key] for key in ("_user_id", "_fresh", "_id") if key in session}
    session.clear()
    session.update(kept)
    session.permanent = True
    session[SESSION] = sessions.begin(user.id, way)
    actor = load_account(user.id)
    if actor and two_factor.is_required(actor) and not two_factor.is_on(user.id):
        session[MUST_SET_UP] = True
    audit.note("login", way, who=(user.id, user.username))
    db.session.commit()


def right_code(user: Any, typed: str, way: str) -> bool:
    """Whether a code completes the sign-in; a wrong one is counted and logged. Raises 429."""
    logins.refuse_code_guessers(user.id)
    fits = two_factor.verify(user.id, typed)
    if not fits:
        logins.count_wrong_code(user.id)
        audit.note("login.failed", f"{way}, code", who=(user.id, user.username))
    db.session.commit()
    return fits


class LoginView(AuthDBView):
    """Signing out is a POST: a GET could be forced by any page's picture."""

    @expose("/login/", methods=["GET", "POST"])
    @no_cache
    def login(self) -> Any:
        """The form of name and password."""
        if access.current().user_id is not None:
            return redirect(self._get_safe_next_url())
        form = LoginForm_db()
        if form.validate_on_submit():
            next_url = get_safe_redirect(request.args.get("next", ""))
            user = self.appbuilder.sm.auth_user_db(form.username.data, form.password.data)
            if user:
                return proved(user, sessions.PASSWORD, next_url)
            flash(str(self.invalid_login_message), "warning")
            return redirect(self.appbuilder.get_url_for_login_with(next_url))
        return self.render_template(self.login_template, title=self.title, form=form, appbuilder=self.appbuilder)

    @expose("/login/code", methods=["GET", "POST"])
    @no_cache
    def code(self) -> Any:
        """The second step: a code of the authenticator program, or a recovery code."""
        waiting = pending()
        if waiting is None:
            session.pop(SECOND_STEP, None)
            return redirect(self.appbuilder.get_url_for_login)
        wrong = False
        if request.method == "POST":
            if right_code(waiting.user, request.form.get("code", "")[:100], waiting.way):
                sign_in(waiting.user, waiting.way)
                return redirect(get_safe_redirect(waiting.next_url))
            wrong = True
        page = self.render_template("appbuilder/general/security/login_code.html", wrong=wrong)
        return page, 400 if wrong else 200

    @expose("/logout/", methods=["POST"])
    def logout(self) -> Any:
        """End this session and the person's bearer tokens; other browsers stay signed in."""
        user_id, session_id = access.current().user_id, g.get("session_id")
        logout_user()
        session.clear()
        if user_id is not None:
            sessions.end(session_id, user_id)
            sessions.end_all([user_id], way=sessions.REST)
            audit.note("logout")
            db.session.commit()
        return redirect(self.appbuilder.get_url_for_login)


class LoginBody(LoginPost):
    """Flask-AppBuilder's, and the code of the second step."""

    otp = fields.String(load_default="")


class LoginApi(SecurityApi):
    """Tokens for programs that sign in as a person."""

    @expose("/login", methods=["POST"])
    @safe
    def login(self) -> Response:
        """Get a JWT access token, and a refresh token if wanted
        ---
        post:
          description: >-
            Authenticate by name and password, and by `otp` (a code, or a recovery code) where the user has two-factor
            login.
          requestBody:
            required: true
            content:
              application/json:
                schema:
                  type: object
                  required: [username, password, provider]
                  properties:
                    username: {type: string, example: ada}
                    password: {type: string, example: complex-password}
                    provider: {type: string, enum: [db], example: db}
                    refresh: {type: boolean, description: If true a refresh token is provided also}
                    otp: {type: string, description: The code of two-factor login, example: "123456"}
          responses:
            200:
              description: Authentication successful
              content:
                application/json:
                  schema:
                    type: object
                    properties:
                      access_token: {type: string}
                      refresh_token: {type: string}
            400:
              $ref: '#/components/responses/400'
            401:
              $ref: '#/components/responses/401'
            403:
              $ref: '#/components/responses/403'
            500:
              $ref: '#/components/responses/500'
        """
        try:
            body = LoginBody().load(request.get_json(silent=True) or {})
        except ValidationError as error:
            return self.response_400(message=error.messages)
        is_ours = body["provider"] == "db"
        user = self.appbuilder.sm.auth_user_db(body["username"], body["password"]) if is_ours else None
        if user is None:
            return self.response_401()
        refused = self._second_step(user, body["otp"])
        return refused or self.response(200, **self._tokens(user, bool(body.get("refresh"))))

    def _second_step(self, user: Any, otp: str) -> Response | None:
        if two_factor.is_on(user.id):
            if not otp:
                return self.response(401, message=_("Send the code of your two-factor login too, as “otp”."))
            if not right_code(user, otp, sessions.REST):
                return self.response_401()
        elif (actor := load_account(user.id)) and two_factor.is_required(actor):
            return self.response(403, message=_("Set up two-factor login on your profile's page first."))
        return None

    def _tokens(self, user: Any, refreshed: bool) -> dict[str, str]:
        life = current_app.config["JWT_REFRESH_TOKEN_EXPIRES" if refreshed else "JWT_ACCESS_TOKEN_EXPIRES"]
        g.session_key = sessions.begin(user.id, sessions.REST, sessions.as_delta(life))
        audit.note("login", sessions.REST, who=(user.id, user.username))
        db.session.commit()
        tokens = {"access_token": create_access_token(identity=str(user.id), fresh=True)}
        return tokens | ({"refresh_token": create_refresh_token(identity=str(user.id))} if refreshed else {})
