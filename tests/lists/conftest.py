"""The factories, as a fixture, and a counter of statements."""

from tests import factories
from tests.settings.conftest import seen, statements

make = factories.make
__all__ = ["make", "seen", "statements"]
