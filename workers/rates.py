"""Jobs of the settings room."""

from app.core import access
from app.core.db import db
from app.settings import ecb
from workers.context import job


@job("settings.rates")
def rates(_nothing: int) -> None:
    """Fetch the rates of the day."""
    with access.acting_as(access.SYSTEM):
        ecb.fetch_rates()
        db.session.commit()
