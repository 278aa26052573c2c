"""The same ways to import as in the imports room's tests."""

from tests.imports.conftest import make, queue, result, work

__all__ = ["make", "queue", "result", "work"]
