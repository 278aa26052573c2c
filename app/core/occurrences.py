"""What happens to records, told at one place to whoever acts on it (SET-10): within the transaction of the act.

Most of it is read from what a flush writes, so that no room has to think of it; rooms whose acts leave no such row tell
them here. Imported rows are no occurrences: a file of 100,000 lines starts nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Occurrence:
    """`kind` (created, changed, moved, deleted, restored, done, billed, paid, form…) happened to a record of `entity`.

    `key` is the same however often the same thing is told. `fields` are the names of what changed; `facts` what more is
    known, such as the form that was sent.
    """

    kind: str
    entity: str
    record_id: int
    key: str
    fields: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """As programs are told: `contact.created`."""
        return f"{self.entity}.{self.kind}"


LISTENERS: list[Callable[[Occurrence], None]] = []


def listen(listener: Callable[[Occurrence], None]) -> Callable[[Occurrence], None]:
    """Be told of all that happens. A listener writes rows into the same transaction and commits nothing."""
    LISTENERS.append(listener)
    return listener


def tell(occurrence: Occurrence) -> None:
    """Tell all who listen."""
    for listener in LISTENERS:
        listener(occurrence)
