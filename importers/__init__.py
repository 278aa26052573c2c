"""Table file in, frames of clean contacts out. No HTTP, no queue, no database: the room `imports` merges the frames."""

from importers import contacts

# The kinds of record that can be imported, each with `clean` and `settle`.
IMPORTERS = {"contacts": contacts}
