"""Keeps a few processes running: restarts what dies, stops everything in order, leaves nothing behind."""

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from portal.tether import tethered

STEADY_SECONDS = 60
"""After this long a process counts as well again."""
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
"""Seconds before a restart; doubled each time."""
_Handler = Callable[[int, FrameType | None], Any] | int | None

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Program:
    name: str
    command: Sequence[str]
    grace: float
    """Seconds between the request to stop and the kill."""
    environment: Mapping[str, str] = field(default_factory=dict)
    stops_last: bool = False
    """What the others may still need while they finish."""


@dataclass(slots=True)
class _Child:
    program: Program
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0
    wait: float = FIRST_WAIT
    due_at: float = 0

    def has_ended(self) -> bool:
        """Without taking notice of it: until then neither its id nor its group's can be anybody else's."""
        if self.process is None:
            return True
        return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def clear_away(self) -> int:
        """Kills what is left of it and of what it started (it leads a group); returns its exit code."""
        process, self.process = self.process, None
        if process is None:
            return 0
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        return process.wait()


class Stopped(Exception):
    """Asked to stop: Ctrl-C, a signal, a closed terminal."""


class Supervisor:
    """A context, in the main thread: inside it a request to stop interrupts nothing but `step` and `run`.

    The caller calls `stop` before it takes away what the programs need.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._children: list[_Child] = []
        self._stopping = False
        self._wakes, self._woken = os.pipe()
        self._handlers: dict[int, _Handler] = {}

    def __enter__(self) -> "Supervisor":
        os.set_blocking(self._woken, False)
        signal.set_wakeup_fd(self._woken, warn_on_full_buffer=False)
        for number in STOP_SIGNALS:
            self._handlers[number] = signal.signal(number, self._stop_asked)
        self._handlers[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(-1)
        os.close(self._wakes)
        os.close(self._woken)

    def _stop_asked(self, *_: object) -> None:
        self._stopping = True

    def step(self, command: Sequence[str], environment: Mapping[str, str]) -> int:
        """Runs a command to its end, with our terminal; returns its exit code.

        Raises:
            Stopped: asked to stop meanwhile; the command was ended.
        """
        child = _Child(Program("step", command, 10, environment))
        self._start(child)
        while not child.has_ended() and not self._stopping:
            self._sleep(1)
        if self._stopping:
            self._end([child])
            raise Stopped
        return child.clear_away()

    def start(self, program: Program) -> None:
        child = _Child(program)
        self._children.append(child)
        self._start(child)

    def run(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Until asked to stop. `meanwhile` is called about once a second."""
        while not self._stopping:
            now = time.monotonic()
            for child in self._children:
                self._look_after(child, now)
            meanwhile()
            self._sleep(1)

    def stop(self) -> None:
        self._stopping = True
        for last in (False, True):
            self._end([child for child in self._children if child.program.stops_last is last])

    def _look_after(self, child: _Child, now: float) -> None:
        if child.process is None:
            if now >= child.due_at:
                self._start(child)
        elif child.has_ended():
            how = _how(child.clear_away())
            self._say(f"{child.program.name} ended ({how}); again in {child.wait:g} s.")
            child.due_at = now + child.wait
            child.wait = min(child.wait * 2, LONGEST_WAIT)
        elif now - child.started_at > STEADY_SECONDS:
            child.wait = FIRST_WAIT

    def _start(self, child: _Child) -> None:
        # A session of its own: Ctrl-C in the terminal reaches the supervisor alone, which stops all in order.
        child.process = subprocess.Popen(  # noqa: S603
            tethered(child.program.command, signal.SIGTERM),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, **child.program.environment},
        )
        child.started_at = time.monotonic()

    def _end(self, children: Sequence[_Child]) -> None:
        began = time.monotonic()
        for child in children:
            if child.process is not None and not child.has_ended():
                child.process.send_signal(signal.SIGTERM)
        for child in children:
            while not child.has_ended() and time.monotonic() < began + child.program.grace:
                self._sleep(0.2)
            child.clear_away()

    def _sleep(self, seconds: float) -> None:
        """Until something happens (a signal, a child's end), at most so long."""
        ready, _, _ = select.select([self._wakes], [], [], seconds)
        if ready:
            os.read(self._wakes, 4096)


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
