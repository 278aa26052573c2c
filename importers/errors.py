"""What an import can answer before it begins. Each carries one sentence for the person, translated when shown."""

from collections.abc import Sequence
from typing import Any


class Refused(Exception):
    """The file as a whole is refused, before any row is written (SPEC, Import policy 9)."""

    def __init__(self, reason: Any) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return str(self.reason)


class MappingError(Refused):
    """A mapping names a column or a field that does not exist; the sentence names it and the nearest."""


class Undecided(Refused):
    """Something can be read in two ways and nothing in the file says which: the person must (Import policy 2, 6)."""

    option = ""

    def __init__(self, reason: Any, headings: Sequence[str] = ()) -> None:
        super().__init__(reason)
        self.headings = list(headings)


class UncertainEncoding(Undecided):
    """The bytes make sense in several encodings. Answered by naming one."""

    option = "encoding"


class AmbiguousDates(Undecided):
    """Day first or month first? Answered by the option `day_first`."""

    option = "day_first"


class AmbiguousAmounts(Undecided):
    """Is the mark before the last three digits a decimal mark? Answered by the option `decimal`."""

    option = "decimal"
