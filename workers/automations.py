"""Jobs of the automations room."""

from app.automations import running
from app.core import access
from workers.context import job


@job("automations.run")
def run(run_id: int) -> None:
    """Do what an automation says with one record. It is claimed before, and acts as the automation's owner."""
    with access.acting_as(access.SYSTEM):
        running.work(run_id)
