"""The only reader of the system clock, and the column type for instants.

An instant is an aware UTC datetime; a day is a date in somebody's time zone. Nothing else is passed around.
"""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import DateTime, TypeDecorator


class UTCDateTime(TypeDecorator[dt.datetime]):
    """A `timestamptz` that takes aware datetimes alone and gives them back in UTC. Naive ones raise ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Any) -> dt.datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"an instant needs a time zone: {value!r}")
        return value

    def process_result_value(self, value: dt.datetime | None, dialect: Any) -> dt.datetime | None:
        return value.astimezone(dt.UTC) if value else value


def now() -> dt.datetime:
    """The present instant, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


def today(zone: str) -> dt.date:
    """Today's date where `zone` (an IANA name such as Europe/Rome) is the local time."""
    return now().astimezone(ZoneInfo(zone)).date()


def to_local(instant: dt.datetime, zone: str) -> dt.datetime:
    """The same instant shown in the local time of `zone`."""
    return instant.astimezone(ZoneInfo(zone))
