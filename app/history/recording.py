"""What the product writes into the history by itself when a record changes or moves to the bin (HIS-02, GEN-07)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask_babel import lazy_gettext as _l

from app.core import access, bins, clock
from app.core.db import db
from app.core.errors import NotAllowed
from app.core.people import names_of_principals
from app.history import service as history
from app.history import words
from app.history.models import Verb

ACCESS = {"private", "shared_with", "owner", "co_owners"}
LABELS = {
    "title": _l("Title"),
    "description": _l("Description"),
    "tags": _l("Tags"),
    "private": _l("Who sees it"),
    "owner": _l("Responsible person"),
    "co_owners": _l("Also responsible"),
    "shared_with": _l("Shared with"),
}
# What has no words for its values, such as a picture: what the earlier and the later one are called.
SPOKEN_OF: dict[str, tuple[str, str]] = {}
Snapshot = dict[str, Any]


@contextmanager
def recorded(
    row: Any, snapshot: Callable[[Any], Snapshot], kept: Callable[[str, Any], Any], moves: str = ""
) -> Iterator[None]:
    """Put into the history what the block does to a record, new or not; one that an import brings has no event of its
    own, as its columns tell. Flushes.

    `snapshot` gives what can be compared of it, `kept` a value of it as `words` keeps values; a change of the field
    `moves` is one from stage to stage. A field of SPOKEN_OF is told by two fixed words instead of its values.
    """
    before = snapshot(row) if row.id is not None else None
    yield
    db.session.flush()
    if before is None:
        if getattr(row, "import_run_id", None) is None:
            history.record(row, Verb.CREATED)
        return
    after = snapshot(row)
    fields = [field for field in before | after if before.get(field) != after.get(field)]
    if fields:
        verb = Verb.SHARED if ACCESS.issuperset(fields) else Verb.MOVED if moves in fields else Verb.CHANGED
        history.record(row, verb, [_change(field, before.get(field), after.get(field), kept) for field in fields])


def _change(field: str, old: Any, new: Any, kept: Callable[[str, Any], Any]) -> dict[str, Any]:
    if field in SPOKEN_OF:
        earlier, later = SPOKEN_OF[field]
        return {"field": field, "old": old and {"word": earlier}, "new": new and {"word": later}}
    return {"field": field, "old": kept(field, old), "new": kept(field, new)}


def usual(row: Any) -> Snapshot:
    """What can be compared of a titled record with an audience, tags and custom fields, if it has them."""
    named = {"owner": row.owner_id, "tags": sorted(tag.name for tag in getattr(row, "tags", ()))}
    plain = {name: getattr(row, name) for name in ("title", "description", "private", "co_owners", "shared_with")}
    return plain | named | {f"custom.{key}": value for key, value in (getattr(row, "custom", None) or {}).items()}


def kept(field: str, value: Any) -> Any:
    """The values of `usual` as `words` keeps them."""
    if value is None or value == []:
        return None
    if field == "private":
        return {"word": "Private" if value else "All users of the CRM"}
    if field in ACCESS:
        names = names_of_principals(value if isinstance(value, list) else [value])
        return [name.strip() for name in names.values()]
    short = words.short(value) if isinstance(value, str) else value
    return {"custom": short} if field.startswith("custom.") else short


def to_bin(row: Any) -> None:
    """Move a record to the bin. Raises NotAllowed for those who do not look after it."""
    if not access.may_manage(row):
        raise NotAllowed
    row.deleted_at, row.deleted_by = clock.now(), access.current().user_id
    history.record(row, Verb.DELETED)
    db.session.flush()


def from_bin(model: type[Any], pk: int) -> Any:
    """Take out of the bin what the actor, or anyone for an administrator, has put there. Raises RuleBroken."""
    row = bins.take_out(model, pk)
    history.record(row, Verb.RESTORED)
    db.session.flush()
    return row
