"""`python3 run.py`: everything, from nothing to the line with the address, until somebody asks to stop."""

import shutil
import socket
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from app.ops import deployed, logs, orphans, product, upgrade
from app.ops.child import Child, Program
from app.ops.folder import DataFolder
from app.ops.options import Options, Refused
from app.ops.services import Services
from app.ops.supervisor import Interrupted, Supervisor, ending, tail
from app.ops.wakeup import Wakeup

WEB_START = 300.0  # seconds, for a slow and busy machine
OURS = ("CLIENTELA_", "DATABASE_URL", "REDIS_URL")  # settings that `manage` shares with the running product
PASSWORD = "CLIENTELA_ADMIN_PASSWORD"  # noqa: S105
PASSWORD_LINE = "ADMIN_PASSWORD="  # noqa: S105


def say(line: str) -> None:
    """Tell the person at the terminal, or the journal."""
    print(line, flush=True)


def start(options: Options) -> int:
    """Run the product until SIGTERM or Ctrl-C; return the exit code. Raises Refused."""
    wakeup = Wakeup()
    folder = DataFolder(options.data)
    folder.prepare()
    hold(folder)
    folder.forget()
    orphans.end(orphans.marked(folder.mark()))
    listener = product.listen(options)
    supervisor = Supervisor(say, wakeup.sleep)
    supervisor.stopping = lambda: wakeup.stop_requested
    try:
        run(options, folder, supervisor, listener)
    except Interrupted:
        pass
    finally:
        folder.forget()
        supervisor.stop()
    return 0


def hold(folder: DataFolder) -> None:
    """Take the data folder, or say who has it."""
    if not folder.lock("start"):
        what = "Clientela already runs" if folder.holder() == "start" else "A `manage` command is at work"
        raise Refused(f"{what} on the data folder {folder.path}.")


def run(options: Options, folder: DataFolder, supervisor: Supervisor, listener: socket.socket) -> None:
    """Start all, print the address, watch until the request to stop."""
    env = Services(folder, supervisor).start()
    password = deploy(folder, supervisor, env, options.backup)
    try:
        start_apps(options, folder, supervisor, env, listener)
        say(f"Clientela is ready at {product.address(listener)}")
    finally:
        tell_password(say, password)  # also when the start fails: it is told by this start or never
    supervisor.watch(lambda: logs.rotate(folder.log))


def tell_password(say: Callable[[str], None], password: str) -> None:
    """Say how to sign in the first time."""
    if password:
        say(f"  sign in as admin with the password {password}")


def start_apps(
    options: Options, folder: DataFolder, supervisor: Supervisor, env: Mapping[str, str], listener: socket.socket
) -> None:
    """Load the demo where it is wanted, start the web, and when that answers worker and scheduler.

    All at once they would share the cores, and the first page would come last.
    """
    env = {name: value for name, value in env.items() if name != PASSWORD}
    if options.demo:
        run_flask(folder, supervisor, env, "demo-data", "--small")
    folder.remember({name: value for name, value in env.items() if name.startswith(OURS)})
    web = supervisor.start_app(product.web(listener, folder.log, env, product.web_processes()))
    supervisor.wait_ready(web, WEB_START)
    supervisor.start_app(product.worker(folder.log, env, options.workers))
    supervisor.start_app(product.scheduler(folder.log, env))


def deploy(folder: DataFolder, supervisor: Supervisor, env: Mapping[str, str], backup: bool = True) -> str:
    """Bring database, permissions and first administrator up to the code, after a backup where there was an older one.

    Returns what to tell of the administrator's password when it was made by this very start, else "". Raises Refused.
    """
    if deployed.is_current(env["DATABASE_URL"]):
        return ""
    with upgrade.alone(env["DATABASE_URL"]):
        if deployed.is_current(env["DATABASE_URL"]):
            return ""  # another host was faster
        version = upgrade.older(env["DATABASE_URL"])
        saved = save(folder, supervisor, env, version) if version and backup else None
        last = bring_up(folder, supervisor, env, version, saved)
        deployed.note(env["DATABASE_URL"])
    if not last.startswith(PASSWORD_LINE):
        return ""
    return f"in {PASSWORD}" if env.get(PASSWORD) else last.removeprefix(PASSWORD_LINE)


def bring_up(
    folder: DataFolder, supervisor: Supervisor, env: Mapping[str, str], version: str | None, saved: Path | None
) -> str:
    """Run the deploy step; its last line. Raises Refused, for an upgrade with what it left."""
    try:
        return run_flask(folder, supervisor, env, "deploy").strip().rpartition("\n")[2]
    except Refused as refused:
        if version is None:
            raise
        raise Refused(f"{refused}\n{upgrade.outcome(env['DATABASE_URL'], version, saved)}") from refused


def save(folder: DataFolder, supervisor: Supervisor, env: Mapping[str, str], version: str) -> Path:
    """Back up the database of a former program, before it is changed. Raises Refused: then nothing was changed."""
    file = upgrade.place(folder, version)
    supervisor.say(f"This program is newer than the database: backing it up to {file} first (--no-backup: don't).")
    need, free = upgrade.size(env["DATABASE_URL"]) * upgrade.ROOM, shutil.disk_usage(file.parent).free
    if free < need:
        sizes = f"{need / 1e6:.0f} MB may be needed, {free / 1e6:.0f} MB are free"
        raise Refused(f"There is no room for the backup: {sizes}. Free some, or start with --no-backup.")
    run_flask(folder, supervisor, env, "backup-database", str(file))
    upgrade.forget_old(folder)
    return file


def run_flask(folder: DataFolder, supervisor: Supervisor, env: Mapping[str, str], *words: str) -> str:
    """Run one Flask command to its end and return what it printed. Raises Refused with its log when it fails."""
    program = Program(f"`{words[0]}`", product.flask(*words), folder.log / f"{words[0]}.log", env)
    with tempfile.TemporaryFile() as output:  # nothing with a password in it gets a name on the disk
        child = Child(program, output.fileno())
        supervisor.apps.append(child)
        while not child.ended():
            supervisor.pause(0.1)
        supervisor.apps.remove(child)
        if child.process.returncode:
            raise Refused(f"{program.name} {ending(child.process.returncode)}.\n{tail(program)}")
        output.seek(0)
        return output.read().decode()
