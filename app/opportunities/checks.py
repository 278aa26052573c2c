"""The rules of an opportunity: what comes from outside, made clean or refused with a sentence on its field."""

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from app.contacts.models import Contact
from app.core import money
from app.core.cleaning import Cleaning
from app.opportunities import stages
from app.opportunities.models import BudgetType, Opportunity
from app.settings import currencies, custom
from app.settings.models import PickList
from app.settings.service import names_of
from app.settings.values import decimal

PERCENT = range(101)
PERIODS = range(1, 100_001)
MOST = Decimal(10) ** 14  # of money, in its major unit


def check(data: dict[str, Any], opportunity: Opportunity | None = None) -> dict[str, Any]:
    """Clean values for the keys in `data` alone (all of them when new). Raises RuleBroken with every reason at once."""
    cleaning = Cleaning(data, opportunity)
    cleaning.text("title", 255, required=True)
    cleaning.text("description", 100_000)
    missing = _("There is no such contact.")
    cleaning.link("contact", Contact, missing)
    cleaning.links("participants", Contact, missing)
    _stage(cleaning)
    if data.get("probability") not in (None, ""):
        cleaning.whole("probability", PERCENT)
    _money(cleaning)
    cleaning.choice("budget_type", BudgetType)
    if data.get("periods") not in (None, ""):
        cleaning.whole("periods", PERIODS)
    cleaning.day("expected_close")
    cleaning.day("closed_on")
    if cleaning.given("lost_reason"):
        cleaning.word("lost_reason", names_of(PickList.LOST_REASON))
    cleaning.tags()
    cleaning.audience()
    custom.clean(cleaning, "opportunity")
    return cleaning.done()


def _stage(cleaning: Cleaning) -> None:
    """A stage by id or by name, in any of our languages; the first one for a new opportunity."""
    if cleaning.row is not None and not cleaning.data.get("stage"):
        return
    wanted, known = cleaning.data.get("stage"), stages.all_stages()
    wanted = wanted.get("id") if isinstance(wanted, dict) else wanted
    if not wanted:
        found = next((stage for stage in known if stage.is_open), None)
    else:
        key = wanted if type(wanted) is int else stages.names(known).get(str(wanted).strip().lower())
        found = next((stage for stage in known if stage.id == key), None)
    if found is None:
        cleaning.refuse("stage", _("“%(name)s” is not in the list.", name=str(wanted)[:60]))
    cleaning.clean["stage"] = found


def _money(cleaning: Cleaning) -> None:
    row = cleaning.row
    currency = str(cleaning.data.get("currency") or getattr(row, "currency", None) or currencies.default()).upper()
    if currency not in money.currency_codes():
        cleaning.refuse("currency", _("“%(name)s” is not a currency.", name=currency[:10]))
        return
    cleaning.clean["currency"] = currency
    amount = cleaning.data.get("amount") if cleaning.given("amount") else getattr(row, "amount", None)
    try:
        cleaning.clean["amount"] = _amount(amount, currency)
    except ValueError as error:
        cleaning.refuse("amount", str(error.args[0]))


def _amount(value: Any, currency: str) -> Decimal | None:
    """Raises ValueError with a sentence."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    number, places = decimal(value), money.minor_digits(currency)
    if number != round(number, places):
        raise ValueError(_("%(currency)s has at most %(places)s decimals.", currency=currency, places=places))
    if not 0 <= number < MOST:
        raise ValueError(_("An amount is zero or more, with at most 14 digits."))
    return number
