"""Starts children one after the other, watches them, starts again those that die, stops them in order."""

import signal
import time
from collections.abc import Callable

from app.ops.child import Child, Program, stop_all
from app.ops.options import Refused

GLANCE = 1.0  # seconds between looks at the children when no signal comes
STOP_APPS = 5.0  # seconds until web, worker and scheduler are killed
STOP_ALL = 9.0  # seconds until the servers are, which begin when the others ended
TAIL = 15  # lines of a log shown when its program fails at the start


class Interrupted(Exception):
    """Somebody asked to stop while the product was still starting."""


class Supervisor:
    """The children of one process. `servers` stop last: the others write to them until their end."""

    def __init__(self, say: Callable[[str], None], sleep: Callable[[float], None] = time.sleep) -> None:
        self.say = say
        self.sleep = sleep
        self.stopping: Callable[[], bool] = lambda: False
        self.servers: list[Child] = []
        self.apps: list[Child] = []

    def start_server(self, program: Program, seconds: float) -> None:
        """Start PostgreSQL or Valkey and wait until it serves. Raises Refused with the log's end."""
        child = Child(program)
        self.servers.append(child)
        self.wait_ready(child, seconds)

    def start_app(self, program: Program) -> Child:
        """Start web, worker or scheduler; see `wait_ready`."""
        child = Child(program)
        self.apps.append(child)
        return child

    def wait_ready(self, child: Child, seconds: float) -> None:
        """Wait until `child` serves. Raises Refused when it dies or takes longer, Interrupted on a request to stop."""
        until = time.monotonic() + seconds
        while not child.program.ready():
            if child.ended():
                raise Refused(f"{child.program.name} did not start.\n{tail(child.program)}")
            if time.monotonic() > until:
                raise Refused(f"{child.program.name} was not ready after {seconds:.0f} s.\n{tail(child.program)}")
            self.pause(0.05)

    def pause(self, seconds: float) -> None:
        """Sleep, or raise Interrupted on a request to stop."""
        self.sleep(seconds)
        if self.stopping():
            raise Interrupted

    def watch(self, chores: Callable[[], None]) -> None:
        """Keep the children alive until the request to stop; `chores` are done at each glance."""
        while not self.stopping():
            for child in self.servers + self.apps:
                self.tend(child)
            chores()
            self.sleep(self._until_next_start())

    def tend(self, child: Child) -> None:
        """Start a dead child again when its pause is over."""
        if not child.ended():
            return
        if child.restart_at is None:
            pause = child.plan_restart()
            how = ending(child.process.returncode)
            self.say(f"{child.program.name} {how}; starting again in {pause:g} s (see {child.program.log})")
        elif time.monotonic() >= child.restart_at:
            child.start()

    def _until_next_start(self) -> float:
        planned = [child.restart_at for child in self.servers + self.apps if child.restart_at is not None]
        return max(0.0, min([GLANCE, *(at - time.monotonic() for at in planned)]))

    def stop(self) -> None:
        """Stop everything within 10 seconds, kills included."""
        began = time.monotonic()
        stop_all(self.apps, STOP_APPS)
        stop_all(self.servers, STOP_ALL - (time.monotonic() - began))
        for server in self.servers:
            server.program.clear(signal.SIGKILL)  # a busy PostgreSQL session does not hear of its server's end
        self.apps, self.servers = [], []


def ending(code: int) -> str:
    """An exit code in words."""
    return f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"


def tail(program: Program) -> str:
    """The last lines of a program's log, for the person who waits."""
    lines = program.log.read_text(errors="replace").splitlines()[-TAIL:]
    return "\n".join(f"  {line}" for line in [*lines, f"(all of it: {program.log})"])
