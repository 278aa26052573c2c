"""Jobs of the imports room."""

from app.core import access
from app.imports import running, undoing
from workers.context import job


@job("imports.run")
def run(run_id: int) -> None:
    """Take an import to its end. The run is claimed before anything is done, and worked on as its requester."""
    with access.acting_as(access.SYSTEM):
        running.work(run_id)


@job("imports.undo")
def undo(undo_id: int) -> None:
    """Take back a whole run. The undo is claimed before anything is done."""
    with access.acting_as(access.SYSTEM):
        undoing.work(undo_id)
