"""Jobs of the group operations."""

from app.bulk import running
from app.core import access
from workers.context import job


@job("bulk.run", hours=24)
def run(run_id: int) -> None:
    """Take a group operation to its end. It is claimed before anything is done, and worked on as its requester."""
    with access.acting_as(access.SYSTEM):
        running.work(run_id)
