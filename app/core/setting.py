"""What administrators change is written into their log by itself (ACC-05): who, when, what it was and what it is.

A table says that it is one of these by its class; no door has to think of it. What the product changes on its own, as a
seed or a counter does, is no administrator's act. Sealed values are told to have changed, never what they are.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session

from app.core import access, audit

SEALED = "gAAAA"  # how all that `sealing` has sealed begins
UNTOLD = {"id", "version", "created_at", "changed_at", "created_by", "changed_by", "position", "search"}
ADDED, CHANGED, REMOVED = "added", "changed", "removed"


class Setting:
    """A row that administrators change. `act` is what the log calls it, `told_when` which of its changes are told:
    words that people make in passing are no setting until they are renamed or taken away."""

    act: ClassVar[str] = "setting.changed"
    told_when: ClassVar[tuple[str, ...]] = (ADDED, CHANGED, REMOVED)
    untold: ClassVar[frozenset[str]] = frozenset()

    def called(self) -> str:
        """How the log names the row, in no language: it is written once for all readers."""
        name = str(self)
        return f"{self.__tablename__}: {name}" if "object at 0x" not in name else str(self.__tablename__)  # type: ignore[attr-defined]


@event.listens_for(Session, "before_flush")
def _log(session: Session, *_: object) -> None:
    if access.current().user_id is None:
        return
    for rows, how in ((session.new, ADDED), (session.dirty, CHANGED), (session.deleted, REMOVED)):
        for row in [one for one in rows if isinstance(one, Setting) and how in one.told_when]:
            before, after = _values(row, how)
            if before or after:
                audit.note(row.act, row.called(), before or None, after or None)


def _values(row: Any, how: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The columns that differ, as they were and as they are."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name, old, new in _columns(row):
        if how == CHANGED and old != new:
            before[name], after[name] = old, new
        elif how != CHANGED and new not in (None, "", [], {}):
            (after if how == ADDED else before)[name] = new
    return before, after


def _columns(row: Any) -> Iterator[tuple[str, Any, Any]]:
    """(name, former value, value) of each loaded column that may be told."""
    state = inspect(row)
    for column in state.mapper.column_attrs:
        name = column.key
        if name in UNTOLD or name in row.untold or name not in state.dict:
            continue
        history = state.attrs[name].history
        old = history.deleted[0] if history.deleted else None if history.added else state.dict[name]
        yield name, _shown(old), _shown(state.dict[name])


def _shown(value: Any) -> Any:
    return audit.HIDDEN if isinstance(value, str) and value.startswith(SEALED) else value
