"""Jobs of the reporting room."""

from app.core import access
from app.core.db import db
from app.reporting import running
from workers.context import job


@job("reporting.run")
def run(schedule_id: int) -> None:
    """Queue the mails of a report that is due, each as its recipient: all of them or none."""
    with access.acting_as(access.SYSTEM):
        running.run(schedule_id)
        db.session.commit()
