"""A corpus with planted copies, conflicts and traps, and the truth about each of its rows.

It is made anew from a seed, the same on every machine. Words are drawn as often as natural ones are (by
Zipf's law) from a vocabulary that is made up, half of the rows have one of three long system prompts, and
besides prose there are Chinese and Japanese texts, code, numbers, labels, and rows of a few words.

What is planted:

- copies of an earlier row: `exact`, `normalised` (white space, case, full width, order of keys, escapes) and
  `edited` (single words are replaced, added or left out), whose `likeness` is the true Jaccard index of their
  runs of three words;
- `conflict`: the prompt of an earlier row with another label, another number, or quite another answer;
- traps, of which nothing may be said: `template` (a text with other values in it), `passage` (questions about
  one long passage), and the rows of a few words, which differ in one.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import accumulate
from typing import Any, NamedTuple

__all__ = ["Plant", "corpus"]


class Plant(NamedTuple):
    """The truth about a row."""

    kind: str
    """fresh, exact, normalised, edited, conflict, template or passage."""
    domain: str
    """What its text is like."""
    of: int | None = None
    """The earlier row that it is a copy of, or in conflict with."""
    likeness: float = 0.0
    """Of an edited copy: how many of their runs of three words the two have in common."""


class _Row(NamedTuple):
    """A conversation: what is said in turn, by user and assistant."""

    system: str
    texts: tuple[str, ...]


_SHARES = {
    "exact": 0.02,
    "normalised": 0.02,
    "edited": 0.04,
    "conflict": 0.03,
    "template": 0.05,
    "passage": 0.02,
}
_DOMAINS = {
    "prose": 0.72,
    "labels": 0.06,
    "numbers": 0.04,
    "chinese": 0.05,
    "japanese": 0.04,
    "code": 0.05,
    "short": 0.04,
}
_EDITS = (0.004, 0.01, 0.016, 0.022, 0.03, 0.038, 0.046, 0.055)
"""Shares of the words of a row that are changed."""
_LABELS = ("positive", "negative", "neutral")
_QUESTIONS = 5
"""So many are asked about a passage."""
_LONGEST_WORD = 12
_HAN = [chr(code) for code in range(0x4E00, 0x4E00 + 3_000)]
_KANA = [chr(code) for code in range(0x3042, 0x3094)]


def corpus(rows: int, seed: int = 1) -> Iterator[tuple[bytes, Plant]]:
    """Yield so many rows, without line ends, each with the truth about it."""
    maker = _Maker(random.Random(seed))
    yield from maker.planted(rows)


class _Zipf:
    """Draws items, the first ones most often."""

    def __init__(self, items: list[str]) -> None:
        self.items = items
        self._weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(items))))

    def draw(self, chance: random.Random, count: int) -> list[str]:
        return chance.choices(self.items, cum_weights=self._weights, k=count)


@cache
def _vocabulary() -> _Zipf:
    """60,000 words that can be spoken, the same for all corpora."""
    chance = random.Random("vocabulary")
    onsets = ["", *"bcdfghjklmnprstvwz", "br", "ch", "cl", "dr", "gr", "pl", "st", "th", "tr"]
    vowels = [*"aeiou", "ai", "ea", "io", "ou"]
    codas = ["", "", *"dlmnrst", "ng", "st"]
    found: dict[str, None] = {}
    while len(found) < 60_000:
        length = chance.choice((1, 1, 2, 2, 3, 3, 4)) if len(found) > 300 else 1
        word = "".join(chance.choice(part) for _ in range(length) for part in (onsets, vowels, codas))
        if 1 < len(word) <= _LONGEST_WORD:
            found[word] = None
    return _Zipf(list(found))


class _Maker:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.words = _vocabulary()
        self.han, self.kana = _Zipf(_HAN), _Zipf(_KANA)
        self.systems = [self.prose(90) for _ in range(3)]
        self.domains: dict[str, Callable[[], tuple[str, ...]]] = {
            "prose": self._talk,
            "labels": lambda: (f"Judge this text. {self.prose(40)}", self.chance.choice(_LABELS)),
            "numbers": lambda: (self.prose(30, "?"), f"The {self.word()} comes to {self.number()} in all."),
            "chinese": lambda: (self.chinese(30, "？"), self.chinese(110)),
            "japanese": lambda: (self.japanese(40, "？"), self.japanese(120)),
            "code": lambda: (self.prose(18), self.code()),
            "short": self._short,
        }
        self.shorts: set[str] = set()
        self.frames = {domain: self._frame(domain) for domain in ("prose", "chinese", "code", "short")}

    # Texts.

    def word(self) -> str:
        return self.words.draw(self.chance, 1)[0]

    def rare_word(self) -> str:
        """Any word, each as likely as others."""
        return self.chance.choice(self.words.items)

    def number(self) -> str:
        return str(self.chance.randrange(100, 10**6))

    def prose(self, count: int, end: str = ".") -> str:
        """Sentences of so many words together."""
        sentences = []
        while count > 0:
            length = min(count, self.chance.randint(9, 17))
            length = count if count - length < 6 else length
            sentences.append(" ".join(self.words.draw(self.chance, length)).capitalize() + ".")
            count -= length
        sentences[-1] = sentences[-1][:-1] + end
        return (
            "\n\n".join((" ".join(sentences[:4]), " ".join(sentences[4:])))
            if sentences[4:]
            else " ".join(sentences)
        )

    def chinese(self, count: int, end: str = "。") -> str:
        return self._unspaced(self.han.draw(self.chance, count), "，", "。", end)

    def japanese(self, count: int, end: str = "。") -> str:
        drawn = zip(self.han.draw(self.chance, count), self.kana.draw(self.chance, count), strict=True)
        return self._unspaced([one[self.chance.random() < 0.65] for one in drawn], "、", "。", end)

    def _unspaced(self, drawn: list[str], comma: str, stop: str, end: str) -> str:
        for at in range(8, len(drawn) - 4, 9):
            drawn[at] += self.chance.choice((comma, comma, stop))
        return "".join(drawn) + end

    def code(self) -> str:
        """A function, with a sentence around it."""
        names = [self.rare_word() for _ in range(6)]
        lines = [f"def {names[0]}_{names[1]}({names[2]}, {names[3]}=None):"]
        for _ in range(self.chance.randint(6, 12)):
            one, two, three = (self.chance.choice((*names, self.rare_word())) for _ in range(3))
            lines.append(
                self.chance.choice(
                    (
                        f"    {one} = {two}.{three}({self.chance.randrange(99)})",
                        f"    if {one} > {two}: raise ValueError('{three}')",
                        f"    for {one} in {two}: {three}.append({one})",
                        f"    {one}['{two}'] += len({three})",
                    )
                )
            )
        lines.append(f"    return {names[2]}, {names[4]}")
        return f"{self.prose(14)}\n```python\n" + "\n".join(lines) + "\n```"

    def _talk(self) -> tuple[str, ...]:
        texts: tuple[str, ...] = ()
        for _ in range(1 if self.chance.random() < 0.8 else 2):
            question = self.prose(self.chance.randint(18, 60), self.chance.choice("?."))
            texts += question, self.prose(self.chance.randint(60, 140))
        return texts

    def _short(self) -> tuple[str, ...]:
        """A question of a few words that nobody asked before."""
        while True:
            texts = (f"What is a {self.rare_word()}?", f"A {self.rare_word()}.")
            if texts[0] not in self.shorts:
                self.shorts.add(texts[0])
                return texts

    def _frame(self, domain: str) -> tuple[str, str]:
        """A prompt and its answer with eight slots each, of which every row fills in its own."""
        if domain == "short":
            return "Translate {} for me.", "{}"
        if domain == "chinese":
            return tuple("{}".join(self.chinese(12, "") for _ in range(6)) + "。" for _ in range(2))  # type: ignore[return-value]
        asked = " {} ".join(self.prose(12, "") for _ in range(6)) + "."
        if domain == "prose":
            return asked, " {} ".join(self.prose(10, "") for _ in range(6)) + "."
        return asked, "```python\n" + "\n".join(
            f"{self.rare_word()}.{self.rare_word()}({{}})" for _ in range(20)
        ) + "\n```"

    def _filled(self, domain: str) -> tuple[str, ...]:
        def slot() -> str:
            if domain == "chinese":
                return "".join(self.chance.choices(_HAN, k=self.chance.randint(2, 4)))
            return self.chance.choice((self.rare_word(), self.rare_word(), self.number()))

        return tuple(re.sub(r"\{\}", lambda _: slot(), text) for text in self.frames[domain])

    # Rows.

    def planted(self, rows: int) -> Iterator[tuple[bytes, Plant]]:
        kinds, shares = ["fresh", *_SHARES], [1 - sum(_SHARES.values()), *_SHARES.values()]
        originals: dict[str, list[tuple[int, _Row]]] = {domain: [] for domain in self.domains}
        passages: list[tuple[str, str]] = []
        for number in range(rows):
            kind = self.chance.choices(kinds, shares)[0]
            domain = self._domain(kind)
            if kind == "template":
                yield _written(self._row(self._filled(domain))), Plant(kind, domain)
            elif kind == "passage":
                domain, texts = self._questioned(passages, domain)
                yield _written(self._row(texts)), Plant(kind, domain)
            elif kind == "fresh" or not originals[domain]:
                row = self._row(self.domains[domain]())
                known = originals[domain]
                if len(known) < _WAITING:
                    known.append((number, row))
                elif self.chance.random() < 0.5:
                    known[self.chance.randrange(_WAITING)] = number, row
                yield _written(row), Plant("fresh", domain)
            else:
                of, row = originals[domain].pop(self.chance.randrange(len(originals[domain])))
                data, likeness = self._copied(kind, domain, row)
                yield data, Plant(kind, domain, of, likeness)

    def _domain(self, kind: str) -> str:
        among = _COPIED.get(kind, _DOMAINS)
        return self.chance.choices(list(among), list(among.values()))[0]

    def _row(self, texts: tuple[str, ...]) -> _Row:
        return _Row(self.chance.choice(self.systems) if self.chance.random() < 0.5 else "", texts)

    def _questioned(self, passages: list[tuple[str, str]], domain: str) -> tuple[str, tuple[str, ...]]:
        """One of several questions about a passage, and what it is like."""
        if not passages:
            passage = self.chinese(150) if domain == "chinese" else self.prose(150)
            passages += [(domain, passage)] * _QUESTIONS
        domain, passage = passages.pop()
        if domain == "chinese":
            return domain, (f"{passage}\n{self.chinese(14, '？')}", self.chinese(10))
        answer = self.prose(self.chance.randint(4, 10))
        return domain, (f"{passage}\n\n{self.prose(10, '?')}", answer)

    def _copied(self, kind: str, domain: str, row: _Row) -> tuple[bytes, float]:
        if kind == "exact":
            return _written(row), 1.0
        if kind == "normalised":
            return self._respelled(domain, row), 1.0
        if kind == "conflict":
            *asked, answer = row.texts
            return _written(row._replace(texts=(*asked, self._contrary(domain, answer)))), 0.0
        edited = self._edited(domain, row)
        return _written(edited), _likeness(row, edited)

    def _contrary(self, domain: str, answer: str) -> str:
        if domain == "labels":
            return self.chance.choice([label for label in _LABELS if label != answer])
        return re.sub(r"\d+", self.number(), answer) if domain == "numbers" else self.prose(80)

    def _respelled(self, domain: str, row: _Row) -> bytes:
        """The same row in another spelling."""
        way = self.chance.choice(_SPELLINGS[domain])
        if way == "keys":
            return _written(row, flipped=True)
        if way == "escapes":
            return _written(row).replace(b"h", b"\\u0068")  # no key and no role has one
        return _written(row._replace(texts=tuple(map(_WAYS[way], row.texts))))

    def _edited(self, domain: str, row: _Row) -> _Row:
        """The row with single words replaced, added or left out."""
        pattern = _CHARACTER if domain in ("chinese", "japanese") else _WORD
        spans = [(at, found.span()) for at, text in enumerate(row.texts) for found in pattern.finditer(text)]
        rate = self.chance.choice(_EDITS)
        chosen = self.chance.sample(spans, max(1, round(rate * len(spans))))
        texts = list(row.texts)
        for at, (start, end) in sorted(chosen, reverse=True):
            old, space = texts[at][start:end], "" if pattern is _CHARACTER else " "
            new = self.chance.choice(_HAN) if pattern is _CHARACTER else self.rare_word()
            new = self.chance.choice((new, new, new, f"{old}{space}{new}", ""))
            texts[at] = texts[at][:start] + new + texts[at][end:]
        return row._replace(texts=tuple(texts))


_WAITING = 400
"""So many rows of a domain wait for being copied."""
_COPIED = {
    "edited": {"prose": 0.7, "chinese": 0.1, "japanese": 0.1, "code": 0.1},
    "conflict": {"prose": 0.34, "labels": 0.33, "numbers": 0.33},
    "template": {"prose": 0.7, "chinese": 0.1, "code": 0.1, "short": 0.1},
    "passage": {"prose": 0.8, "chinese": 0.2},
}
"""What is copied: else, whatever there is."""
_WORD = re.compile(r"[A-Za-z]+")
_CHARACTER = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
_EITHER = re.compile("[a-z0-9]+|[\u3040-\u30ff\u4e00-\u9fff]")
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_NARROW = str.maketrans("，？", ",?")
_WAYS: dict[str, Callable[[str], str]] = {
    "spaces": lambda text: text.replace(". ", ".  ") + "\n",
    "apart": lambda text: " ".join(text),
    "lines": lambda text: text.replace(". ", ".\n"),
    "case": str.upper,
    "width": lambda text: text.translate(_WIDE),
    "narrow": lambda text: text.translate(_NARROW),
}
_SPELLINGS = {
    "prose": ("keys", "escapes", "spaces", "lines", "case", "width"),
    "labels": ("keys", "escapes", "spaces", "case", "width"),
    "numbers": ("keys", "escapes", "spaces", "lines"),
    "chinese": ("keys", "narrow", "apart"),
    "japanese": ("keys", "narrow", "apart"),
    "code": ("keys", "escapes", "spaces"),
    "short": ("keys", "escapes", "spaces", "case", "width"),
}


def _written(row: _Row, *, flipped: bool = False) -> bytes:
    turns = [("system", row.system)] * bool(row.system)
    turns += [(("user", "assistant")[at % 2], text) for at, text in enumerate(row.texts)]
    messages: list[dict[str, Any]] = [
        {"content": text, "role": role} if flipped else {"role": role, "content": text}
        for role, text in turns
    ]
    return json.dumps({"messages": messages}, ensure_ascii=False).encode()


def _likeness(one: _Row, other: _Row) -> float:
    """The Jaccard index of the runs of three words of two rows."""
    first, second = (
        {tuple(words[at : at + 3]) for at in range(len(words) - 2)}
        for words in (_EITHER.findall("\n".join(row.texts).lower()) for row in (one, other))
    )
    return len(first & second) / len(first | second)
