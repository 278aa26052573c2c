"""How the bytes of a file become cells. Found by `reading.detect`, shown to the person, who may change all of it."""

from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from flask_babel import lazy_gettext as _l

from importers.errors import Refused

DELIMITERS = {",": _l("comma"), ";": _l("semicolon"), "\t": _l("tab"), "|": _l("vertical bar")}
QUOTES = {'"': _l("double quote"), "'": _l("single quote"), "": _l("none")}
# Offered in the preview; the first that fits the bytes is proposed (SPEC, Import policy 2: cp1252 first).
ENCODINGS = {
    "utf-8": "Unicode (UTF-8)",
    "utf-16": "Unicode (UTF-16)",
    "cp1252": "Windows (cp1252)",
    "iso8859-15": "ISO 8859-15 (Latin-9)",
    "mac_roman": "Macintosh (mac_roman)",
    "cp850": "DOS (cp850)",
    "cp1250": "Windows, Central Europe (cp1250)",
    "cp1251": "Windows, Cyrillic (cp1251)",
    "cp1253": "Windows, Greek (cp1253)",
    "utf-16-le": "Unicode (UTF-16, little endian, no mark)",
    "utf-16-be": "Unicode (UTF-16, big endian, no mark)",
}


@dataclass(frozen=True)
class Dialect:
    """All that is needed to read a file.

    `header_line` is the physical line of the headings, counted from 0, or None when the file has none.
    `certain` is False when the encoding is only a proposal and the person should look at the preview.
    """

    kind: str = "csv"
    encoding: str = "utf-8"
    delimiter: str = ","
    quotechar: str = '"'
    header_line: int | None = 0
    skip_space: bool = False
    sheet: str = ""
    certain: bool = True

    def to_json(self) -> dict[str, Any]:
        """A dict of plain values, for the run's row."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Dialect":
        """The inverse of `to_json`; unknown keys are left out."""
        known = {f.name for f in fields(cls)}
        return cls(**{k: v for k, v in stored.items() if k in known})

    def changed(self, **choices: Any) -> "Dialect":
        """With what the person chose in the preview. Raises Refused for a choice that can't be."""
        new = replace(self, **{"certain": True, **choices})
        bad_header = new.header_line is not None and not (isinstance(new.header_line, int) and new.header_line >= 0)
        if new.delimiter not in DELIMITERS or new.quotechar not in QUOTES or bad_header:
            raise Refused(_l("This way of reading the file is not possible."))
        if new.kind == "csv" and new.encoding not in ENCODINGS:
            raise Refused(_l("The encoding “%(name)s” is not known.", name=str(new.encoding)[:40]))
        return new
