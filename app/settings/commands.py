"""What `deploy` fills in for this room."""

from flask import Flask

from app.core import commands
from app.settings.service import seed_pick_lists


def register(app: Flask) -> None:
    """Seed the pick-lists at deploy."""
    if seed_pick_lists not in commands.SEEDS:
        commands.SEEDS.append(seed_pick_lists)
