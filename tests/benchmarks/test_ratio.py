"""The row check keeps its budget, as a ratio against parsing alone and with twice the budget's room.

Both are measured in time of the processor: other tests run meanwhile.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.command import NEAR, lint
from tests.benchmarks.data import write
from tests.benchmarks.formats import is_clean
from tests.benchmarks.measure import best, best_cpu, floor
from turnlint.formats import Format, all_formats

SIZE = 5 << 20
CLEAN = 2 * 6
BROKEN = 2 * 25


@pytest.mark.parametrize(
    ("kind", "budget"), [("chat", CLEAN), ("broken-unknown-role", BROKEN), ("broken-truncated", BROKEN)]
)
def test_check_stays_within_its_budget(kind: str, budget: float, tmp_path: Path) -> None:
    path = write(kind, tmp_path / "rows.jsonl", SIZE)
    f, _ = floor(path, best_cpu)
    assert best_cpu(lambda: lint(path, *NEAR)) <= budget * f


@pytest.mark.parametrize("one", all_formats(), ids=lambda one: one.name)
def test_plain_rows_of_a_format_are_proved_clean(one: Format) -> None:
    assert is_clean(one)


START = 2 * 15
GOOD = '{"messages":[{"role":"user","content":"Say %d"},{"role":"assistant","content":"It is %d."}]}\n'


def test_a_hook_on_ten_small_files_stays_within_the_budget_of_a_start(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    names = [f"{number}.jsonl" for number in range(10)]
    for number, name in enumerate(names):
        rows = (GOOD % (row, row) for row in range(20 * number, 20 * number + 12))
        (tmp_path / name).write_text("".join(rows))

    def spent() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return float(usage.ru_utime + usage.ru_stime)

    def run(*arguments: str) -> None:
        subprocess.run([sys.executable, *arguments], cwd=tmp_path, capture_output=True, check=True)

    hook = ("-m", "turnlint", "--check", "--force-exclude", "--target", "openai", *names)
    passing = best(lambda: run("-c", "pass"), 7, spent)
    assert best(lambda: run(*hook), 5, spent) <= START * passing
