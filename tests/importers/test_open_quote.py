"""A quote left open refuses the file whole, wherever it stands: no row is dropped in silence (Import policy 9)."""

from pathlib import Path

import pytest

from importers import reading
from importers.errors import Refused

HEADINGS = "Nome;Cognome;Email\r\n"
GOOD = "A;B;a@example.com\r\n"


@pytest.mark.parametrize(
    "rows",
    [
        GOOD + 'C;"D;c@example.com\r\n',
        GOOD + 'C;D;"c@example.com',
        GOOD + 'C;D;"c@example.com\r\n\r\n',
        'C;"D;c@example.com\r\n' + GOOD,
        'C;D;"c@example.com\r\n' + GOOD * 3,
    ],
)
def test_an_open_quote_refuses_the_file(tmp_path: Path, rows: str) -> None:
    """IMP-03: on the last line, on the first, with and without an end of line."""
    file = tmp_path / "x.csv"
    file.write_bytes((HEADINGS + rows).encode())
    with pytest.raises(Refused, match="quote"):
        list(reading.frames(file, reading.detect(file)))
