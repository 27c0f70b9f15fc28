"""How two texts differ: where, and line by line in the unified format that editors colour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

__all__ = ["shared_ends", "unified"]

_MOST = 20_000
"""Of more lines on a side, nobody finds out which are the same: memory grows with their square."""


def shared_ends(one: Sequence[str], other: Sequence[str]) -> tuple[int, int]:
    """How many characters two texts begin and end with alike, or how many lines two lists of lines.

    What both begin with is not counted again at the end.
    """
    head = _shared(one, other)
    return head, _shared(one[head:][::-1], other[head:][::-1])


def unified(one: str, other: str, name: str, other_name: str) -> Iterator[str]:
    """Yield the lines of both texts as one hunk. The names must not hold line feeds."""
    before, after = one.split("\n"), other.split("\n")
    yield from (f"--- {name}", f"+++ {other_name}", f"@@ -1,{len(before)} +1,{len(after)} @@")
    head, tail = shared_ends(before, after)
    yield from (f" {line}" for line in before[:head])
    yield from _changed(before[head : len(before) - tail], after[head : len(after) - tail])
    yield from (f" {line}" for line in before[len(before) - tail :])


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


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
