"""Jobs of the exports room."""

from app.core import access
from app.exports import running
from workers.context import job


@job("exports.run")
def run(run_id: int) -> None:
    """Take an export to its end. The run is claimed before anything is done, and worked on as its requester."""
    with access.acting_as(access.SYSTEM):
        running.work(run_id)
