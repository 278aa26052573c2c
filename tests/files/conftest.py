"""The factories, as a fixture, and the ways a file comes in."""

from io import BytesIO
from typing import Any

import prison
import pytest

from tests import factories
from tests.factories import Maker, Page, Rest
from tests.settings.conftest import statements

make = factories.make
__all__ = ["make", "statements"]


@pytest.fixture
def sergio(make: Maker) -> Page:
    """Sergio's browser."""
    return make.page("sergio")


def part(content: bytes, name: str) -> tuple[BytesIO, str]:
    """One file of a multipart form."""
    return BytesIO(content), name


def upload(page: Page, path: str, *files: tuple[bytes, str], script: bool = True) -> Any:
    """Files sent to the panel at `path`, by script (which is answered in JSON) or by the form itself."""
    headers = {"Accept": "application/json"} if script else {}
    data = {"file": [part(*file) for file in files]}
    return page.post(path, data, content_type="multipart/form-data", headers=headers)


def sent(rest: Rest, content: bytes, called: str, **fields: Any) -> Any:
    """A file by REST; `fields` name the record."""
    return rest.open("/api/v1/files/", "POST", data={"file": part(content, called), **fields})


def listed(rest: Rest, of: str, key: int) -> list[dict[str, Any]]:
    """The documents of a record by REST, the oldest first."""
    asked = {"filters": [{"col": of, "opr": "eq", "value": key}], "order_column": "id", "order_direction": "asc"}
    return list(rest.get(f"/api/v1/files/?q={prison.dumps(asked)}").json["result"])
