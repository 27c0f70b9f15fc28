"""The row check of each format beside that of chat rows.

The rows of a format are made of a valid one that is plain: of its fixtures the first that is proved clean
when it is seen again, its texts written anew so that it is as long as a chat row of the benchmarks.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from tests.benchmarks.data import prose, vocabulary
from tests.benchmarks.measure import best_cpu, figure, title
from tests.harness import COUNTING_RULES, FIXTURES
from turnlint.config import all_targets, resolve
from turnlint.engine import RowChecker
from turnlint.engine.row import CLEAN
from turnlint.formats import Format, all_formats, get_format

CHAT = "openai-chat"
SHARE = 1.5
"""A row of any format may cost so many times what a chat row of the same length costs."""
_LENGTH = 2_400
_COUNT = 500


def main(folder: Path, megabytes: int) -> None:
    """Print the row check of each format, in F of its own rows."""
    title("row check of a plain row of 2.4 KB", "us", "F", "of chat")
    chat, _ = cost(get_format(CHAT))
    for one in all_formats():
        seconds, times = cost(one)
        name = one.name + ("" if is_clean(one) else " (not proved clean)")
        figure(name, seconds * 1e6, times, seconds / chat, budget=SHARE, judged=2)


def cost(one: Format) -> tuple[float, float]:
    """What the check of a row takes: in seconds, and in F."""
    rows = list(islice(rows_of(one), _COUNT))
    checker = _checker(one)
    spent = best_cpu(lambda: [checker.check(row) for row in rows])
    parsing = best_cpu(lambda: [orjson.loads(row) for row in rows * 10]) / 10
    return spent / len(rows), spent / parsing


def is_clean(one: Format) -> bool:
    """Whether its rows are proved clean, once the first of them was judged."""
    rows = list(islice(rows_of(one), 9))
    checker = _checker(one)
    return [checker.findings(row) is CLEAN for row in rows][1:] == [True] * 8


def _checker(one: Format) -> RowChecker:
    return RowChecker(one, resolve(one.home, format=one.name, ignore=COUNTING_RULES), bulk=True)


def rows_of(one: Format, seed: int = 1) -> Iterator[bytes]:
    """Endless plain rows of a format. Raises LookupError where no valid row of it is plain."""
    rng = random.Random(seed)
    words = vocabulary(rng)
    plain = orjson.loads(_plain(one))
    texts = sorted({text.value for turn in one.example(plain).all_turns for text in turn.texts if text.value})
    length = _LENGTH // max(len(texts), 1) // 7
    while True:
        said = {text: prose(rng, words, length) for text in texts}
        yield orjson.dumps(_written_anew(plain, said))


def _plain(one: Format) -> bytes:
    checker = _checker(one)
    for row in _valid(one):
        checker.findings(row)
        if checker.findings(row) is CLEAN:
            return row
    raise LookupError(f"no valid row of {one.name} is plain")


def _valid(one: Format) -> Iterator[bytes]:
    """The rows of its fixtures, those for a single target last."""
    files = (
        FIXTURES / "valid" / f"{name}.jsonl"
        for name in (one.name, *(f"{one.name}-{at}" for at in all_targets()))
    )
    for path in filter(Path.exists, files):
        yield from path.read_bytes().split(b"\n")[:-1]


def _written_anew(value: Any, said: Mapping[str, str]) -> Any:
    """The same row with other texts, and with more numbers where it holds numbers."""
    if type(value) is str:
        return said.get(value, value)
    if type(value) is dict:
        return {key: _written_anew(inner, said) for key, inner in value.items()}
    if type(value) is list and value and all(type(inner) is int for inner in value):
        return [value[0]] * (_LENGTH // 18) + value
    if type(value) is list:
        return [_written_anew(inner, said) for inner in value]
    return value
