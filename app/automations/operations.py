"""Listening to what happens, in web processes and workers alike."""

from app.automations import service  # noqa: F401  (it hangs its listener)


def register() -> None:
    """Nothing more than the import: the listener hangs itself once."""
