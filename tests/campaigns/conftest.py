"""The factories, as a fixture."""

from tests import factories

make = factories.make
