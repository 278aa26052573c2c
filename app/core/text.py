"""One way to fold text for searching and comparing, used by form, search, import and duplicates alike."""

import re
import unicodedata

BLANKS = re.compile(r"\s+")
LIKE_SPECIALS = re.compile(r"([\\%_])")


def fold(text: str) -> str:
    """Lower case, without accents, single blanks: `Nicolò  D'Àngelo` becomes `nicolo d'angelo`."""
    if text.isascii():
        return BLANKS.sub(" ", text.lower()).strip()
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return BLANKS.sub(" ", plain).strip()


def printable(text: str) -> str:
    """The text with blanks for control characters, which a database or a reader's terminal would stumble over."""
    return "".join(c if c.isprintable() else " " for c in text)


def like_fragment(text: str) -> str:
    """A LIKE pattern that finds `text` anywhere, with its own % and _ taken literally (escape character: backslash)."""
    escaped = LIKE_SPECIALS.sub(r"\\\1", text)
    return f"%{escaped}%"
