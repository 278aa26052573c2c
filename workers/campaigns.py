"""Jobs of the campaigns room."""

from app.campaigns import running
from app.core import access
from workers.context import job


@job("campaigns.run")
def run(mailing_id: int) -> None:
    """Go on with a mailing, as its owner. Its row is locked by whoever works on it."""
    with access.acting_as(access.SYSTEM):
        running.work(mailing_id)
