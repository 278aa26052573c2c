"""Signing in by OpenID Connect: authorization code with state, nonce and PKCE (RFC 6749, 7636; OpenID Connect Core)."""

import logging
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import current_app, flash, redirect, request, session, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.utils.base import get_safe_redirect
from flask_babel import gettext as _
from joserfc.errors import JoseError
from werkzeug.exceptions import NotFound

from app.accounts import openid
from app.core import audit, sessions
from app.core.db import db
from app.core.errors import RuleBroken
from app.core.login_views import proved

log = logging.getLogger(__name__)
NEXT = "openid_next"
SECONDS = 10
FAILURES = (AuthlibBaseError, JoseError, requests.RequestException, RuntimeError, LookupError, TypeError, ValueError)


def provider() -> Any:
    """The client of the configured provider, which keeps its metadata and keys. Raises NotFound without one."""
    settings = current_app.config["OPENID"]
    if not settings:
        raise NotFound
    kept = current_app.extensions.get("openid")
    if kept is None or kept[0] is not settings:
        client = OAuth(current_app).register(
            "openid",
            client_id=settings["client_id"],
            client_secret=settings["client_secret"],
            server_metadata_url=f"{settings['issuer']}/.well-known/openid-configuration",
            client_kwargs={"scope": settings["scopes"], "code_challenge_method": "S256", "default_timeout": SECONDS},
        )
        kept = current_app.extensions["openid"] = (settings, client)
    return kept[1]


def claims_of(client: Any) -> dict[str, Any]:
    """The validated claims that this request's code is exchanged for. Raises one of FAILURES.

    Issuer and audience are ours to ask for: authlib takes a foreign audience where only the authorized party is right.
    """
    settings, metadata = current_app.config["OPENID"], client.load_server_metadata()
    if metadata["issuer"].rstrip("/") != settings["issuer"]:
        raise ValueError("the provider names another issuer")
    wanted = {"iss": metadata["issuer"], "aud": settings["client_id"]}
    options = {claim: {"essential": True, "values": [value]} for claim, value in wanted.items()}
    token = client.authorize_access_token(claims_options=options)
    claims = dict(token["userinfo"])
    if "email" not in claims and "userinfo_endpoint" in metadata:
        more = dict(client.userinfo(token=token))
        claims |= more if more.get("sub") == claims["sub"] else {}
    return claims


class OpenIdView(BaseView):
    """There and back."""

    route_base = "/login/openid"
    default_view = "start"

    @expose("/")
    def start(self) -> Any:
        """Off to the provider."""
        client = provider()
        session[NEXT] = get_safe_redirect(request.args.get("next", ""))
        back = f"{current_app.config['BASE_URL']}{url_for('.back')}" if current_app.config["BASE_URL"] else None
        try:
            return client.authorize_redirect(back or url_for(".back", _external=True))
        except FAILURES:
            log.warning("the OpenID provider does not answer", exc_info=True)
            return self._refused(_("The provider does not answer just now."))

    @expose("/back")
    def back(self) -> Any:
        """Back from there, with a code that is exchanged for the person's claims."""
        client = provider()
        if not any(key.startswith("_state_openid_") for key in session):
            return redirect(self.appbuilder.get_url_for_login)
        next_url = session.pop(NEXT, "")
        try:
            user = openid.user_of(claims_of(client), current_app.config["OPENID"])
        except RuleBroken as broken:
            return self._noted(str(broken))
        except FAILURES as error:
            log.warning("a sign-in by OpenID was refused: %s", type(error).__name__)
            return self._noted(_("Signing in did not work. Try again."))
        db.session.commit()
        return proved(user, sessions.OPENID, get_safe_redirect(next_url))

    def _noted(self, said: str) -> Any:
        db.session.rollback()
        audit.note("login.failed", sessions.OPENID)
        db.session.commit()
        for key in [key for key in session if key.startswith("_state_openid_")]:
            session.pop(key)
        return self._refused(said)

    def _refused(self, said: str) -> Any:
        flash(said, "warning")
        return redirect(self.appbuilder.get_url_for_login)
