"""PostgreSQL refuses to run as root, so the servers of a root start run as somebody without rights."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CANDIDATES = ("clientela", "postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """The user the servers run as; both None: the one who started the product."""

    uid: int | None = None
    gid: int | None = None

    def popen(self) -> dict[str, Any]:
        """Arguments for `subprocess` that start a program as this user, with no other groups."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_use(self, path: Path) -> bool:
        """Whether this user reaches and may enter (or execute) `path`, asked of the system itself."""
        command = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)]
        return subprocess.run(command, check=False, cwd="/", **self.popen()).returncode == 0

    def make_private(self, folder: Path) -> Path:
        """Create `folder` for this user alone (0700). An existing one is left as it is."""
        if not folder.is_dir():
            folder.mkdir(mode=0o700)
            self.own(folder)
        return folder

    def own(self, path: Path) -> None:
        """Give `path`, just made by us, to this user."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def server_account() -> Account:
    """Who runs PostgreSQL and Valkey: ourselves, or, as root, the first of CANDIDATES that exists."""
    if os.geteuid() != 0:
        return Account()
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    return Account(65534, 65534)
