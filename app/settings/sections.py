"""The index of the settings: sections in the guide's words, and the other words by which people look for a card.

Cards are hung by their rooms; here is only where they stand. One that no section names stands under "Other".
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l

from app.core.nav import Entry
from app.core.text import fold


class Section(NamedTuple):
    """A heading and the keys of the cards under it, in order; a key that ends in * stands for all that begin so."""

    title: Any
    keys: tuple[str, ...]


SECTIONS = (
    Section(_l("General settings"), ("mail-server", "mailing", "currencies", "export_all", "preferences")),
    Section(_l("Contact settings"), ("temperature", "contact_type", "tags", "fields", "directory", "webforms")),
    Section(
        _l("Categories and stages"), ("history_category", "task_category", "task_templates", "stages", "lost_reason")
    ),
    Section(_l("Invoice settings"), ("items", "taxes", "organization", "invoice-*")),
    Section(_l("Automations and programs"), ("automations", "webhooks")),
    Section(_l("Access rights"), ("access", "modules", "UserDBModelView", "GroupModelView", "RoleModelView")),
    Section(_l("Security"), ("sign-in", "log")),
)
OTHER = Section(_l("Other"), ())
# What people may type for a card, besides what stands on it.
SYNONYMS: dict[str, Any] = {
    "mail-server": _l("smtp email sender password post address dkim"),
    "mailing": _l("email log sent queue refused bounced"),
    "currencies": _l("money euro dollar exchange rate default currency"),
    "export_all": _l("backup download csv archive data"),
    "preferences": _l("limit size upload document photo avatar"),
    "temperature": _l("cold warm hot lead score"),
    "contact_type": _l("kind client customer supplier partner competitor"),
    "tags": _l("label keyword category"),
    "fields": _l("custom user field own property attribute"),
    "directory": _l("crunchbase lookup company vat"),
    "webforms": _l("website form lead visitor page"),
    "history_category": _l("event note call meeting kind"),
    "task_category": _l("activity to do kind"),
    "task_templates": _l("set checklist activity recurring"),
    "stages": _l("pipeline phase deal probability"),
    "lost_reason": _l("lost deal why reason"),
    "items": _l("product service article price list catalogue"),
    "taxes": _l("vat rate duty"),
    "organization": _l("company logo address bank letterhead"),
    "invoice-numbers": _l("numbering prefix counter format terms"),
    "automations": _l("rule trigger workflow when then"),
    "webhooks": _l("api integration url callback program"),
    "access": _l("permission right user group who administrator"),
    "modules": _l("switch off turn on disable enable tool"),
    "UserDBModelView": _l("account person password login"),
    "GroupModelView": _l("team department members"),
    "RoleModelView": _l("permission level right"),
    "sign-in": _l("two-factor totp session api key login"),
    "log": _l("audit login history administrator"),
}


def shown(cards: Iterable[Entry], typed: str = "") -> list[tuple[Any, list[tuple[Entry, str]]]]:
    """(title, [(card, its other words)]) of the sections that have cards for each of the typed words, in order."""
    found = [(card, str(SYNONYMS.get(card.key, ""))) for card in cards]
    wanted = fold(typed).split()
    sections = []
    for section in (*SECTIONS, OTHER):
        here = [(card, words) for card, words in found if _section_of(card) is section]
        mine = [(card, words) for card, words in here if _fits(section, card, words, wanted)]
        if mine:
            sections.append((section.title, sorted(mine, key=lambda one: _place(section, one[0].key))))
    return sections


def _fits(section: Section, card: Entry, words: str, wanted: list[str]) -> bool:
    text = fold(f"{section.title} {card.label} {card.description} {words}")
    return all(word in text for word in wanted)


def _named(name: str, key: str) -> bool:
    return key.startswith(name[:-1]) if name.endswith("*") else key == name


def _section_of(card: Entry) -> Section:
    return next((s for s in SECTIONS if any(_named(name, card.key) for name in s.keys)), OTHER)


def _place(section: Section, key: str) -> int:
    return next((i for i, name in enumerate(section.keys) if _named(name, key)), 0)
