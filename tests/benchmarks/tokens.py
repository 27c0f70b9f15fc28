"""What counting tokens takes, against tiktoken on the same texts, and how rarely it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from unittest.mock import patch

import orjson

from tests.benchmarks.command import peak_memory
from tests.benchmarks.data import write
from tests.benchmarks.measure import best, figure, title
from turnlint.config import Counting, resolve
from turnlint.engine import Resources, check_stream
from turnlint.model import Example, Settings
from turnlint.tokens import Measured, forget
from turnlint.tokens.costs import ByCosts
from turnlint.tokens.vocabulary import encoding

__all__ = ["main"]

LIMITS = (1_000, 2_000)
"""Of rows of 2.4 KB the lower one cuts half, the higher one nearly none; both have nearly all counted."""


def check(path: Path, settings: Settings, jobs: int) -> int:
    """Judge a file, of which no count is known, and count the findings."""
    forget()
    with path.open("rb") as stream:
        return sum(1 for _ in check_stream(stream, settings, name=path.name, resources=Resources(jobs)))


@contextmanager
def counted() -> Iterator[list[object]]:
    """Collect the examples that are counted meanwhile."""
    calls: list[object] = []
    measure = ByCosts.measure

    def note(self: ByCosts, example: Example) -> Measured:
        calls.append(example)
        return measure(self, example)

    with patch.object(ByCosts, "measure", note):
        yield calls


def main(folder: Path, megabytes: int) -> None:
    """Print the table."""
    path = write("chat", folder / f"chat-{megabytes}.jsonl", megabytes << 20)
    rows = path.read_bytes().split(b"\n")[:-1]
    texts = [message["content"] for row in rows for message in orjson.loads(row)["messages"]]
    encode = encoding("o200k_base").encode
    title(f"tokens, {len(rows):,} rows", "")
    with counted() as calls:
        check(path, resolve("openai"), 1)
    figure("share of rows counted at 65,536 (%)", 100 * len(calls) / len(rows), budget=1)
    plain = best(lambda: [len(encode(text, disallowed_special=())) for text in texts], 2)
    for limit in LIMITS:
        settings = resolve("openai:gpt-4o", counting=Counting(limit))
        for jobs in (1, 2):
            took = best(partial(check, path, settings, jobs), 2)
            figure(f"limit {limit:,}, processes {jobs}, against tiktoken", took / plain, budget=1.3)
    memory = peak_memory(path, "--token-limit", str(LIMITS[0]))
    figure("peak memory with all counted (MB)", memory)
