"""The photo of a contact (CON-05): uploaded, or found where its channels point to, and always drawn anew."""

import hashlib
import logging
from dataclasses import dataclass
from html.parser import HTMLParser
from io import BytesIO
from urllib.parse import quote, urljoin, urlsplit

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.contacts import changes
from app.contacts.models import Contact, Medium
from app.core import clock, fetching, pictures, storage
from app.core.db import db
from app.core.errors import NotAllowed, RuleBroken
from app.core.pictures import Picture
from app.settings.preferences import Choice, chosen, declare

log = logging.getLogger(__name__)
AREA = "photos"
GRAVATAR = "https://gravatar.com/avatar"
GITHUB = "https://github.com"
GATE = fetching.INTERNET
PAGE_BYTES = 512 * 1024
MOST_SOURCES = 6
FINDING = declare(
    Choice(
        "photos.find",
        _l("Offer pictures found on the web"),
        _l("Asks Gravatar, GitHub and the websites of a contact: they learn that you ask."),
        default=False,
    )
)


@dataclass(frozen=True)
class Source:
    """Where a picture may be found: `key` names it in an address of ours, `label` tells people."""

    key: str
    label: str
    url: str
    is_page: bool = False


def stored(picture: Picture | None) -> str | None:
    """The key under which a picture stands from now on; None for none. Bytes that no row names go with the sweep."""
    return storage.put(BytesIO(picture.content), AREA)[0] if picture else None


def content(contact: Contact) -> tuple[bytes, str]:
    """The photo and its media type. Raises FileNotFoundError where there is none."""
    if not contact.photo:
        raise FileNotFoundError
    with storage.open_stored(contact.photo) as stored:
        found = stored.read()
    return found, "image/png" if found.startswith(b"\x89PNG") else "image/jpeg"


def sources(contact: Contact) -> list[Source]:
    """Where its channels may have a picture; none while an administrator has not turned that on."""
    if not chosen(FINDING):
        return []
    found = [_gravatar(c.normal) for c in contact.of(Medium.EMAIL)]
    for channel in contact.of(Medium.WEB):
        if channel.kind == "github":
            found.append(_github(channel.value))
        elif channel.kind == "website" and channel.href:
            found.append(
                Source(f"site-{channel.id}", urlsplit(channel.href).hostname or "", channel.href, is_page=True)
            )
    return found[:MOST_SOURCES]


def _gravatar(email: str) -> Source:
    digest = hashlib.sha256(email.encode()).hexdigest()
    return Source(f"gravatar-{digest[:16]}", "Gravatar", f"{GRAVATAR}/{digest}?s=300&d=404")


def _github(value: str) -> Source:
    name = value.rstrip("/").rsplit("/", 1)[-1].lstrip("@")
    return Source(f"github-{quote(name, safe='')}", "GitHub", f"{GITHUB}/{quote(name, safe='')}.png?size=300")


def found(contact: Contact, key: str) -> Picture:
    """The picture at one of its sources. Raises NotAllowed for no source of its own, BadPicture, NotFetched."""
    source = next((s for s in sources(contact) if s.key == key), None)
    if source is None:
        raise NotAllowed
    url = icon_of(source.url) if source.is_page else source.url
    answer = fetching.fetch(url, pictures.LARGEST, gate=GATE)
    return pictures.shrunk(answer.content)


def take(contact: Contact, key: str) -> None:
    """Take the picture at a source as the photo. Raises RuleBroken on "photo", NotAllowed."""
    try:
        picture = found(contact, key)
    except (pictures.BadPicture, fetching.NotFetched) as error:
        log.info("no picture from %s: %s", key, error)
        raise RuleBroken({"photo": _("No picture was found there.")}) from None
    with changes.recorded(contact):
        contact.photo = stored(picture)
    db.session.flush()


def icon_of(page: str) -> str:
    """The address of the best picture that a website has of itself. Raises NotFetched."""
    answer = fetching.fetch(page, PAGE_BYTES, gate=GATE)
    finder = _Icons()
    finder.feed(answer.content.decode("utf-8", "replace"))
    best = max(finder.found, default=(0, "/apple-touch-icon.png"))
    return urljoin(answer.url, best[1])


class _Icons(HTMLParser):
    """The icons that a page names, by size; of kinds that we don't take none."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        kinds, href = given.get("rel", "").lower().split(), given.get("href", "")
        if tag == "link" and href and {"icon", "apple-touch-icon"} & set(kinds) and "svg" not in given.get("type", ""):
            size = given.get("sizes", "").lower().split("x")[0]
            touch = 180 if "apple-touch-icon" in kinds else 16
            self.found.append((int(size) if size.isascii() and size.isdigit() and len(size) < 6 else touch, href))


def sweep() -> int:
    """Forget photos that no contact has any more; how many."""
    return storage.sweep(AREA, _known, clock.now() - storage.SETTLED)


def _known(keys: list[str]) -> set[str]:
    return {key for key in db.session.scalars(select(Contact.photo).where(Contact.photo.in_(keys))) if key}
