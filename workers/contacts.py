"""Jobs of the contacts room."""

from app.contacts import searching
from app.core import access
from workers.context import job


@job("contacts.duplicates")
def duplicates(run_id: int) -> None:
    """Look for contacts that may be one, among all of them; each pair is shown to whoever sees both."""
    with access.acting_as(access.SYSTEM):
        searching.work(run_id)
