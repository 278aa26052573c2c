"""`run.py`'s own part: understanding the command line and refusing an old Python."""

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from app.ops.options import ROOT

sys.path.insert(0, str(ROOT))


@pytest.fixture
def run() -> ModuleType:
    """The launcher as a module."""
    import run as launcher

    return launcher


def test_nothing_means_start_with_the_defaults(run: ModuleType) -> None:
    """README: port 8000, loopback, var/ of the project."""
    options, rest = run.parse([])
    assert (options["verb"], options["host"], options["port"], rest) == ("start", "127.0.0.1", 8000, [])
    assert options["data"] == str(ROOT / "var")


@pytest.mark.parametrize(
    "words",
    [
        ["--data", "d", "manage", "import", "contacts", "f.csv", "--dry-run", "--as", "ada", "--json"],
        ["manage", "--data", "d", "import", "contacts", "f.csv", "--dry-run", "--as", "ada", "--json"],
        ["manage", "import", "contacts", "f.csv", "--dry-run", "--as", "ada", "--json", "--data=d"],
    ],
)
def test_data_folder_is_taken_before_and_after_the_verb(run: ModuleType, words: list[str]) -> None:
    """The rest reaches Flask in its order; the folder is seen from where the command was typed."""
    options, rest = run.parse(words)
    assert options["data"] == str(Path.cwd() / "d")
    assert rest == ["import", "contacts", "f.csv", "--dry-run", "--as", "ada", "--json"]


def test_words_after_test_are_pytests(run: ModuleType) -> None:
    """Options that pytest and we both know go to pytest."""
    options, rest = run.parse(["test", "-k", "life", "-x", "--help", "tests/ops"])
    assert (options["verb"], rest) == ("test", ["-k", "life", "-x", "--help", "tests/ops"])


@pytest.mark.parametrize("words", [["--prot", "80"], ["--port", "http"], ["start-it"]])
def test_unknown_words_are_refused(run: ModuleType, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """One line says what was not understood; exit code 2."""
    with pytest.raises(SystemExit) as refusal:
        run.parse(words)
    assert refusal.value.code == 2
    assert words[-1] in capsys.readouterr().err


def test_old_python_gets_one_sentence() -> None:
    """The check comes before anything an older Python could not read."""
    source = (ROOT / "run.py").read_text()
    before = source.partition("import argparse")[0]
    told = before.replace("import sys", "import sys\nsys.version_info = (3, 9, 2)", 1)
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "Clientela needs Python 3.11 or newer; this is Python 3.9.\n"
