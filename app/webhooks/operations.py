"""Listening to what happens, in web processes and workers alike."""

from app.webhooks import occurring, service  # noqa: F401  (each hangs its listener)


def register() -> None:
    """Nothing more than the imports: listeners hang themselves once."""
