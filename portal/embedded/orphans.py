"""Servers left over on a data folder after kill -9 of their owner, and the `postmaster.pid` they leave.

A process is signalled only when /proc shows that it is a PostgreSQL working in that very folder; the number
in `postmaster.pid` is never trusted, since by now it may be anybody's.
"""

import os
import signal
import sys
import time
from pathlib import Path


class OrphansRemain(RuntimeError):
    """Something on the data cannot be ended."""


def stop_orphans(data: Path) -> None:
    """Ends what still runs on `data`, cleanly where it can, and removes the stale `postmaster.pid`.

    The caller holds the lock on `data`. Elsewhere than on Linux PostgreSQL's own check has to do.

    Raises:
        OrphansRemain: something on `data` cannot be ended.
    """
    if sys.platform != "linux" or not data.is_dir():
        return
    for how, seconds in ((signal.SIGINT, 20), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
        if _ended(data, how, seconds):
            (data / "postmaster.pid").unlink(missing_ok=True)
            return
    raise OrphansRemain(
        f"A PostgreSQL that cannot be ended still works in {data}: "
        f"processes {', '.join(map(str, sorted(_servers(data))))}. End them, then start again."
    )


def _ended(data: Path, how: signal.Signals, seconds: float) -> bool:
    servers = _servers(data)
    # Their postmaster ends the others; asked for a fast stop on their own they would only cancel a query.
    for pid in servers:
        if how is not signal.SIGINT or servers[pid] not in servers:
            _signal(pid, how)
    deadline = time.monotonic() + seconds
    while servers and time.monotonic() < deadline:
        time.sleep(0.05)
        servers = _servers(data)
    return not servers


def _signal(pid: int, how: signal.Signals) -> None:
    try:
        os.kill(pid, how)
    except ProcessLookupError:
        return


def _servers(data: Path) -> dict[int, int]:
    """Process ids of every PostgreSQL process that works in `data`, each with its parent's."""
    here = data.stat()
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            program = os.readlink(entry / "exe").removesuffix(" (deleted)")
            if os.path.basename(program) == "postgres" and os.path.samestat(here, (entry / "cwd").stat()):
                found[int(entry.name)] = _parent(entry)
        except OSError:  # ended meanwhile, or somebody else's
            continue
    return found


def _parent(entry: Path) -> int:
    return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
