"""How long `turnlint check` takes, as ratios against F, and what it needs to start."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.benchmarks.data import BROKEN, write
from tests.benchmarks.measure import best, floor
from turnlint.cli._reading import temporary_file
from turnlint.config import resolve
from turnlint.engine import Resources, check_stream

__all__ = ["lint", "main"]

ROW = "{:24} {:>8} {:>8} {:>8} {:>8} {:>7} {:>7} {:>7} {:>8}"
NEAR = ("near-duplicate", "near-leak")
"""The rules with a budget of their own."""


def lint(path: Path, *ignored: str) -> int:
    """Judge a file as `check` does with one process and count the findings."""
    settings, resources = resolve("openai", ignore=ignored), Resources(scratch=temporary_file)
    with path.open("rb") as stream:
        return sum(1 for _ in check_stream(stream, settings, name=path.name, resources=resources))


ALONE = ("--jobs", "1", "--ignore", ",".join(NEAR))
"""Options for one process and no rows that are nearly the same."""


def peak_memory(path: Path, *options: str) -> float:
    """Peak resident MB of the command on a file (Linux only)."""
    script = (
        "import re, sys; from pathlib import Path; from turnlint.cli import main; "
        "main(['check', '--quiet', '--target', 'openai', '--exit-zero', *sys.argv[1:]]); "
        "status = Path('/proc/self/status').read_text(); "
        "print(int(re.search(r'VmHWM:\\s+(\\d+)', status)[1]) / 1024, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *options, str(path)], check=True, capture_output=True, text=True
    )
    return float(done.stderr.split()[-1])


def start_up(arguments: list[str]) -> float:
    """How many times `python -c pass` a command takes."""

    def run(command: list[str]) -> Callable[[], object]:
        return lambda: subprocess.run(command, check=False, capture_output=True)

    passing = best(run([sys.executable, "-c", "pass"]), 7)
    return best(run([sys.executable, "-m", "turnlint", *arguments]), 7) / passing


def command(path: Path, *options: str) -> Callable[[], object]:
    """The whole command as a user runs it, its start included, with its output thrown away."""
    arguments = ["check", "--isolated", "--no-cache", "--quiet", "--target", "openai", *options, str(path)]
    return lambda: subprocess.run(
        [sys.executable, "-m", "turnlint", *arguments], check=False, stdout=subprocess.DEVNULL
    )


def main(folder: Path, megabytes: int) -> None:
    """Print the table."""
    print(ROW.format("file", "rows", "F ms", "engine", "with near", "command", "json", "over F", "found"))
    print(ROW.format("", "", "", "x F", "x F", "x F", "x F", "us/row", ""))
    for kind in ("chat", "short", *(f"broken-{name}" for name in BROKEN)):
        path = write(kind, folder / f"{kind}-{megabytes}.jsonl", megabytes << 20)
        f, rows = floor(path)
        took = best(partial(lint, path, *NEAR))
        near = best(partial(lint, path))
        whole = best(command(path, *ALONE))
        json = best(command(path, *ALONE, "--output-format", "json-lines"))
        ratios = [f"{seconds / f:.2f}" for seconds in (took, near, whole, json)]
        over = f"{(took - f) / rows * 1e6:.2f}"
        print(ROW.format(kind, rows, f"{f * 1e3:.1f}", *ratios, over, lint(path)), flush=True)
    for kind in ("chat", "short", "broken-unknown-role"):
        print(f"peak memory, {kind}: {peak_memory(folder / f'{kind}-{megabytes}.jsonl'):.0f} MB")
    ten = write("chat", folder / "ten.jsonl", 10 * 2_400)
    version, check = start_up(["--version"]), start_up(["check", str(ten)])
    print(f"start, against `python -c pass`: --version {version:.1f} x, check of 10 rows {check:.1f} x")
