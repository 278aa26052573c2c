"""The page of currencies: the default one, those in use, dated rates."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _

from app.core import access, clock, money
from app.core.db import db
from app.core.decimals import local_decimal
from app.core.errors import RuleBroken
from app.core.jobs import later
from app.core.roles import ThreeVerbs
from app.settings import currencies, ecb


class CurrencyView(ThreeVerbs, BaseView):
    """Currencies and rates (SET-03)."""

    route_base = "/settings/currencies"
    level = "admin"
    class_permission_name = "Currency"

    @expose("/")
    @has_access
    def list(self) -> Any:
        """The page."""
        return self._page()

    def _page(self, **more: Any) -> Any:
        used, day = currencies.in_use(), clock.today(access.current().timezone)
        return self.render_template(
            "settings/currencies.html",
            default=used[0],
            used=used[1:],
            choices=money.currency_choices(),
            rates=currencies.rates(),
            fetching=ecb.is_on(),
            said=ecb.said(),
            **{"errors": {}, "typed": {"day": day.isoformat()}} | more,
        )

    @expose("/", methods=["POST"])
    @has_access
    def edit(self) -> Any:
        """Choose the default currency, those in use, and whether rates are fetched."""
        form = request.form
        try:
            currencies.save(form.get("default"), form.getlist("used"))
            ecb.turn("fetching" in form)
            later("settings.rates", 0)
        except RuleBroken as broken:
            return self._refused(broken)
        return self._done(_("Changes saved"))

    @expose("/rates", methods=["POST"])
    @has_access
    def add(self) -> Any:
        """Type a rate."""
        typed = {key: request.form.get(key, "").strip() for key in ("currency", "day", "rate")}
        try:
            currencies.add_rate(typed | {"rate": _number(typed["rate"])})
        except RuleBroken as broken:
            return self._refused(broken, typed=typed)
        return self._done(_("Added"))

    @expose("/rates/<int:pk>/delete", methods=["POST"])
    @has_access
    def delete(self, pk: int) -> Any:
        """Take a rate away."""
        currencies.delete_rate(pk)
        return self._done(_("Deleted"))

    def _done(self, said: str) -> Any:
        db.session.commit()
        flash(said, "success")
        return redirect(url_for(".list"))

    def _refused(self, broken: RuleBroken, **typed: Any) -> Any:
        db.session.rollback()
        return self._page(errors=broken.errors, **typed), 400


def _number(typed: str) -> str:
    """With a dot, or as its writer writes it; what is no number is left for the rule to refuse."""
    try:
        return local_decimal(typed)
    except ValueError:
        return typed
