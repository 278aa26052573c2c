"""What `deploy` fills in for this room."""

from flask import Flask

from app.core import commands
from app.opportunities import stages


def register(app: Flask) -> None:
    """Seed the stages at deploy."""
    if stages.seed not in commands.SEEDS:
        commands.SEEDS.append(stages.seed)
