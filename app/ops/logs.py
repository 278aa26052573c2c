"""Keeps the logs from filling the disk, whoever writes them."""

import shutil
from pathlib import Path

LARGEST = 20 * 1024 * 1024  # bytes; one older part of the same size is kept beside


def rotate(folder: Path) -> None:
    """Move what is in each overgrown log to `NAME.1`.

    The file itself is emptied, not renamed: its writers hold it open for appending and go on at the new end.
    """
    for log in folder.glob("*.log"):
        if log.stat().st_size > LARGEST:
            shutil.copyfile(log, log.with_suffix(".log.1"))
            with log.open("r+b") as file:
                file.truncate(0)
