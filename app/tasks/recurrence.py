"""Recurring tasks by the rules of RFC 5545, 3.3.10, of days alone: on which day, its hour says the task. Pure.

What parts a rule may have is narrower than the RFC, so that finding out that one gives no day at all stays cheap:
the library looks for the next day until the year 9999.
"""

import datetime as dt
import re

from dateutil.rrule import rrule, rrulestr
from flask_babel import gettext as _

COMMON = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTH"}
LONG = COMMON | {"BYMONTHDAY", "BYSETPOS", "BYYEARDAY"}
PARTS = {"DAILY": COMMON, "WEEKLY": COMMON, "MONTHLY": LONG, "YEARLY": LONG | {"BYWEEKNO"}}
LONGEST = 300  # characters
MOST = 1000  # of INTERVAL and COUNT
UNTIL = re.compile(r"(\d{8})(T\d{6}Z?)?")
MONTHS = {str(month) for month in range(1, 13)}
VALUE = re.compile(r"[A-Z0-9,+-]+")


def normal(text: str, start: dt.date) -> str:
    """The rule in one form: upper case, UNTIL as a day. Raises ValueError with a sentence for what is no rule of days,
    and for one that from `start` on gives no day."""
    found = text.strip().upper().removeprefix("RRULE:")
    parts = [part.partition("=")[::2] for part in found.split(";") if part]
    names, values = {name for name, _value in parts}, dict(parts)
    if len(found) > LONGEST or len(names) < len(parts) or not names <= PARTS.get(values.get("FREQ", ""), set()):
        raise ValueError(_refused(text))
    rule = ";".join(f"{name}={_value(name, value, text)}" for name, value in parts)
    if following(rule, start, start - dt.timedelta(days=1)) is None:
        raise ValueError(_("This rule gives no day at all."))
    return rule


def _value(name: str, value: str, text: str) -> str:
    day = UNTIL.fullmatch(value)
    number = int(value) if value.isascii() and value.isdigit() and len(value) < 9 else 0
    good = {"INTERVAL": 0 < number <= MOST, "COUNT": 0 < number <= MOST, "UNTIL": day is not None}
    good |= {"BYMONTH": MONTHS.issuperset(value.split(","))}
    if not VALUE.fullmatch(value) or not good.get(name, True):
        raise ValueError(_refused(text))
    return day[1] if name == "UNTIL" and day else value


def _refused(text: str) -> str:
    return _("“%(text)s” is not a rule by which days repeat.", text=text[:60])


def following(rule: str, start: dt.date, after: dt.date) -> dt.date | None:
    """The first day after `after` of a rule that began at `start`; None when it has ended."""
    found = _understood(rule, start).after(_midnight(after))
    return found.date() if found else None


def _understood(rule: str, start: dt.date) -> rrule:
    """Raises ValueError with a sentence."""
    try:
        return rrulestr(rule, dtstart=_midnight(start))  # type: ignore[return-value]
    except (ValueError, TypeError, KeyError, IndexError, OverflowError):
        raise ValueError(_refused(rule)) from None


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time())


def until(rule: str, start: dt.date) -> dt.date | None:
    """The last day of a rule that ends; None for one that goes on."""
    if not {"COUNT", "UNTIL"} & {part.partition("=")[0] for part in rule.split(";")}:
        return None
    return max((moment.date() for moment in _understood(rule, start)), default=start)
