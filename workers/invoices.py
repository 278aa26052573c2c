"""Jobs of the invoices room."""

from app.core import access
from app.core.db import db
from app.invoices import sending
from reports.invoices import pdf
from workers.context import job


@job("invoices.send")
def send(sending_id: int) -> None:
    """Make the PDF and put the mail into the queue, in one transaction."""
    with access.acting_as(access.SYSTEM):
        sending.deliver(sending_id, pdf)
        db.session.commit()
