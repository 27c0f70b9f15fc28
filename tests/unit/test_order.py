"""Lines in order of the document, whatever happens to it."""

from __future__ import annotations

import random

import pytest

from turnlint.lsp import order
from turnlint.lsp.order import LineOrder
from turnlint.text.lines import LineStore


@pytest.mark.parametrize("seed", range(20))
def test_order_of_lines_that_come_and_go(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order, "_SPARE", 3)
    dice = random.Random(seed)
    store = LineStore("\n" * 40, block_lines=4)
    kept, known = LineOrder(store), set()
    for _ in range(400):
        line = store.line(dice.randrange(store.count))
        match dice.randrange(4):
            case 0 | 1:
                kept.add(line)
                known.add(line)
            case 2:
                kept.discard(line)
                known.discard(line)
            case _:
                number = store.number(line)
                for gone in store.replace((number, 0), (number + dice.randrange(3), 0), "\n" * 2).removed:
                    kept.discard(gone)
                    known.discard(gone)
        assert list(kept) == [pair for pair in enumerate(store) if pair[1] in known]
        assert len(kept) == len(known)
        assert all(line in kept for line in known)
        assert len(kept._gone) + len(kept._waiting) <= 2 * (4 + len(known) + 3)
