"""HTML into PDF by xhtml2pdf, which may read our fonts and nothing else: no network, no other file (threat 6).

Fonts are embedded: DejaVu Sans for Latin, Greek, Cyrillic and Arabic, Droid Sans Fallback for Chinese, Japanese and
Korean. xhtml2pdf changes no font within a word, so `runs` splits a text by the font that has its letters.
"""

import io
import re
from collections.abc import Iterator
from pathlib import Path

from xhtml2pdf import pisa
from xhtml2pdf.config.resources import ResourceAccessPolicy

ASSETS = Path(__file__).parent / "assets"
POLICY = ResourceAccessPolicy.server(ASSETS, allow_remote=False)
# CJK with its punctuation, kana, hangul, full-width forms.
WIDE = re.compile("([\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]+)")
FONTS = """
@font-face { font-family: Sans; src: url("DejaVuSans.ttf"); }
@font-face { font-family: Sans; src: url("DejaVuSans-Bold.ttf"); font-weight: bold; }
"""
WIDE_FONT = '@font-face { font-family: Wide; src: url("DroidSansFallback.ttf"); } .wide { font-family: Wide; }'


class NotMade(Exception):
    """The document could not be made."""


def fonts(html: str) -> str:
    """The @font-face rules that a document with this text needs."""
    return f"{FONTS}{WIDE_FONT if WIDE.search(html) else ''}"


def runs(text: object) -> Iterator[tuple[bool, str]]:
    """(whether it needs the wide font, text) of each part of a text."""
    for n, part in enumerate(WIDE.split(str(text))):
        if part:
            yield bool(n % 2), part


def pdf(html: str) -> bytes:
    """The PDF of a whole HTML document whose style begins with `fonts`. Raises NotMade."""
    buffer = io.BytesIO()
    done = pisa.CreatePDF(html, buffer, path=str(ASSETS / "document.html"), encoding="utf-8", resource_policy=POLICY)
    if done.err:
        raise NotMade("; ".join(str(entry) for entry in done.log)[:500])
    return buffer.getvalue()
