"""How two texts differ: where, and line by line in the unified format that editors colour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

__all__ = ["shared", "unified"]

_MOST = 20_000
"""Of more lines on a side, nobody finds out which are the same: memory grows with their square."""


def shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many characters two texts begin with alike, or how many lines two lists of lines."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def unified(one: str, other: str, name: str, other_name: str) -> Iterator[str]:
    """Yield the lines of both texts as one hunk. The names must not hold line feeds."""
    before, after = one.split("\n"), other.split("\n")
    yield from (f"--- {name}", f"+++ {other_name}", f"@@ -1,{len(before)} +1,{len(after)} @@")
    head = shared(before, after)
    tail = shared(before[head:][::-1], after[head:][::-1])
    yield from (f" {line}" for line in before[:head])
    yield from _changed(before[head : len(before) - tail], after[head : len(after) - tail])
    yield from (f" {line}" for line in before[len(before) - tail :])


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
