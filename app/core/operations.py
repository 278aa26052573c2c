"""Group operations of the lists, hung by the rooms that own them: a room to the right hangs its own on one to its left.

What runs them is the room `bulk`; here is only what there is to run, so that every list can draw its bar.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l

from app.core import access

Choices = Callable[[], list[tuple[Any, Any]]]


@dataclass(frozen=True)
class Ask:
    """One value that is asked for before the operation is done.

    `what`: "tags" (names), "user" (one id), "principals" (ids: users n, groups -n), "choice" (one of `choices`, each
    (value, label)), "text", "long" (many lines) or "day" (dd/mm/yyyy).
    """

    key: str
    label: Any
    what: str = "text"
    choices: Choices = list
    required: bool = True
    help: Any = ""


@dataclass(frozen=True)
class Operation:
    """One verb. `apply(row, values)` does it to one record that the actor sees, as a service does: it raises NotAllowed
    or RuleBroken, flushes and never commits. `hand_over(ids, values)` takes them all instead, and gives the address
    where it goes on. `values` has the keys of `asks`, checked. `permission`: "read", "write" or "delete"."""

    key: str
    label: Any
    icon: str
    apply: Callable[[Any, dict[str, Any]], None] | None = None
    hand_over: Callable[[list[int], dict[str, Any]], str] | None = None
    asks: tuple[Ask, ...] = ()
    permission: str = "write"
    level: str = "user"
    danger: bool = False
    help: Any = ""
    place: int = 50


@dataclass(frozen=True)
class Kind:
    """A kind of record that has a list: its table, the endpoint of its CrmView and of its CrmApi, whose permissions
    count, and how many of them are called."""

    name: str
    model: type[Any]
    view: str
    api: str
    permission: str
    many: Any
    operations: dict[str, Operation] = field(default_factory=dict)


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Name a kind; the same name twice is one."""
    _kinds.setdefault(kind.name, kind)


def add(of: str, operation: Operation) -> None:
    """Hang an operation on a registered kind ("contact", "opportunity"…). Raises KeyError for an unknown one."""
    _kinds[of].operations[operation.key] = operation


def kind(name: str) -> Kind | None:
    """The kind of this name."""
    return _kinds.get(name)


def of_view(endpoint: str) -> Kind | None:
    """The kind whose list this view shows."""
    return next((k for k in _kinds.values() if k.view == endpoint), None)


def offered(kind: Kind, has_access: Callable[[str, str], bool]) -> list[Operation]:
    """What the actor may do to records of this kind, in order."""
    return sorted((o for o in kind.operations.values() if may(kind, o, has_access)), key=lambda o: o.place)


def may(kind: Kind, operation: Operation, has_access: Callable[[str, str], bool]) -> bool:
    """Whether the actor may do this to any record of this kind at all."""
    is_for_me = operation.level == "user" or access.current().is_admin
    return is_for_me and has_access(f"can_{operation.permission}", kind.permission)


def add_shared(of: str, service: Any) -> None:
    """Hang what every record with privacy of its own can have done: opened, closed, shared, handed over, binned.

    `service`: the room's, with `save(data, row)` and `delete(row)`.
    """

    def saved(*keys: str, **fixed: Any) -> Callable[[Any, dict[str, Any]], None]:
        return lambda row, values: service.save({**fixed, **{key: values[key] for key in keys}}, row)

    whom = Ask("shared_with", _l("Share with"), "principals", help=_l("They replace those it is shared with now."))
    for operation in (
        Operation("open", _l("Open to all"), "lock-open", saved(private=False), place=60),
        Operation("private", _l("Make private"), "lock", saved(private=True), place=61),
        Operation("share", _l("Share with…"), "users", saved("shared_with", private=True), asks=(whom,), place=62),
        Operation(
            "owner",
            _l("Responsible…"),
            "user",
            saved("owner"),
            asks=(Ask("owner", _l("Responsible person"), "user"),),
            place=63,
        ),
        Operation(
            "delete",
            _l("Delete"),
            "trash",
            lambda row, _values: service.delete(row),
            permission="delete",
            danger=True,
            help=_l("They go to the bin and can be restored for 30 days."),
            place=90,
        ),
    ):
        add(of, operation)
