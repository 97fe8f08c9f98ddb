"""`make bench`: the budgets of the design, as ratios to a bare Flask application in the same run, and as counts.

Absolute times are never printed: they say more about the machine than about the portal.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator

from portal.config import ROOT
from tests.bench import consultations, history, pages, rivals
from tests.bench.figures import Figure
from tests.bench.stage import QUICK, Size, Stage, stage

ROWS: dict[str, Callable[[Stage], Iterator[Figure]]] = {
    "day": pages.day_page,
    "statements": pages.statements,
    "booking": rivals.booking,
    "one-slot": rivals.one_slot,
    "consultations": consultations.free_times,
    "weight": pages.weight,
    "cpu": history.cpu,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="The budgets.")
    parser.add_argument("--row", action="append", choices=ROWS, help="only this one; may be repeated")
    parser.add_argument(
        "--quick", action="store_true", help="less data and shorter turns: for trying, not for telling"
    )
    arguments = parser.parse_args()
    os.chdir(ROOT)
    for name in [name for name in os.environ if name.startswith("PORTAL_")]:
        del os.environ[name]
    figures: list[Figure] = []
    with stage(QUICK if arguments.quick else Size()) as here:
        for row in arguments.row or ROWS:
            for figure in ROWS[row](here):
                print(figure.line(), flush=True)
                figures.append(figure)
    missed = [figure for figure in figures if not figure.passes]
    short = [figure for figure in figures if not figure.reaches_goal]
    print(f"\n{len(figures)} figures: {len(missed)} gates missed, {len(short)} goals not reached.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
