"""Seeded generators of benchmark files: the same bytes on every machine.

chat: 2.4 KB a row, emoji and CJK in 30 % of the rows. short: 100 bytes a row. broken: chat with the same
fault in every row. faults: chat with an unknown role in 30 % of the rows. copies: chat in which 19 % of the
rows stand in groups of 12 equal ones. large: chat that is made fast, in which 6 % of the rows repeat an
earlier one, byte for byte or nearly, or contradict it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson

_LETTERS = "etaoinshrdlucmfwypvbgkqjxz"
_FOREIGN = ("你好，世界", "🙂", "お元気ですか", "café déjà vu", "한국어 문장", "🚀✨")


def vocabulary(rng: random.Random) -> list[str]:
    """Words of letters that are as common as in English."""
    weights = [26 - at for at in range(26)]
    return ["".join(rng.choices(_LETTERS, weights, k=rng.randint(2, 9))) for _ in range(8_000)]


def prose(rng: random.Random, words: list[str], count: int) -> str:
    """A text of so many words."""
    chosen = rng.choices(words, k=count)
    for at in range(9, count, 12):
        chosen[at] += rng.choice(".,;?")
    if count > 40 and rng.random() < 0.3:
        chosen[count // 2] += "\n\n"
    return " ".join(chosen).capitalize() + "."


def chat(rng: random.Random) -> Iterator[bytes]:
    """Endless chat rows of about 2.4 KB."""
    words = vocabulary(rng)
    while True:
        system = "You are a careful assistant of the harbour office. " + prose(rng, words, 8)
        messages = [{"role": "system", "content": system}]
        foreign = rng.random() < 0.3
        for _ in range(rng.randint(1, 4)):
            question, answer = (
                prose(rng, words, rng.randint(15, 60)),
                prose(rng, words, rng.randint(60, 140)),
            )
            if foreign:
                question, answer = f"{rng.choice(_FOREIGN)} {question}", f"{answer} {rng.choice(_FOREIGN)}"
            messages += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
        yield orjson.dumps({"messages": messages})


def short(rng: random.Random) -> Iterator[bytes]:
    """Endless chat rows of about 100 bytes."""
    words = vocabulary(rng)
    while True:
        question, answer = f"{rng.choice(words)} {rng.getrandbits(40)}", rng.choice(words)
        messages = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
        yield orjson.dumps({"messages": messages})


def _break(fault: Callable[[bytes], bytes]) -> Callable[[random.Random], Iterator[bytes]]:
    return lambda rng: (fault(row) for row in chat(rng))


BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "unknown-role": lambda row: row.replace(b'"role":"assistant"', b'"role":"gpt"', 1),
    "truncated": lambda row: row[: len(row) * 2 // 3].decode("utf-8", "ignore").encode(),
    "trailing-comma": lambda row: row[:-2] + b",]}",
    "single-quotes": lambda row: repr(orjson.loads(row)).encode(),
    "unknown-key": lambda row: row[:-1] + b',"weight":1}',
    "empty-answer": lambda row: row[: row.rindex(b'"content":"')] + b'"content":" "}]}',
    "special-token": lambda row: row.replace(b'"content":"', b'"content":"<|im_start|>', 1),
    "duplicate-key": lambda row: row[:-3] + b',"role":"assistant"}]}',
}


def faults(rng: random.Random) -> Iterator[bytes]:
    """Endless chat rows, 30 % of them with an unknown role."""
    break_ = BROKEN["unknown-role"]
    return (break_(row) if rng.random() < 0.3 else row for row in chat(rng))


def copies(rng: random.Random) -> Iterator[bytes]:
    """Endless chat rows, 19 % of them in groups of 12 copies, of which 40 groups are open at a time."""
    fresh = chat(rng)
    groups = [[next(fresh)] * 12 for _ in range(40)]
    while True:
        if rng.random() >= 0.19:
            yield next(fresh)
            continue
        group = rng.choice(groups)
        yield group.pop()
        if not group:
            group += [next(fresh)] * 12


def large(rng: random.Random) -> Iterator[bytes]:
    """Endless chat rows of about 2.4 KB, of which some are made of one of 10,000 earlier rows."""
    earlier: list[list[str]] = []
    for texts in _conversations(rng):
        kind = rng.random() if len(earlier) == _EARLIER else 1.0
        planted = next((made for share, made in _PLANTED if kind < share), None)
        if planted is not None:
            texts = planted(rng, rng.choice(earlier), texts)
        elif len(earlier) < _EARLIER:
            earlier.append(texts)
        elif rng.random() < 0.02:
            earlier[rng.randrange(_EARLIER)] = texts
        yield orjson.dumps({"messages": [_turn(at, text) for at, text in enumerate(texts)]})


_EARLIER = 10_000


def _conversations(rng: random.Random) -> Iterator[list[str]]:
    """Endless system prompts with questions and answers. Some words are everywhere, and some are rare."""
    import numpy as np

    words = vocabulary(rng)
    source = np.random.default_rng(rng.getrandbits(64))
    while True:
        drawn = (source.random(1 << 20) ** 3 * len(words)).astype(np.intp).tolist()
        at = 0
        while at < len(drawn) - 1_000:
            sizes = [n for _ in range(rng.randint(1, 4)) for n in (rng.randint(15, 60), rng.randint(60, 140))]
            texts = [f"You are a careful assistant of the harbour office {rng.randint(1, 5)}."]
            for size in sizes:
                texts.append(" ".join(map(words.__getitem__, drawn[at : at + size])))
                at += size
            yield texts


def _turn(at: int, text: str) -> dict[str, str]:
    return {"role": ("assistant" if at % 2 == 0 else "user") if at else "system", "content": text}


def _edited(rng: random.Random, old: list[str], new: list[str]) -> list[str]:
    """The last answer with one word of forty changed."""
    words, fresh = old[-1].split(" "), new[-1].split(" ")
    for at in range(rng.randrange(20), len(words), 40):
        words[at] = rng.choice(fresh)
    return [*old[:-1], " ".join(words)]


_PLANTED: tuple[tuple[float, Callable[[random.Random, list[str], list[str]], list[str]]], ...] = (
    (0.02, lambda rng, old, new: old),
    (0.03, lambda rng, old, new: [text.upper() for text in old]),
    (0.04, lambda rng, old, new: [*old[:-1], new[-1]]),
    (0.06, _edited),
)
"""Up to which share of the rows, what is made of an earlier row and of a new one."""


KINDS: dict[str, Callable[[random.Random], Iterator[bytes]]] = {
    "chat": chat,
    "short": short,
    "faults": faults,
    "copies": copies,
    "large": large,
    **{f"broken-{name}": _break(fault) for name, fault in BROKEN.items()},
}


def rows_of(kind: str, seed: int = 1) -> Iterator[bytes]:
    """The endless rows of a kind, without line ends."""
    return KINDS[kind](random.Random(seed))


def write(kind: str, path: Path, size: int) -> Path:
    """Write a file of at least `size` bytes, unless it is there already."""
    if path.exists() and path.stat().st_size >= size and _first_row(path) == next(rows_of(kind)):
        return path
    total = 0
    with path.open("wb") as stream:
        for row in rows_of(kind):
            total += stream.write(row + b"\n")
            if total >= size:
                return path
    raise AssertionError("the generators are endless")


def _first_row(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.readline().rstrip(b"\n")
