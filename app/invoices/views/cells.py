"""Cells of the lists, drawn by the macros of the room's template."""

from typing import Any

from flask import current_app

CELLS = "invoices/cells.html"


def cell(macro: str) -> Any:
    """A formatter that draws a list cell."""

    def draw(value: Any) -> Any:
        return getattr(current_app.jinja_env.get_template(CELLS).module, macro)(value)

    return draw
