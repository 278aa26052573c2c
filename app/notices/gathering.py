"""Tells once of what happens a thousand times: who is made responsible for 12,345 records gets one notice and one mail.

Gathered is {"<user>:<kind>": [how often, link, words]}, plain enough to be kept in a row from one slice to the next.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from app.notices.models import Kind

Told = dict[str, list[Any]]
_held: ContextVar[Told | None] = ContextVar("held_notices", default=None)


@contextmanager
def gathered(so_far: Told | None = None) -> Iterator[Told]:
    """Hold back what the block tells; `service.tell_gathered` says it."""
    told = dict(so_far or {})
    token = _held.set(told)
    try:
        yield told
    finally:
        _held.reset(token)


def hold(people: set[int], kind: Kind, link: str, words: dict[str, Any]) -> bool:
    """Keep a notice for later where somebody gathers; tells whether it did."""
    told = _held.get()
    for person in people if told is not None else ():
        count = told.get(f"{person}:{kind}", [0])[0]  # type: ignore[union-attr]
        told[f"{person}:{kind}"] = [count + 1, link, words]  # type: ignore[index]
    return told is not None
