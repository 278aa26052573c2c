"""The factories, as a fixture."""

from tests import factories

make = factories.make
__all__ = ["make"]
REST = "/api/v1/projects/"
