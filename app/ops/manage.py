"""`python3 run.py manage VERB …`: one Flask command, with the running product or with servers of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping

import psycopg

from app.ops import deployed, orphans, product, start
from app.ops.child import end_with_parent
from app.ops.doctor.visit import visit
from app.ops.folder import DataFolder
from app.ops.options import ROOT, Options
from app.ops.serve import serve
from app.ops.services import Services
from app.ops.supervisor import Supervisor

OWN: dict[str, Callable[[Options], int]] = {
    "doctor": visit,
    "serve": serve,
}  # not Flask's commands: they come before it


def say(line: str) -> None:
    """Tell the person; standard output belongs to the command."""
    print(line, file=sys.stderr, flush=True)


def manage(options: Options) -> int:
    """Run the command and return its exit code. Raises Refused.

    Where a product or another command is just starting or ending on the data folder, it waits its turn.
    """
    if options.words[:1] and options.words[0] in OWN:
        return OWN[options.words[0]](options)
    folder = DataFolder(options.data)
    folder.prepare()
    while not folder.lock("manage"):
        running = folder.remembered()
        if running:
            return run(options.words, {**running, **os.environ, "CLIENTELA_DATA": str(folder.path)})
        time.sleep(0.1)
    return alone(options.words, folder)


def alone(words: list[str], folder: DataFolder) -> int:
    """Run the command with servers started for it, and stop them. An empty database is filled first."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    folder.forget()
    orphans.end(orphans.marked(folder.mark()))
    supervisor = Supervisor(say)
    try:
        env = Services(folder, supervisor).start()
        if is_empty(env["DATABASE_URL"]):
            start.tell_password(say, start.deploy(folder, supervisor, env))
        return run(words, env)
    finally:
        supervisor.stop()


def is_empty(url: str) -> bool:
    """Whether a database has no tables yet; a database that can't be reached is for the command to tell."""
    try:
        with deployed.connect(url) as connection:
            return connection.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public'").fetchone() is None
    except psycopg.OperationalError:
        return False


def run(words: list[str], env: Mapping[str, str]) -> int:
    """Run Flask at this terminal, in the caller's folder; hand its exit code and our signals through."""
    mine = {**env, "PYTHONPATH": str(ROOT)}
    mine.pop(orphans.MARK, None)  # the command is nobody's orphan
    process = subprocess.Popen(product.flask(*words), env=mine, preexec_fn=end_with_parent(signal.SIGTERM))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sent it to the command too
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    code = process.wait()
    deployed.forget(env["DATABASE_URL"])
    return code if code >= 0 else 128 - code
