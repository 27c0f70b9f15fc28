"""The row check keeps its budget, as a ratio against parsing alone and with twice the budget's room.

Both are measured in time of the processor: other tests run meanwhile.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.command import NEAR, lint
from tests.benchmarks.data import write
from tests.benchmarks.measure import best_cpu, floor

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
