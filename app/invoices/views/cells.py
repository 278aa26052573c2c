"""Cells of the lists, drawn by the macros of the room's template."""

from app.core.views import cells_of

cell = cells_of("invoices/cells.html")
