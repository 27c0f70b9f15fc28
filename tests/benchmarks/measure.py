"""What all benchmarks share: F, the best of a few runs, latencies, and lines that name their budget.

F is `orjson.loads` over every row in a plain loop. Machines are noisy, so read the ratios.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import orjson

__all__ = ["RUNS", "Spread", "best", "best_cpu", "figure", "floor", "spread", "title"]

RUNS = 3
_LINE = "{:64} {:>8} {:>8} {:>8} {:>8} {:>8}  {}"


def best(
    work: Callable[[], object], runs: int = RUNS, clock: Callable[[], float] = time.perf_counter
) -> float:
    """The shortest time of several runs, in seconds of a clock."""
    times = []
    for _ in range(runs):
        start = clock()
        work()
        times.append(clock() - start)
    return min(times)


def best_cpu(work: Callable[[], object]) -> float:
    """The least time that several runs took of a processor, which no other process lengthens much."""
    return best(work, clock=time.process_time)


def floor(path: Path, measured: Callable[[Callable[[], object]], float] = best) -> tuple[float, int]:
    """F in seconds of the clock by which it is measured, and the number of rows."""
    rows = path.read_bytes().split(b"\n")[:-1]

    def loads() -> None:
        for row in rows:
            with contextlib.suppress(orjson.JSONDecodeError):
                orjson.loads(row)

    return measured(loads), len(rows)


def title(words: str, *columns: str) -> None:
    """Print the head of a table: what it is about, and up to four columns; the budget comes last."""
    print()
    _print(words, columns, "budget", "")


def figure(words: str, *values: float, budget: float | None = None, judged: int = 0) -> None:
    """Print up to four values, and the budget of one of them."""
    verdict = "" if budget is None else "ok" if values[judged] <= budget else "OVER"
    _print(words, [*map(_short, values)], "" if budget is None else _short(budget), verdict)


def _print(words: str, cells: Sequence[str], budget: str, verdict: str) -> None:
    print(_LINE.format(words, *[*cells, "", "", "", ""][:4], budget, verdict).rstrip(), flush=True)


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.2f}"


class Spread(NamedTuple):
    """Latencies in milliseconds."""

    p50: float
    p95: float
    worst: float


def spread(seconds: Sequence[float]) -> Spread:
    """Sum up latencies."""
    ordered = [one * 1e3 for one in sorted(seconds)]
    p50, p95 = (ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.5, 0.95))
    return Spread(p50, p95, ordered[-1])
