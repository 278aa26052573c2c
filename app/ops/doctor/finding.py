"""What one look finds."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum


class State(StrEnum):
    """How bad it is. A warning will hurt one day; a problem hurts now."""

    FINE = "fine"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """One thing looked at: `says` is what was seen, `cure` what to do ("" where all is well)."""

    check: str
    state: State
    says: str
    cure: str = ""

    def as_json(self) -> dict[str, str]:
        """For programs."""
        return {name: str(value) for name, value in asdict(self).items()}


Look = Callable[[], Finding]


def fine(check: str, says: str) -> Finding:
    """Nothing to do."""
    return Finding(check, State.FINE, says)


def warning(check: str, says: str, cure: str) -> Finding:
    """It works, but should be changed."""
    return Finding(check, State.WARNING, says, cure)


def problem(check: str, says: str, cure: str) -> Finding:
    """Something does not work, or is not safe."""
    return Finding(check, State.PROBLEM, says, cure)
