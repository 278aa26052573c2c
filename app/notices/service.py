"""The verbs of notices: tell people, read, and what each wants to be told of (NOT-01, NOT-02)."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import Row, delete, func, select, true, update
from sqlalchemy.dialects.postgresql import insert

from app.core import access, clock
from app.core.db import db
from app.core.errors import RuleBroken
from app.core.links import absolute
from app.core.people import Profile, User, assoc_user_group, insider
from app.mailing import service as mailing
from app.notices import gathering, words
from app.notices.models import Kind, Notice, NoticeWish
from app.settings.preferences import Choice, chosen, declare

COUNT_CAP = 100
LATEST = 10
WISHES = "/notices/wishes"
AT_ONCE = 2000  # notices looked at by one sweep
KEEP = declare(
    Choice(
        "notices.keep_days",
        _l("Keep notices for so many days"),
        _l("Read or not; older ones are deleted."),
        default=365,
        bounds=range(7, 3651),
    )
)


def tell(principals: Iterable[int], kind: Kind, link: str, **told: Any) -> None:
    """Tell users (n) and the members of groups (-n) that something of this kind happened; the actor is never told.

    `link` is a path of ours, `told` the words of the kind's sentence: whoever calls answers for it that each
    receiver may see what they name. In the app and by mail, as each wishes. Flushes, does not commit.
    """
    people = people_of(principals) - {access.current().user_id or 0}
    if gathering.hold(people, kind, link, told):
        return
    for receiver in _receivers(people, kind):
        if receiver.in_app:
            db.session.add(Notice(user_id=receiver.id, kind=kind, link=link, words=told))
        if receiver.by_mail:
            _mail(receiver, kind, link, told)
    db.session.flush()


def tell_gathered(told: gathering.Told) -> None:
    """Tell each receiver once a kind: as it was, where it happened once, else how often."""
    by = access.current().name or "Clientela"
    for key, (count, link, said) in told.items():
        person, _, kind = key.partition(":")
        if count > 1:
            link, said = "/", {**said, "by": by, "n": count, "count": count}
        tell([int(person)], Kind(kind), link, **said)


def people_of(principals: Iterable[int]) -> set[int]:
    """The users among the principals and the members of the groups among them, by id."""
    given = set(principals)
    in_groups = select(assoc_user_group.c.user_id).where(assoc_user_group.c.group_id.in_([-p for p in given if p < 0]))
    members = set(db.session.scalars(in_groups)) if min(given, default=0) < 0 else set()
    return {p for p in given if p > 0} | members


def _receivers(ids: set[int], kind: Kind) -> list[Row[Any]]:
    """Those who may sign in, with language and wishes, in one statement."""
    if not ids:
        return []
    wish = (NoticeWish.user_id == User.id) & (NoticeWish.kind == kind)
    columns = (
        User.id, User.email, User.first_name, Profile.locale,
        func.coalesce(NoticeWish.app, true()).label("in_app"), func.coalesce(NoticeWish.mail, true()).label("by_mail"),
    )  # fmt: skip
    found = select(*columns).outerjoin(Profile, Profile.user_id == User.id).outerjoin(NoticeWish, wish)
    return list(db.session.execute(found.where(User.id.in_(ids), insider()).order_by(User.id)))


def _mail(receiver: Row[Any], kind: Kind, link: str, told: dict[str, Any]) -> None:
    """In the receiver's language. Who has no address that mail can reach, has the bell."""
    language = receiver.locale or "en"
    with force_locale(language):
        said = words.sentence(kind, told)
        text = words.mail_text(receiver.first_name, said, absolute(link), absolute(WISHES))
        try:
            mailing.queue(receiver.email or "", said, text, language=language)
        except RuleBroken:
            return


def latest(limit: int = LATEST, offset: int = 0) -> list[Notice]:
    """The actor's notices, the latest first."""
    mine = select(Notice).order_by(Notice.id.desc())
    return list(db.session.scalars(mine.limit(limit).offset(offset)))


def unread() -> int:
    """How many of the actor's notices are unread, counted up to COUNT_CAP."""
    some = select(Notice.id).where(Notice.read_at.is_(None)).limit(COUNT_CAP).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def mark_read(notice: Notice | None = None) -> None:
    """Mark one, or all of the actor's notices, as read; the instant of the first reading stays."""
    mine = update(Notice).where(Notice.read_at.is_(None))
    if notice is not None:
        mine = mine.where(Notice.id == notice.id)
    db.session.execute(mine.values(read_at=clock.now()))


def forget() -> int:
    """Delete the oldest notices that were kept as long as administrators say; how many, at most AT_ONCE."""
    oldest = select(Notice.id).order_by(Notice.id).limit(AT_ONCE).subquery()
    before = clock.now() - dt.timedelta(days=chosen(KEEP))
    gone = delete(Notice).where(Notice.id.in_(select(oldest.c.id)), Notice.created_at < before)
    return int(db.session.execute(gone.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]


def wishes() -> dict[Kind, tuple[bool, bool]]:
    """(in the app, by mail) for each kind, as the actor wishes."""
    mine = select(NoticeWish).where(NoticeWish.user_id == access.current().user_id)
    said = {wish.kind: (wish.app, wish.mail) for wish in db.session.scalars(mine)}
    return {kind: said.get(kind, (True, True)) for kind in Kind}


def wish(kind: Kind, app: bool, mail: bool) -> None:
    """Say where the actor wants to be told of a kind."""
    row = {"user_id": access.current().user_id, "kind": kind, "app": app, "mail": mail}
    changed = {"app": app, "mail": mail}
    db.session.execute(
        insert(NoticeWish).values(row).on_conflict_do_update(index_elements=["user_id", "kind"], set_=changed)
    )
