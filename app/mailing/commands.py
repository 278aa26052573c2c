"""What `deploy` does for mail: secrets sealed under a former secret key are put under the present one."""

from flask import Flask

from app.core.commands import SEEDS
from app.mailing.servers import reseal


def register(app: Flask) -> None:
    """Wire it."""
    if reseal not in SEEDS:
        SEEDS.append(reseal)
