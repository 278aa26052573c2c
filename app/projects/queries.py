"""How lists of projects are loaded and filtered."""

from typing import Any

from sqlalchemy.orm import joinedload

from app.core.finding import FilterKey, FilterPrivate
from app.core.interface import CrmInterface
from app.projects.models import Project

KEYS = ("opportunity", "contact", "owner")


def interface() -> CrmInterface:
    """The data interface of page and REST."""
    loads: tuple[Any, ...] = tuple(joinedload(link).lazyload("*") for link in (Project.opportunity, Project.contact))
    return CrmInterface(Project, loads=loads, equal=dict.fromkeys(KEYS, FilterKey) | {"private": FilterPrivate})
