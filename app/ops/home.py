"""Where the servers' data, sockets and programs lie: below the data folder, unless their user can't reach it.

As root the servers run as somebody else, who can't pass a 0700 home (STACK.md, trap 15). No ancestor is ever
opened up: data and programs go below /var/lib/clientela instead.
"""

import fcntl
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from app.ops.account import Account, server_account
from app.ops.folder import DataFolder, write_private
from app.ops.options import Refused

ELSEWHERE = Path("/var/lib/clientela")
LONGEST_SOCKET = ".s.PGSQL.5432.lock"
SOCKET_LIMIT = 100  # bytes; the kernel's is 104 (macOS) or 108 (Linux)


@dataclass(frozen=True)
class ServerHome:
    """Folders of PostgreSQL and Valkey, and the user that owns them."""

    base: Path
    sockets: Path
    account: Account

    def private(self, name: str) -> Path:
        """A folder of the servers' user alone, made on first use."""
        return self.account.make_private(self.base / name)


def choose(folder: DataFolder, say: Callable[[str], None]) -> ServerHome:
    """The servers' home of a data folder: the recorded one, else below it, else below /var/lib/clientela (said once).

    Raises Refused when data that exists can't be reached, rather than starting empty elsewhere.
    """
    account = server_account()
    base = _base(folder, account, say)
    passable(base)
    return ServerHome(base, _sockets(folder, base, account), account)


def _base(folder: DataFolder, account: Account, say: Callable[[str], None]) -> Path:
    record = folder.path / "servers_at"
    if record.exists():
        return Path(record.read_text())
    if account.can_use(folder.path):
        return folder.path
    if (folder.path / "postgres").exists():
        raise Refused(f"The database in {folder.path}/postgres belongs to a user that can't reach it any more.")
    other = ELSEWHERE / hashlib.sha256(os.fsencode(folder.path)).hexdigest()[:10]
    say(f"PostgreSQL can't run as root, and its user can't reach {folder.path}: the database is in {other}.")
    write_private(record, str(other))
    return other


def hold(home: ServerHome) -> IO[str]:
    """Hold the servers' folder while the returned file is open: a copied data folder would name the same one."""
    lock = (home.base / "servers.lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Refused(f"The servers in {home.base} belong to another data folder that runs.") from None
    return lock


def _sockets(folder: DataFolder, base: Path, account: Account) -> Path:
    """A 0700 folder for the sockets whose path is short enough for the kernel."""
    near = base / "run" / "db"
    if len(os.fsencode(near / LONGEST_SOCKET)) <= SOCKET_LIMIT:
        passable(near.parent)
        return account.make_private(near)
    record = folder.run / "sockets"
    if record.exists() and _is_private(Path(record.read_text()), account):
        return Path(record.read_text())
    made = Path(tempfile.mkdtemp(prefix="clientela-", dir=None if account.uid is None else "/tmp"))  # noqa: S108
    account.own(made)
    write_private(record, str(made))
    return made


def _is_private(path: Path, account: Account) -> bool:
    """Whether a folder in the shared temporary one is still ours, and no link put there by somebody else."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    owner = os.geteuid() if account.uid is None else account.uid
    return stat.S_ISDIR(found.st_mode) and found.st_uid == owner and stat.S_IMODE(found.st_mode) == 0o700


def passable(folder: Path) -> Path:
    """Create the missing levels of `folder` so that others pass through, whatever the umask; old ones stay as are."""
    if not folder.is_dir():
        passable(folder.parent)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o711)
    return folder


def reachable(account: Account, program: Path, trees: list[Path], version: str) -> Path:
    """`program`, or its copy where the servers' user can run it.

    `trees`: the folders it needs, which lie beside each other and keep their places; the first holds the program.
    """
    if account.can_use(program):
        return program
    place = ELSEWHERE / "programs" / version
    passable(place)
    for tree in reversed(trees):
        if not (place / tree.name).exists():
            _copy(tree, place / tree.name)
    return place / program.relative_to(trees[0].parent)


def _copy(source: Path, target: Path) -> None:
    """Copy a folder of programs so that everybody may read it; it appears whole or not at all."""
    part = target.with_name(f"{target.name}.{os.getpid()}")
    shutil.copytree(source, part, symlinks=True)
    for path in [part, *part.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
    part.rename(target)
