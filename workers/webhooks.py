"""Jobs of the webhooks room."""

from app.core import access
from app.webhooks import delivering, schema
from workers.context import job


@job("webhooks.deliver", hours=1)
def deliver(delivery_id: int) -> None:
    """Tell another program what happened. It is claimed before, and its words are made as the webhook's owner."""
    with access.acting_as(access.SYSTEM):
        delivering.work(delivery_id, schema.body)
