"""From bytes to an encoding. Unicode is proved over the whole file; of the old 8-bit ones only a proposal can be made.

Undecodable bytes are never replaced (SPEC, Import policy 2): whoever reads with the wrong encoding is refused.
"""

import codecs
from pathlib import Path

from charset_normalizer import from_bytes
from flask_babel import lazy_gettext as _l

from importers.dialect import ENCODINGS
from importers.errors import Refused

BLOCK = 1 << 20
SAMPLE = 1 << 18
MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
MAGIC = {
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"\xd0\xcf\x11\xe0": "old Excel (.xls)",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"7z\xbc\xaf": "7-Zip",
    b"Rar!": "RAR",
    b"SQLite format 3": "SQLite",
    b"\x7fELF": "ELF",
    b"{\\rtf": "RTF",
}
CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1a\x1b") | {127})
# Letters and marks of western European texts; in such a text any other sign points to a wrong encoding. The rare ones
# are there too, but Central European texts look like them when misread: with these the person has to look.
LETTERS = set("àèéìíîòóùúÀÈÉÌÍÒÓÙÚäöüÄÖÜßçÇñÑâêôûÂÊÎÔÛëïËÏáÁãõ")
RARE = set("øØåÅæÆœŒšŠžŽýÝÿŸðÐþÞÃÕ")
SIGNS = set("€’‘“”–—…°ºª«»§©®™·£\u00a0½¼¾¿¡²³×•±")
ALONE = set("èéàòùìÈÉÀ")
EUROPEAN = ("cp1252", "iso8859-15", "mac_roman", "cp850")
ELSEWHERE = ["cp1250", "cp1251", "cp1253"]
NUL_SHARE = 0.2


def detect(path: Path) -> tuple[str, bool]:
    """The encoding and whether it is certain. Raises Refused for a file that is not text."""
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark) and not head.startswith(codecs.BOM_UTF32_LE):
            return encoding, True
    wide = _wide(head)
    if wide:
        return wide, False
    refuse_binary(head)
    return ("utf-8", True) if _is_utf8(path) else _eight_bit(path)


def refuse_binary(head: bytes) -> None:
    """Raises Refused when the first bytes are those of a picture, an archive or a program (policy 9)."""
    kind = next((name for magic, name in MAGIC.items() if head.startswith(magic)), None)
    if kind:
        raise Refused(_l("This is a file of the kind %(kind)s, not a table: save it as CSV or .xlsx.", kind=kind))
    controls = len(head) - len(head.translate(None, CONTROLS))
    if controls > 8 and controls > len(head) * 0.08:
        raise Refused(_l("This file is not text: save it as CSV or .xlsx."))


def _wide(head: bytes) -> str:
    """UTF-16 without its mark: every other byte is NUL."""
    size = min(len(head) // 2 * 2, 4096)
    even, odd = head[:size:2].count(0), head[1:size:2].count(0)
    if size < 16 or max(even, odd) < size * NUL_SHARE or min(even, odd) > max(even, odd) / 20:
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    with path.open("rb") as file:
        try:
            while block := file.read(BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _eight_bit(path: Path) -> tuple[str, bool]:
    """The encoding under which the text looks natural, cp1252 first; certain when nothing else does."""
    sample = _marked_lines(path)
    oddities = {name: odd for name in EUROPEAN if (odd := _oddities(sample, name)) is not None}
    best = min(oddities, key=lambda n: oddities[n], default="")
    if best and oddities[best] == 0:
        windows = best in ("cp1252", "iso8859-15")
        rivals = [n for n, odd in oddities.items() if odd == 0 and n != best and not (windows and n == "iso8859-15")]
        enough = len(sample.translate(None, bytes(range(128)))) >= (1 if windows else 3)
        return best, enough and not _is_rare(sample, best) and all(_is_rare(sample, n) for n in rivals)
    _refuse_mixed(sample)
    offered = from_bytes(sample[:SAMPLE], cp_isolation=ELSEWHERE).best()
    known = {codecs.lookup(n).name: n for n in ENCODINGS}
    return (known.get(codecs.lookup(offered.encoding).name, best) if offered else best) or "cp1252", False


def _is_rare(sample: bytes, name: str) -> bool:
    return bool(RARE & set(sample.decode(name)))


def _refuse_mixed(sample: bytes) -> None:
    """A file that is UTF-8 but for some lines can't be read rightly in any one encoding."""
    lines = sample.splitlines()
    unicode_lines = sum(1 for line in lines if _decodes(line))
    if unicode_lines * 2 >= len(lines):
        bad = next(line for line in lines if not _decodes(line))
        start = bad.decode("ascii", "ignore")[:40]
        raise Refused(_l("The file is UTF-8 but for some lines, the first of them “%(text)s…”: mend it.", text=start))


def _decodes(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _marked_lines(path: Path) -> bytes:
    """Only the lines that hold something beyond ASCII, from all over the file: they alone tell."""
    found, size = [], 0
    with path.open("rb") as file:
        while size < SAMPLE and (line := file.readline(BLOCK)):
            if not line.isascii():
                found.append(line)
                size += len(line)
    return b"".join(found)


def _oddities(sample: bytes, name: str) -> int | None:
    """How many signs look out of place under this encoding; None when the bytes can't be it."""
    try:
        text = sample.decode(name)
    except UnicodeDecodeError:
        return None
    return sum(_is_odd(text, i) for i, sign in enumerate(text) if sign > "\x7f")


def _is_odd(text: str, i: int) -> bool:
    sign, before, after = text[i], text[i - 1 : i], text[i + 1 : i + 2]
    if sign in SIGNS:
        return False
    if sign not in LETTERS and sign not in RARE:
        return True
    if all(c > "\x7f" and c.isalpha() for c in text[max(i - 1, 0) : i + 2]) and len(text[max(i - 1, 0) : i + 2]) == 3:
        return True  # three such letters in a row: another script
    if sign.isupper() and (before.islower() or (before.isalpha() and after.islower())):
        return True
    if sign.islower() and (after.isupper() or (before.isupper() and after.isupper())):
        return True
    return not (before.isalpha() or after.isalpha()) and sign not in ALONE
