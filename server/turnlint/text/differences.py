"""How two texts differ, line by line, in the unified format that editors colour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

__all__ = ["unified"]

_MOST = 20_000
"""Of more lines on a side, nobody finds out which are the same: memory grows with their square."""


def unified(one: str, other: str, name: str, other_name: str) -> Iterator[str]:
    """Yield the lines of both texts as one hunk. The names must not hold line feeds."""
    before, after = one.split("\n"), other.split("\n")
    yield from (f"--- {name}", f"+++ {other_name}", f"@@ -1,{len(before)} +1,{len(after)} @@")
    head = _shared(before, after)
    tail = _shared(before[head:][::-1], after[head:][::-1])
    yield from (f" {line}" for line in before[:head])
    yield from _changed(before[head : len(before) - tail], after[head : len(after) - tail])
    yield from (f" {line}" for line in before[len(before) - tail :])


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines two texts begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _changed(before: list[str], after: list[str]) -> Iterator[str]:
    kept: Iterator[tuple[int, int]] = iter(())
    if max(len(before), len(after)) <= _MOST:
        from rapidfuzz.distance import LCSseq

        blocks = LCSseq.opcodes(before, after).as_matching_blocks()
        kept = ((block.a + at, block.b + at) for block in blocks for at in range(block.size))
    left = right = 0
    for at, same in (*kept, (len(before), len(after))):
        yield from (f"-{line}" for line in before[left:at])
        yield from (f"+{line}" for line in after[right:same])
        yield from (f" {line}" for line in before[at : at + 1])
        left, right = at + 1, same + 1
