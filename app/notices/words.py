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
    Kind.EXPORT: _l("My export has ended"),
    Kind.FORM: _l("A form of our website was filled in"),
    Kind.TASK: _l("I am given a task"),
    Kind.REMINDER: _l("A task of mine is due"),
    Kind.BULK: _l("My group operation has ended"),
    Kind.EVENT: _l("I am told of something that happened"),
    Kind.MAILING: _l("My mailing has ended"),
    Kind.WEBHOOK: _l("A webhook of mine was turned off"),
    Kind.AUTOMATION: _l("An automation tells me something"),
}
ICONS = {Kind.RESPONSIBLE: "user", Kind.SHARED: "lock-open", Kind.IMPORT: "file-import"}
ICONS |= {
    Kind.TASK: "checkbox",
    Kind.REMINDER: "bell",
    Kind.EXPORT: "download",
    Kind.FORM: "forms",
    Kind.BULK: "checkbox",
    Kind.EVENT: "history",
    Kind.MAILING: "send",
    Kind.WEBHOOK: "link",
    Kind.AUTOMATION: "bolt",
}
_SENTENCES = {
    Kind.RESPONSIBLE: _l("%(by)s made you responsible for %(name)s"),
    Kind.SHARED: _l("%(by)s shared %(name)s with you"),
    Kind.IMPORT: _l("Your import of %(file)s is done: %(created)s created, %(updated)s updated, %(failed)s refused"),
    Kind.EXPORT: _l("Your export %(file)s is ready: %(rows)s rows"),
    Kind.FORM: _l("%(name)s filled in the form “%(form)s”"),
    Kind.TASK: _l("%(by)s gave you the task “%(name)s”"),
    Kind.REMINDER: _l("“%(name)s” is due on %(due)s"),
    Kind.BULK: _l("Your group operation is done: %(changed)s changed, %(left)s left alone"),
    Kind.EVENT: _l("%(by)s tells you what happened with %(name)s"),
    Kind.MAILING: _l(
        "Your mailing “%(name)s” is done: %(sent)s sent, %(refused)s refused, %(doubt)s in doubt, %(skipped)s left out"
    ),
    Kind.WEBHOOK: _l("The webhook “%(name)s” was turned off after days of failures"),
    Kind.AUTOMATION: _l("%(text)s (%(name)s)"),
}
# The sentence of a kind where it comes with this word.
_OTHERWISE = {
    (Kind.IMPORT, "error"): _l("Your import of %(file)s failed: %(error)s"),
    (Kind.EXPORT, "error"): _l("Your export %(file)s failed: %(error)s"),
    (Kind.MAILING, "error"): _l("Your mailing “%(name)s” failed: %(error)s"),
    (Kind.TASK, "count"): _l("%(by)s gave you %(count)s tasks: “%(name)s”"),
    (Kind.REMINDER, "late"): _l("“%(name)s” was due on %(due)s"),
    (Kind.RESPONSIBLE, "n"): _l("%(by)s made you responsible for %(n)s records"),
    (Kind.SHARED, "n"): _l("%(by)s shared %(n)s records with you"),
}


def sentence(kind: str, words: dict[str, Any]) -> str:
    """What happened, in the present language, without a full stop. Raises KeyError where a word is missing."""
    other = next((said for (of, word), said in _OTHERWISE.items() if of == kind and words.get(word)), None)
    return str(other or _SENTENCES[Kind(kind)]) % words


def mail_text(name: str, said: str, link: str, wishes: str) -> str:
    """The whole text of a mail; `link` and `wishes` are addresses, or "" where ours is not known."""
    parts = [_("Hello %(name)s,", name=name), f"{said}."]
    parts += [link] if link else [_("You find it in Clientela, under the bell.")]
    parts += [_("You choose what you are told of here: %(link)s", link=wishes)] if wishes else []
    return "\n\n".join(parts)
