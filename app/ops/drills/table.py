"""The drills one after the other, as a table: what was hurt, whether it held, what was counted."""

import time
from collections.abc import Callable
from functools import partial

from app.ops.drills import faults, matrix
from app.ops.drills.stage import Stage, stage

Drills = dict[str, Callable[[Stage], str]]
KILLS: Drills = {f"kill {name}": partial(matrix.run, process=name) for name in matrix.PROCESSES}


def play(drills: Drills, say: Callable[[str], None]) -> bool:
    """Play them on one product; a line for each. Whether all held."""
    with stage() as ready:
        held = [line(name, drill, ready, say) for name, drill in drills.items()]
    return all(held)


def line(name: str, drill: Callable[[Stage], str], ready: Stage, say: Callable[[str], None]) -> bool:
    """One row of the table."""
    began = time.monotonic()
    try:
        held, told = True, drill(ready)
    except (Exception, SystemExit) as broken:
        held, told = False, f"{type(broken).__name__}: {broken}"
    say(f"{name:<26} {'held' if held else 'NOT HELD':<9} {time.monotonic() - began:4.0f} s  {told}")
    return held


def run_faults(_rows: int, say: Callable[[str], None]) -> bool:
    """Queue, database, disk and messages."""
    return play(faults.DRILLS, say)


def run_kills(_rows: int, say: Callable[[str], None]) -> bool:
    """Each process under each kind of work."""
    return play(KILLS, say)


def single(name: str) -> Callable[[int, Callable[[str], None]], bool]:
    """One fault alone."""
    drills = {title: drill for title, drill in faults.DRILLS.items() if title.split()[0] == name}
    return lambda _rows, say: play(drills, say)
