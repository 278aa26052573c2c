"""Where `run.py` hands over, inside the environment it made."""

import os
import sys

from app.ops.manage import manage
from app.ops.options import Options, Refused
from app.ops.start import start

VERBS = {"start": start, "manage": manage}


def main() -> int:
    """Do what the options in the first argument ask for; return the exit code."""
    os.umask(0o022)
    options = Options.from_json(sys.argv[1])
    try:
        return VERBS[options.verb](options)
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
