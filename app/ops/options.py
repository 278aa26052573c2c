"""What the command line asked for, and the refusals that end a start with one sentence."""

import json
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Refused(Exception):
    """The product can't start or go on; the message is one sentence for the person at the terminal."""


@dataclass(frozen=True)
class Options:
    """One start of the product, as `run.py` hands it over in JSON: paths are absolute, `words` go to Flask."""

    verb: str = "start"
    data: Path = ROOT / "var"
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 2
    demo: bool = False
    backup: bool = True
    words: list[str] = field(default_factory=list)

    @classmethod
    def from_json(cls, text: str) -> "Options":
        """Read what `run.py` wrote."""
        values = json.loads(text)
        return cls(**{**values, "data": Path(values["data"])})
