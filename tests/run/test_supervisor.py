"""The supervisor restarts what dies and leaves nothing behind."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from portal.supervisor import Program, Stopped, Supervisor

WORK = "import os, pathlib, sys, time; pathlib.Path(sys.argv[1], str(os.getpid())).touch(); "


def program(folder: Path, then: str, grace: float = 5) -> Program:
    """One that leaves its process id as a file's name, then does `then`."""
    return Program("Test", (sys.executable, "-c", WORK + then, str(folder)), grace)


def started(folder: Path) -> list[int]:
    return [int(path.name) for path in folder.iterdir()]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def interrupt_when(holds: Callable[[], bool], seconds: float = 20) -> Callable[[], None]:
    deadline = time.monotonic() + seconds

    def look() -> None:
        if holds() or time.monotonic() > deadline:
            signal.raise_signal(signal.SIGINT)

    return look


def test_what_ends_is_started_again(tmp_path: Path) -> None:
    said: list[str] = []
    with Supervisor(said.append) as supervisor:
        supervisor.start(program(tmp_path, "sys.exit(3)"))
        supervisor.run(interrupt_when(lambda: len(started(tmp_path)) >= 3))
        supervisor.stop()
    assert said[:2] == [
        "Test ended (exit code 3); again in 0.5 s.",
        "Test ended (exit code 3); again in 1 s.",
    ]
    assert not any(is_alive(pid) for pid in started(tmp_path))


def test_each_gets_its_grace_and_what_ignores_it_is_killed(tmp_path: Path) -> None:
    ignore = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    for name in ("ends", "stays"):
        (tmp_path / name).mkdir()
    with Supervisor(print) as supervisor:
        supervisor.start(program(tmp_path / "ends", "time.sleep(60)", grace=30))
        supervisor.start(program(tmp_path / "stays", ignore, grace=1))
        supervisor.run(
            interrupt_when(lambda: bool(started(tmp_path / "ends") and started(tmp_path / "stays")))
        )
        began = time.monotonic()
        supervisor.stop()
        assert time.monotonic() - began < 10
    assert not any(is_alive(pid) for name in ("ends", "stays") for pid in started(tmp_path / name))


def test_what_a_program_started_itself_goes_with_it(tmp_path: Path) -> None:
    fork = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); os.fork() or "
    fork += "pathlib.Path(sys.argv[1], str(os.getpid())).touch(); time.sleep(60)"
    with Supervisor(print) as supervisor:
        supervisor.start(program(tmp_path, fork, grace=0.5))
        supervisor.run(interrupt_when(lambda: len(started(tmp_path)) == 2))
        supervisor.stop()
    deadline = time.monotonic() + 5
    while any(is_alive(pid) for pid in started(tmp_path)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(started(tmp_path)) == 2
    assert not any(is_alive(pid) for pid in started(tmp_path))


def test_a_step_hands_on_its_exit_code() -> None:
    with Supervisor(print) as supervisor:
        assert supervisor.step((sys.executable, "-c", "import sys; sys.exit(4)"), {}) == 4


def test_a_step_ends_when_asked_to_stop(tmp_path: Path) -> None:
    with Supervisor(print) as supervisor:
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(Stopped):
            supervisor.step(program(tmp_path, "time.sleep(60)").command, {})
    assert not any(is_alive(pid) for pid in started(tmp_path))


def test_the_handlers_of_before_are_back_afterwards() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGCHLD)
    with Supervisor(print):
        assert signal.getsignal(signal.SIGINT) != before[0]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGCHLD)) == before
