"""The door of calendar programs, and the page where one gets and withdraws its address."""

from typing import Any

from flask import abort, flash, make_response, redirect, request, session, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from limits import RateLimitItemPerHour, RateLimitItemPerMinute

from app.core import access, limits
from app.core.db import db
from app.core.links import absolute
from app.core.people import load_actor
from app.core.roles import ThreeVerbs
from app.tasks import feed

OFTEN = RateLimitItemPerHour(60)  # of one address, whoever asks
NEW = "feed_token"
GUESSES = RateLimitItemPerMinute(20)  # of addresses that are none, from one place


class FeedView(BaseView):
    """GET /calendar/<secret>.ics: the tasks of whose secret it is, as long as he may use the product (TSK-07)."""

    route_base = "/calendar"

    @expose("/<token>.ics")
    def get(self, token: str) -> Any:
        """The calendar; 404 for what is no secret of anybody."""
        guesser = [(GUESSES, request.remote_addr or "")]
        limits.refuse("calendar-guess", guesser)
        user_id = feed.user_of(token)
        if user_id is None or not self._enter(user_id):
            limits.count("calendar-guess", guesser)
            abort(404)
        limits.refuse("calendar", asked := [(OFTEN, str(user_id))])
        limits.count("calendar", asked)
        answer = make_response(feed.calendar())
        answer.headers["Content-Type"] = "text/calendar; charset=utf-8"
        answer.headers["Content-Disposition"] = "inline; filename=clientela.ics"
        return answer

    def _enter(self, user_id: int) -> bool:
        """Act as the user, if he may still sign in and read tasks."""
        found = load_actor(user_id)
        if found is None:
            return False
        access.enter(found)
        return bool(self.appbuilder.sm.has_access("can_read", "Task"))


class FeedSettingsView(ThreeVerbs, BaseView):
    """One's own address. Reading all of it: who may change no record may have a calendar too."""

    route_base = "/tasks/feed"
    class_permission_name = "Task"
    level = "user"

    @expose("/")
    @has_access
    def list(self) -> Any:
        """Whether there is one; a new one is shown once."""
        token = session.pop(NEW, None)
        address = absolute(url_for("FeedView.get", token=token)) if token else ""
        return self.render_template("tasks/feed.html", since=feed.since(), address=address)

    @expose("/", methods=["POST"])
    @has_access
    @permission_name("list")
    def renew(self) -> Any:
        """Make a new one."""
        session[NEW] = feed.renew()
        db.session.commit()
        return redirect(url_for(".list"))

    @expose("/withdraw", methods=["POST"])
    @has_access
    @permission_name("list")
    def withdraw(self) -> Any:
        """End it."""
        feed.withdraw()
        db.session.commit()
        flash(_("The address is withdrawn."), "success")
        return redirect(url_for(".list"))
