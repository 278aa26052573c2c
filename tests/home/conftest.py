"""The factories, and a count of statements."""

from tests import factories
from tests.settings.conftest import statements

make = factories.make

__all__ = ["make", "statements"]
