"""Jobs of the campaigns room."""

from app.campaigns import bounces, running
from app.core import access
from app.core.db import db
from workers.context import job


@job("campaigns.run")
def run(mailing_id: int) -> None:
    """Go on with a mailing, as its owner. Its row is locked by whoever works on it."""
    with access.acting_as(access.SYSTEM):
        running.work(mailing_id)


@job("campaigns.bounces")
def read_bounces(_id: int) -> None:
    """Visit the mailbox of returned mails. Its row is claimed by whoever visits it; a message that is read twice counts
    once."""
    with access.acting_as(access.SYSTEM):
        for _came in bounces.read_new():
            db.session.commit()
