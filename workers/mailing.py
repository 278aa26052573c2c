"""Jobs of the mailing room."""

from app.core import access
from app.mailing import sending
from workers.context import job


@job("mailing.deliver")
def deliver(mail_id: int) -> None:
    """Send a mail, and whatever else is due. Each is marked as being sent before, in a transaction of its own: two
    workers never both send it, and what a killed one leaves is doubt, not a second mail."""
    with access.acting_as(access.SYSTEM):
        sending.work(mail_id)
