"""The bell, the page with all notices, and the page of what one wants to be told of."""

from typing import Any

from flask import current_app, flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _

from app.core.db import db
from app.core.roles import ThreeVerbs
from app.core.views import asked_page, found_or_404
from app.notices import service, words
from app.notices.models import Notice

PAGE = 50


class NoticeView(ThreeVerbs, BaseView):
    """One's own notices. All of it is reading: even who may change nothing is told, and may have read it."""

    route_base = "/notices"
    class_permission_name = "Notice"
    level = "user"

    @expose("/")
    @has_access
    def list(self) -> Any:
        """All of them, page by page."""
        page = asked_page()
        found = service.latest(PAGE + 1, page * PAGE)
        return self._page("list", notices=found[:PAGE], more=len(found) > PAGE, page=page)

    def _page(self, name: str, **values: Any) -> Any:
        return self.render_template(
            f"notices/{name}.html", sentence=words.sentence, icons=words.ICONS, labels=words.LABELS, **values
        )

    @expose("/latest")
    @has_access
    @permission_name("show")
    def latest(self) -> Any:
        """What the bell opens."""
        return self._page("latest", notices=service.latest())

    @expose("/unread")
    @has_access
    @permission_name("show")
    def unread(self) -> Any:
        """The number on the bell, asked for once a minute."""
        return self._page("count")

    @expose("/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("show")
    def open(self, pk: int) -> Any:
        """Mark one as read and go where it leads. A POST: what only looks, as browsers and scanners do, changes
        nothing."""
        notice = found_or_404(Notice, pk)
        link = notice.link
        service.mark_read(notice)
        db.session.commit()
        return redirect(f"{request.script_root}{link}")

    @expose("/read", methods=["POST"])
    @has_access
    @permission_name("show")
    def read(self) -> Any:
        """Mark all as read."""
        service.mark_read()
        db.session.commit()
        return redirect(url_for(".list"))

    @expose("/wishes", methods=["GET", "POST"])
    @has_access
    @permission_name("show")
    def wishes(self) -> Any:
        """In the app and by mail, for each kind."""
        if request.method == "POST":
            for kind in service.Kind:
                service.wish(kind, app=f"{kind}-app" in request.form, mail=f"{kind}-mail" in request.form)
            db.session.commit()
            flash(_("Changes saved"), "success")
            return redirect(url_for(".wishes"))
        return self._page("wishes", wishes=service.wishes())


def register(appbuilder: Any) -> None:
    """Wire the pages, and the number on the bell into all of them."""
    appbuilder.add_view_no_menu(NoticeView)
    current_app.add_template_global(service.unread, "unread_notices")
