"""Table file in, frames of clean records out. No HTTP, no queue, no database: the room `imports` merges the frames."""

from types import ModuleType

from importers import contacts
from importers.flat import Flat

# The kinds of record that can be imported, each with `clean` and `settle`.
IMPORTERS: dict[str, ModuleType | Flat] = {
    "contacts": contacts,
    "opportunities": Flat("opportunities"),
    "tasks": Flat("tasks"),
    "cases": Flat("cases"),
}
