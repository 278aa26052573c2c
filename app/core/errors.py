"""What a service may refuse, in terms that every door can show: on the form's field, or as JSON."""

from collections.abc import Mapping
from typing import Any


class RuleBroken(Exception):
    """The input breaks rules. `errors` maps a field name (or "" for the whole) to sentences in the user's language."""

    status = 400

    def __init__(self, errors: Mapping[str, Any]) -> None:
        self.errors: dict[str, list[str]] = {
            field: [str(m) for m in (messages if isinstance(messages, list) else [messages])]
            for field, messages in errors.items()
        }
        super().__init__("; ".join(m for messages in self.errors.values() for m in messages))


class AlreadyTaken(RuleBroken):
    """What has to be unique belongs to another row (409 in REST)."""

    status = 409


class NotAllowed(Exception):
    """The actor may see the row but not do this with it."""


class Conflict(Exception):
    """Somebody else changed the row since it was read (GEN-08)."""


class Shut(Exception):
    """The CRM is turned off, or the actor is outside of it. The sentence is for people and programs alike."""

    def __init__(self, sentence: str, status: int) -> None:
        self.status = status
        super().__init__(sentence)
