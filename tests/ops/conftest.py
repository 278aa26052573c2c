"""Data folders and products of their own for the tests of the supervisor."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.ops.home import ELSEWHERE
from app.ops.launched import Product
from tests.harness.servers import temporary_folder


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that does not exist yet, where the servers' user can go."""
    above = temporary_folder()
    yield above / "data"
    record = above / "data" / "servers_at"
    if record.exists() and Path(record.read_text()).is_relative_to(ELSEWHERE):
        shutil.rmtree(record.read_text())
    shutil.rmtree(above)


@pytest.fixture
def launch(folder: Path) -> Iterator["type[Product]"]:
    """Starts products; all of them are stopped at the end."""
    started: list[Product] = []

    def start(*args: object, **options: object) -> Product:
        started.append(Product(*args, **options))  # type: ignore[arg-type]
        return started[-1]

    yield start  # type: ignore[misc]
    for product in started:
        product.kill()


@pytest.fixture(scope="module")
def running() -> Iterator[Product]:
    """A product that several tests share. It comes back from whatever they do to it."""
    above = temporary_folder()
    product = Product(above / "data")
    product.ready()
    yield product
    product.kill()
    shutil.rmtree(above)


@pytest.fixture
def settings(environment: dict[str, str], clean: None) -> dict[str, str]:
    """Addresses of the tests' own servers, with a migrated database."""
    return environment
