"""Working one step ahead: what comes next is made in a thread while the present one is used."""

import contextvars
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def ahead(items: Iterator[T]) -> Generator[T, None, None]:
    """The items, each worked out while the one before is used: the database and Python take turns no more.

    Whoever leaves early closes it, which waits for what is under way.
    """
    with ThreadPoolExecutor(1) as pool:

        def wish() -> Future[T | None]:
            return pool.submit(contextvars.copy_context().run, lambda: next(items, None))

        coming = wish()
        while (item := coming.result()) is not None:
            coming = wish()
            yield item
