"""The sentences of notices, kept as words and spoken in the language of whoever reads them."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.notices.models import Kind

# What a person may wish to be told of, as the page of wishes says it.
LABELS = {
    Kind.RESPONSIBLE: _l("I am made responsible for a contact"),
    Kind.SHARED: _l("A contact is shared with me"),
    Kind.IMPORT: _l("My import has ended"),
}
ICONS = {Kind.RESPONSIBLE: "user", Kind.SHARED: "lock-open", Kind.IMPORT: "file-import"}
_SENTENCES = {
    Kind.RESPONSIBLE: _l("%(by)s made you responsible for %(name)s"),
    Kind.SHARED: _l("%(by)s shared %(name)s with you"),
    Kind.IMPORT: _l("Your import of %(file)s is done: %(created)s created, %(updated)s updated, %(failed)s refused"),
}
_FAILED = _l("Your import of %(file)s failed: %(error)s")


def sentence(kind: str, words: dict[str, Any]) -> str:
    """What happened, in the present language, without a full stop. Raises KeyError where a word is missing."""
    said = _FAILED if kind == Kind.IMPORT and words.get("error") else _SENTENCES[Kind(kind)]
    return str(said) % words


def mail_text(name: str, said: str, link: str, wishes: str) -> str:
    """The whole text of a mail; `link` and `wishes` are addresses, or "" where ours is not known."""
    parts = [_("Hello %(name)s,", name=name), f"{said}."]
    parts += [link] if link else [_("You find it in Clientela, under the bell.")]
    parts += [_("You choose what you are told of here: %(link)s", link=wishes)] if wishes else []
    return "\n\n".join(parts)
