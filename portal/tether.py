"""Ties a process to the one that starts it: when that one is gone, even by kill -9, the kernel signals.

Run as a file it makes the tie and then becomes the command it is given; the process id stays the same.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

PR_SET_PDEATHSIG = 1


def tethered(command: Sequence[str], on_death: signal.Signals) -> list[str]:
    """The command that runs `command` and gets `on_death` when the thread that started it ends.

    Only Linux can do this; elsewhere the command stays as it is.
    """
    if sys.platform != "linux":
        return list(command)
    return [sys.executable, "-I", "-S", os.path.abspath(__file__), on_death.name, str(os.getpid()), *command]


def main(arguments: Sequence[str]) -> None:
    on_death, parent, *command = arguments
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.Signals[on_death].value)
    if os.getppid() != int(parent):
        sys.exit("The process that started this is already gone.")
    os.execvp(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1:])
