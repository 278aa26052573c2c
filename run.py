#!/usr/bin/env python3
"""Sets up Clientela and starts it. Needs Python 3.11 and nothing else: the standard library alone.

Makes `.venv`, installs what `requirements.txt` pins by hash when that changed, then becomes `app.ops` in there.
"""

import sys

if sys.version_info < (3, 11):
    sys.exit("Clientela needs Python 3.11 or newer; this is Python {}.{}.".format(*sys.version_info[:2]))

import argparse
import fcntl
import hashlib
import importlib.util
import json
import os
import subprocess
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = ROOT / "requirements.txt"
TEST_REQUIREMENTS = ROOT / "tests" / "requirements.txt"
S3_REQUIREMENTS = ROOT / "deploy" / "requirements-s3.txt"


def main(words: list[str]) -> None:
    """Understand the command line, set up, and become the program that does the work."""
    options, rest = parse(words)
    needs = [REQUIREMENTS, *([TEST_REQUIREMENTS] if options["verb"] == "test" else []), *storage_needs(os.environ)]
    with Path(__file__).open() as lock:  # two first starts at once must not build one environment together
        fcntl.flock(lock, fcntl.LOCK_EX)
        make_venv()
        for file in needs:
            install(file)
    os.environ["PYTHONPATH"] = str(ROOT)
    if options["verb"] == "setup":
        return
    if options["verb"] == "test":
        become(["-m", "pytest", "-c", str(ROOT / "tests" / "pytest.ini"), *rest])
    become(["-P", "-m", "app.ops", json.dumps({**options, "words": rest})])


def storage_needs(env: "os._Environ[str] | dict[str, str]") -> list[Path]:
    """What the files' place needs beyond the rest: a client where it speaks S3, nothing for a folder."""
    return [S3_REQUIREMENTS] if env.get("CLIENTELA_FILES_URL", "").startswith("s3:") else []


def parse(words: list[str]) -> tuple[dict[str, object], list[str]]:
    """Return the options, and the words that belong to pytest or to the Flask command."""
    parser = argparse.ArgumentParser(prog="run.py", description="Clientela: set up and start", allow_abbrev=False)
    add_options(parser)
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", help="none: start everything")
    verbs.add_parser("test", add_help=False, help="run the tests; what follows goes to pytest")
    verbs.add_parser("setup", help="set up, and start nothing: for images and machines that go offline")
    command = verbs.add_parser("manage", add_help=False, allow_abbrev=False, help="run one Flask command")
    command.add_argument("--data", type=folder, default=argparse.SUPPRESS)
    known, rest = parser.parse_known_args(words)
    if rest and known.verb is None:
        parser.error(f"unknown: {' '.join(rest)}")
    return {**vars(known), "verb": known.verb or "start", "data": str(known.data)}, rest


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of the product, as README.md lists them."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default 8000)")
    parser.add_argument("--data", type=folder, default=ROOT / "var", help="data folder (default var/)")
    parser.add_argument("--workers", type=int, default=2, help="worker processes (default 2)")
    backup = "before an upgrade, don't back up the database (into the data folder, the last 3 are kept)"
    parser.add_argument("--no-backup", dest="backup", action="store_false", help=backup)
    parser.add_argument("--demo", action="store_true", help="load a small believable data set")


def folder(text: str) -> Path:
    """A path of the command line, seen from where the command was typed."""
    return Path(text).expanduser().absolute()


def make_venv() -> None:
    """Make the virtual environment unless it is there and works with this Python."""
    version = "{}.{}".format(*sys.version_info[:2])
    stamp = VENV / "clientela-python"
    if stamp.is_file() and stamp.read_text() == version and PYTHON.exists():
        return
    if not importlib.util.find_spec("ensurepip"):
        sys.exit("This Python has no venv module. On Debian or Ubuntu: apt install python3-venv")
    if not os.access(ROOT, os.W_OK):
        sys.exit(f"Clientela sets itself up in {VENV}, but {ROOT} can't be written by this user.")
    venv.EnvBuilder(clear=True, with_pip=True, symlinks=True).create(VENV)
    stamp.write_text(version)


def install(requirements: Path) -> None:
    """Install a pinned file, every package by its hash, unless this very file was installed before."""
    stamp = VENV / f"clientela-{requirements.parent.name if requirements.parent != ROOT else 'product'}"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    print("Installing what Clientela needs; this takes a minute the first time …", file=sys.stderr, flush=True)
    pip = [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    exact = ["--require-hashes", "--no-deps"]  # the file names every package: nothing to resolve, which takes half
    if subprocess.run([*pip, *exact, "-r", str(requirements)], check=False).returncode:
        sys.exit("The installation failed; the lines above say why.")
    stamp.write_text(wanted)


def become(words: list[str]) -> None:
    """Go on as the environment's Python, in this same process: signals reach it directly."""
    os.execv(PYTHON, [str(PYTHON), *words])


if __name__ == "__main__":
    main(sys.argv[1:])
