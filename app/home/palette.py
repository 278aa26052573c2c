"""What the palette offers beside hits (GEN-06): to make something, for somebody that was found, or to go somewhere.

Words may be typed as the offer says them, in the reader's language and shortened: "new invoice for Rossi",
"invoice rossi" and, in Italian, "fattura rossi" all lead to an invoice for Rossi.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core import nav
from app.core.text import fold
from app.home.searching import Found

SHORTEST = 2  # letters that stand for a longer word
PLACES = 6  # offers to go somewhere


@dataclass(frozen=True)
class Verb:
    """Something to make. `words` hold %(name)s where the name comes; `of` names, for each kind of record it may be
    for, the argument of the form's address; without any it is made with the typed words for its name."""

    words: Any
    icon: str
    endpoint: str
    permission: str
    of: Mapping[str, str]

    @property
    def allowed(self) -> bool:
        """Whether the actor may."""
        return bool(current_app.extensions["appbuilder"].sm.has_access("can_write", self.permission))

    def said(self, name: str) -> str:
        """The offer in the reader's language."""
        return str(self.words) % {"name": name}


@dataclass(frozen=True)
class Offer:
    """A line of the palette."""

    text: str
    href: str
    icon: str
    sub: str = ""


INVOICE = Verb(
    _l("New invoice for %(name)s"),
    "file",
    "InvoiceView.add",
    "Invoice",
    {"contact": "client", "opportunity": "opportunity"},
)
TASK = Verb(
    _l("New task for %(name)s"), "checkbox", "TaskView.add", "Task",
    {name: name for name in ("contact", "opportunity", "case", "project")},
)  # fmt: skip
DEAL = Verb(
    _l("New opportunity for %(name)s"), "target-arrow", "OpportunityView.add", "Opportunity", {"contact": "contact"}
)
CASE = Verb(_l("New case for %(name)s"), "inbox", "CaseView.add", "Case", {"contact": "contact"})
MAIL = Verb(_l("Write an email to %(name)s"), "mail", "SingleView.add", "SingleMail", {"contact": "pk"})
PERSON = Verb(_l("New person “%(name)s”"), "user", "ContactView.add", "Contact", {})
COMPANY = Verb(_l("New company “%(name)s”"), "building", "ContactView.add", "Contact", {})
FOR_SOMEBODY, BY_NAME = (INVOICE, TASK, DEAL, CASE, MAIL), (PERSON, COMPANY)


def asked(typed: str) -> tuple[list[Verb], str]:
    """The verbs whose words the typed ones begin with, and the rest of these: a name. None without a rest."""
    words = typed.split()
    for end in range(len(words) - 1, 0, -1):
        head = fold(" ".join(words[:end])).split()
        meant = [verb for verb in (*FOR_SOMEBODY, *BY_NAME) if _begins(head, verb)]
        if meant:
            return [verb for verb in meant if verb.allowed], " ".join(words[end:])
    return [], typed


def _begins(head: list[str], verb: Verb) -> bool:
    """Each word shortens one of the verb's, and one of them is its own rather than all verbs'."""
    common = _common()
    own = _words(verb) | common
    short = [[word for word in own if word.startswith(one) and len(one) >= SHORTEST] for one in head]
    return all(short) and any(word not in common for words in short for word in words)


def _words(verb: Verb) -> set[str]:
    return set(fold(verb.said("").replace("“”", "")).split())


def _common() -> set[str]:
    """Words that several verbs have ("new", "for"), and others for the same."""
    all_words = [word for verb in (*FOR_SOMEBODY, *BY_NAME) for word in _words(verb)]
    return {word for word in all_words if all_words.count(word) > 1} | set(fold(_("create add make")).split())


def for_hits(verbs: Iterable[Verb], found: Iterable[Found], most: int) -> list[Offer]:
    """What the verbs mean for the hits."""
    hits = [(one, row) for one in found for row in one.rows]
    offers = [_offer(verb, one, row) for one, row in hits for verb in verbs if one.source.key in verb.of]
    return offers[:most]


def _offer(verb: Verb, found: Found, row: Any) -> Offer:
    return Offer(
        verb.said(str(row)), url_for(verb.endpoint, **{verb.of[found.source.key]: row.id}), verb.icon, found.sub(row)
    )


def by_name(verbs: Iterable[Verb], name: str) -> Iterator[Offer]:
    """A person or a company called so: the last word is a person's last name (SPEC, import policy 1)."""
    for verb in verbs:
        if verb is COMPANY:
            yield Offer(verb.said(name), url_for(verb.endpoint, kind="company", name=name), verb.icon)
        elif verb is PERSON:
            first, _blank, last = name.rpartition(" ")
            yield Offer(verb.said(name), url_for(verb.endpoint, first_name=first, last_name=last), verb.icon)


def places(typed: str, more: Iterable[Offer] = ()) -> list[Offer]:
    """Pages whose name the typed words shorten; `more` are pages beside those of the menus. "Go to" may stand first."""
    words, go = fold(typed).split(), fold(_("Go to %(place)s", place="")).split()
    words = words[len(go) :] if words[: len(go)] == go else words
    known = [*(_place(entry) for entry in [*nav.shown(nav.MAIN), *nav.shown(nav.SETTINGS)]), *more]
    fits = [place for place in known if all(_shortens(word, place.text) for word in words)]
    return [Offer(_("Go to %(place)s", place=p.text), p.href, p.icon) for p in fits[:PLACES]]


def _place(entry: nav.Entry) -> Offer:
    return Offer(str(entry.label), entry.href, entry.icon)


def _shortens(word: str, text: str) -> bool:
    return any(one.startswith(word) for one in fold(text).split())


def creations() -> list[Offer]:
    """The "Create new" menu, for who has typed nothing yet."""
    return [Offer(_("Create: %(what)s", what=entry.label), entry.href, entry.icon) for entry in nav.shown(nav.CREATE)]
