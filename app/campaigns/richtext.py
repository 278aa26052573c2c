"""Rich text of mails: the few elements that every mail program shows, and the plain text beside it.

Whatever an editor or a forged form sends is cut down to these (RELIABILITY, threat 4): no style, no script, no picture
that could tell a stranger that the mail was opened.
"""

import html as entities
import re
from html.parser import HTMLParser

import nh3

BLOCKS = {"p", "div", "h1", "h2", "h3", "ul", "ol", "li", "blockquote", "hr", "br"}
TAGS = BLOCKS | {"b", "strong", "i", "em", "u", "s", "a"}
SCHEMES = {"http", "https", "mailto", "tel"}
LONGEST = 200_000  # characters
LOOKS_LIKE_HTML = re.compile(r"<(?:p|div|br|b|i|u|s|a|ul|ol|h[1-3]|strong|em|blockquote|hr)\b[^>]*>", re.IGNORECASE)
EMPTY_LINES = re.compile(r"\n{3,}")


def clean(text: str) -> str:
    """What may be kept of it; plain text becomes paragraphs."""
    if not LOOKS_LIKE_HTML.search(text):
        text = from_plain(text)
    return nh3.clean(
        text, tags=TAGS, attributes={"a": {"href"}}, attribute_filter=_whole_address, url_schemes=SCHEMES, link_rel=None
    ).strip()


def _whole_address(_tag: str, _name: str, value: str) -> str | None:
    """In a mail an address without a scheme leads nowhere."""
    return value if value.strip().lower().partition(":")[0] in SCHEMES else None


def from_plain(text: str) -> str:
    """Paragraphs of what was typed without an editor."""
    parts = (part.strip() for part in text.replace("\r\n", "\n").split("\n\n"))
    return "".join(f"<p>{entities.escape(part).replace(chr(10), '<br>')}</p>" for part in parts if part)


def to_plain(text: str) -> str:
    """The same words without the looks; links keep their address, lists their dots."""
    reader = _Plain()
    reader.feed(text)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).split("\n"))
    return EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()


def page(body: str, language: str) -> str:
    """A whole HTML document of a cleaned body."""
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    return f'<!doctype html><html lang="{language}"><head>{head}</head><body>{body}</body></html>'


class _Plain(HTMLParser):
    """Gathers text; block elements begin new lines."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.links: list[tuple[str, int]] = []
        self.lists: list[int | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("ul", "ol"):
            self.lists.append(0 if tag == "ol" else None)
        if tag == "a":
            self.links.append((dict(attrs).get("href") or "", len(self.parts)))
        if tag == "li":
            self.parts.append(f"\n{self._mark()} ")
        elif tag in ("br", "div", "ul", "ol"):
            self.parts.append("\n")
        elif tag in BLOCKS:
            self.parts.append("\n\n---\n\n" if tag == "hr" else "\n\n")

    def _mark(self) -> str:
        number = self.lists[-1] if self.lists else None
        if number is None:
            return "-"
        self.lists[-1] = number + 1
        return f"{number + 1}."

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ul", "ol") and self.lists:
            self.lists.pop()
        if tag == "a" and self.links:
            address, start = self.links.pop()
            said = "".join(self.parts[start:]).strip()
            if address.removeprefix("mailto:") != said:
                self.parts.append(f" ({address})")
        if tag in BLOCKS - {"li", "br", "hr", "div"}:
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(data.replace("\n", " "))
