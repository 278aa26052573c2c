"""The verbs of documents: add, a new version, rename, to the bin and back (DOC-01)."""

from typing import IO, Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.core import access, bins, clock, storage
from app.core.db import db
from app.core.errors import Conflict, NotAllowed, RuleBroken
from app.core.people import User
from app.files import contents
from app.files.models import Document, StoredFile
from app.history import parents, words
from app.history import service as history
from app.history.models import PARENTS, HistoryEvent, Verb
from app.settings.preferences import Choice, chosen, declare

MB = 1024 * 1024
COUNT_CAP = 99
NEW_VERSION = _l("New version")  # as the history says it
words.EVERYWHERE["file"] = _l("File")
LARGEST = declare(
    Choice(
        "files.megabytes",
        _l("Largest document (MB)"),
        _l("What is larger is refused, on the page and by REST."),
        default=25,
        bounds=range(1, 201),
    )
)


def limit() -> int:
    """Bytes that one file may have."""
    return int(chosen(LARGEST)) * MB


def save(data: dict[str, Any], document: Document | None = None) -> Document:
    """Add a file to a record, or rename the given document.

    Keys of a new one: file (a binary stream), name, and one of contact, opportunity, case, project (an id, or an
    object with `id`); event names what it is attached to in the history. A file whose name the record has already
    becomes a new version, unless its content is the same. Of an old one: name, version.
    Raises RuleBroken with the reasons by field (TooBig where there are too many bytes), Conflict. Flushes.
    """
    if document is not None:
        return _rename(document, data)
    kind, record_id = _parent(data)
    if not hasattr(data.get("file"), "read"):
        raise RuleBroken({"file": _("Choose a file.")})
    return add(kind, record_id, data["file"], data.get("name"), data.get("event"))


def _parent(data: dict[str, Any]) -> tuple[str, int]:
    given = {name: data[name] for name in PARENTS if data.get(name) not in (None, "")}
    if len(given) != 1:
        raise RuleBroken({"": _("A file belongs to one contact, opportunity, case or project.")})
    kind, wanted = next(iter(given.items()))
    wanted = wanted.get("id") if isinstance(wanted, dict) else wanted
    text = str(wanted)
    found = parents.seen(kind, int(text)) if text.isascii() and text.isdigit() else None
    if found is None:
        raise RuleBroken({kind: _("There is no such record.")})
    return kind, found.id


def add(kind: str, record_id: int, stream: IO[bytes], name: str | None, event_id: int | None = None) -> Document:
    """Add a file to a record that the actor sees; as `save`."""
    stored = contents.store(stream, limit())
    model = parents.class_of(kind)
    db.session.scalar(select(model.id).where(model.id == record_id).with_for_update())  # a name comes once
    name = storage.plain_name(name, _("file"))
    document = _named(kind, record_id, name)
    if document is not None and document.latest.sha256 == stored.sha256:
        storage.remove(stored.key)
        return document
    if document is None:
        document = Document(name=name, **{f"{kind}_id": record_id})
        db.session.add(document)
    document.event_id = event_id or document.event_id
    db.session.flush()
    _add_version(document, stored)
    return document


def _add_version(document: Document, stored: contents.Stored) -> None:
    number = document.latest.number + 1 if document.latest_id else 1
    version = StoredFile(document_id=document.id, number=number, **vars(stored))
    db.session.add(version)
    document.latest = version
    db.session.flush()
    if document.event_id is not None and number == 1:
        return  # the event that it is attached to tells of it
    told = {"text": document.name, "word": "New version"} if number > 1 else document.name
    _record(document, None, told)


def _named(kind: str, record_id: int, name: str, but: int = 0) -> Document | None:
    mine = getattr(Document, f"{kind}_id") == record_id
    same = select(Document).where(mine, func.lower(Document.name) == func.lower(name), Document.id != but)
    return db.session.scalar(same.options(joinedload(Document.latest)))


def _record(document: Document, old: Any, new: Any) -> None:
    history.record(record_of(document), Verb.FILE, [{"field": "file", "old": old, "new": new}])
    db.session.flush()


def _rename(document: Document, data: dict[str, Any]) -> Document:
    if data.get("version") not in (None, document.version):
        raise Conflict
    if "name" not in data:
        return document
    given = " ".join(str(data["name"] or "").split())
    name = storage.plain_name(given, "")
    if not name or name != given:
        raise RuleBroken({"name": _("A name has 1 to 255 characters and no folders.")})
    if _named(document.parent_kind, document.parent_id, name, but=document.id):
        raise RuleBroken({"name": _("There is a file of this name already.")})
    if name != document.name:
        old, document.name = document.name, name
        _record(document, old, name)
    return document


def may_delete(document: Document, managed: bool | None = None) -> bool:
    """Who added it, and those who look after the record (`managed`, where that is known already)."""
    if managed is None:
        managed = access.may_manage(record_of(document))
    return managed or (document.created_by is not None and document.created_by == access.current().user_id)


def delete(document: Document) -> None:
    """Move to the bin, with all versions. Raises NotAllowed."""
    if not may_delete(document):
        raise NotAllowed
    document.deleted_at, document.deleted_by = clock.now(), access.current().user_id
    _record(document, document.name, None)


def restore(document_id: int) -> Document:
    """Take out of the bin what the actor, or anyone for an administrator, has put there. Raises RuleBroken."""
    document: Document = bins.found(Document, document_id)
    if record_of(document) is None:
        raise RuleBroken({"": _("It is not in your bin.")})
    if _named(document.parent_kind, document.parent_id, document.name):
        raise RuleBroken({"name": _("There is a file of this name already.")})
    document.deleted_at = document.deleted_by = None
    _record(document, None, document.name)
    return document


def record_of(document: Document) -> Any | None:
    """What a document belongs to; None where the actor does not see that."""
    return parents.seen(document.parent_kind, document.parent_id)


def documents(kind: str, record_id: int, size: int, after: int = 0) -> list[Document]:
    """A page of the documents of a record, the latest changed first."""
    mine = select(Document).where(getattr(Document, f"{kind}_id") == record_id)
    newest = mine.order_by(Document.changed_at.desc(), Document.id.desc()).limit(size).offset(after)
    return list(db.session.scalars(newest.options(*loads())))


def loads() -> tuple[Any, ...]:
    """What a list shows of a document, without a statement a row."""
    author = joinedload(Document.author).load_only(User.first_name, User.last_name)
    return (joinedload(Document.latest), author)


def attach(event: HistoryEvent, uploads: list[Any]) -> None:
    """Add uploaded files to the record of an event, as attached to it (HIS-01). Raises RuleBroken on "file"."""
    kind, record_id = parents.parent_of(event)
    for upload in uploads:
        add(kind, record_id, upload.stream, upload.filename, event.id)


def attached_to(events: list[HistoryEvent]) -> list[Document]:
    """The documents that were attached to these events, by name."""
    ids = [event.id for event in events if event.id is not None]
    mine = select(Document).where(Document.event_id.in_(ids)).order_by(Document.name).limit(500)
    return list(db.session.scalars(mine)) if ids else []


def count(kind: str, record_id: int) -> int:
    """How many documents a record has, counted up to COUNT_CAP."""
    some = select(Document.id).where(getattr(Document, f"{kind}_id") == record_id).limit(COUNT_CAP).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def versions(document: Document, most: int = 100) -> list[StoredFile]:
    """All that was ever uploaded under the name, the newest first."""
    mine = select(StoredFile).where(StoredFile.document_id == document.id).order_by(StoredFile.number.desc())
    author = joinedload(StoredFile.author).load_only(User.first_name, User.last_name)
    return list(db.session.scalars(mine.options(author).limit(most)))


def sweep() -> int:
    """Forget bytes that no row names any more; how many files went."""
    return storage.sweep(contents.AREA, _known, clock.now() - storage.SETTLED)


def _known(keys: list[str]) -> set[str]:
    return set(db.session.scalars(select(StoredFile.key).where(StoredFile.key.in_(keys))))
