"""Whether two rows say nearly the same, word by word, and in what they differ.

Not every two rows with most words in common are: templates with other values, questions about one passage and
tasks with other numbers share their words too. So both the prompts and the answers must be alike, each in
their own right, and what stands in one row for something in the other must be no other value and no other
question.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property, lru_cache
from itertools import chain, takewhile
from typing import TYPE_CHECKING
from unicodedata import category, normalize

from msgspec import Struct

from turnlint.corpus.words import LONGEST_TEXT, SIZE, UNSPACED
from turnlint.model import Example, Turn
from turnlint.rules import quote
from turnlint.text.canonical import canonical
from turnlint.text.compact import compact
from turnlint.text.secrets import hide

if TYPE_CHECKING:
    from turnlint.rules.compare import Member

__all__ = ["Likeness", "Reading", "likeness", "near_text"]

_SHORT = 8
"""An answer of fewer words is another one with any other word,"""
_EDITS = 0.15
"""a longer one where more than one word differs, and more than this share."""
_SHARED = 0.5
"""Prompts have at least this share of their words in common."""
_SENTENCE, _UNSPACED_SENTENCE = 0.2, 0.3
"""A question is another one where more than this share of its words is: where they are characters, more."""
_FAR = 100
"""So many words before and behind a change are looked at for the ends of its sentence."""
_STRETCH, _STRETCH_LENGTH = 4, 12
"""So many words in a row, of so many code points, that quite other ones stand for are other contents."""
_GAP = 2
"""Changes with so few equal words between them are one."""
_KIN, _LEGIBLE = 0.8, 5
"""Words of five letters or more that are spelled so much alike are variants, not other values."""
_ALIGNED = 5_000
"""So many words are aligned at most, from the first difference on: memory grows with their square."""
_TOLD = 3
_QUOTED = 30
_OPERATORS = frozenset("*/%&|@#")
"""Beside what Unicode takes for symbols."""

_TRUTHS = frozenset(("yes", "no", "true", "false"))
_NEGATIONS = frozenset(
    (
        *("not", "no", "never", "none", "nor", "cannot", "without", "t"),  # as in don't
        *("nicht", "kein", "keine", "nie", "pas", "jamais", "nunca", "non"),
    )
)
_NUMERALS = frozenset(
    (
        *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
        *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
        *("thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "thousand"),
    )
)

_END = re.compile(r"[.!?。！？:\n]")
_ASKS = re.compile(r"[?？]")
_ASCII = re.compile(r"[A-Za-z0-9]+")
"""Finds words in texts of ASCII alone, as `_pattern` does."""


class Likeness(Struct, frozen=True):
    """How two rows are alike."""

    share: float
    """How many of their runs of three words they have in common."""
    difference: str
    """In what the second differs from the first."""

    @property
    def words(self) -> str:
        """Both in a few words."""
        return f"{int(100 * self.share)} %: {self.difference}"


class Passage:
    """A text as words, which are compared folded."""

    def __init__(self, text: str) -> None:
        self.text = text[:LONGEST_TEXT]

    @cached_property
    def edges(self) -> list[int]:
        """Where each word begins and ends, in turn."""
        return list(chain.from_iterable(map(re.Match.span, self._pattern.finditer(self.text))))

    @cached_property
    def starts(self) -> list[int]:
        """Where each word begins."""
        return self.edges[::2]

    @cached_property
    def ends(self) -> list[int]:
        """Where each word ends."""
        return self.edges[1::2]

    @cached_property
    def words(self) -> list[str]:
        """The words, folded."""
        if self.text.isascii():
            return self._pattern.findall(self.text.lower())
        return list(map(_folded, self._pattern.findall(self.text)))

    @property
    def _pattern(self) -> re.Pattern[str]:
        return _ASCII if self.text.isascii() else _pattern()

    def between(self, first: int, end: int) -> str:
        """The text of some words, as it is written, white space collapsed and secrets hidden."""
        if first == end:
            return ""
        return " ".join(self._hidden[self.starts[first] : self.ends[end - 1]].split())

    def sentence(self, first: int, end: int) -> tuple[int, bool]:
        """How many words the sentence around some words has, and whether it is a question."""
        lowest, highest = max(first - _FAR, 0), min(end + _FAR, len(self.starts))
        before = bisect_left(self._marks, self.starts[first]) - 1
        behind = bisect_left(self._marks, self.ends[end - 1])
        if before >= 0:
            lowest = max(lowest, bisect_left(self.starts, self._marks[before]))
        if behind < len(self._marks):
            highest = min(highest, bisect_left(self.starts, self._marks[behind]))
        stop = self.starts[highest] if highest < len(self.starts) else len(self.text)
        return highest - lowest, bool(_ASKS.search(self.text, self.ends[highest - 1], stop))

    @cached_property
    def _marks(self) -> list[int]:
        """Where a sentence ends: never within a word."""
        return [found.start() for found in _END.finditer(self.text)]

    def _ends(self, at: int) -> bool:
        """Whether a sentence ends between a word and the next one."""
        return _END.search(self.text, self.ends[at], self.starts[at + 1]) is not None

    @cached_property
    def _hidden(self) -> str:
        return hide(self.text)

    def names(self, first: int, end: int) -> list[str]:
        """The words among some that are written with a capital letter, though no sentence begins there."""
        return [
            self.words[at]
            for at in range(max(first, 1), end)
            if self.text[self.starts[at]].isupper() and not self._ends(at - 1)
        ]

    @cached_property
    def gaps(self) -> list[str]:
        """What stands before, between and behind the words: punctuation, however it is written."""
        edges = [0, *self.edges, len(self.text)]
        found = (self.text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True))
        return ["".join(normalize("NFKC", gap).split()) for gap in found]


class Change(Struct, frozen=True):
    """What stands in one passage for what is in another: ranges of words, one of which may be empty."""

    one: Passage
    other: Passage
    old: tuple[int, int]
    new: tuple[int, int]

    @property
    def words(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The words on both sides."""
        return tuple(self.one.words[slice(*self.old)]), tuple(self.other.words[slice(*self.new)])

    @property
    def size(self) -> int:
        """How many words differ, counted on the side that has more."""
        return max(self.old[1] - self.old[0], self.new[1] - self.new[0])

    @property
    def replaces(self) -> bool:
        """There are words on both sides."""
        return self.old[0] < self.old[1] and self.new[0] < self.new[1]

    @property
    def denies(self) -> bool:
        """A `not` comes or goes."""
        old, new = map(_NEGATIONS.intersection, self.words)
        return old != new

    @property
    def is_value(self) -> bool:
        """A number stands for another one, a name, or the other word for whether something holds."""
        for is_one in (_is_number, _TRUTHS.__contains__):
            old, new = (set(filter(is_one, words)) for words in self.words)
            if old and new and old != new:
                return True
        names, others = self.one.names(*self.old), self.other.names(*self.new)
        return bool(names and others) and not set(names) & set(others) and not _are_variants(names, others)

    def joined(self, later: Change) -> Change:
        """This change, one behind it and what is between them."""
        return Change(self.one, self.other, (self.old[0], later.old[1]), (self.new[0], later.new[1]))

    def told(self) -> str:
        """In words, as seen from the second passage."""
        old, new = self.one.between(*self.old), self.other.between(*self.new)
        if not new:
            return f"without {quote(old, _QUOTED)}"
        return f"{quote(new, _QUOTED)} for {quote(old, _QUOTED)}" if old else f"{quote(new, _QUOTED)} added"


class Reading:
    """A row as passages: its system prompt, what was asked before its last answer, and that answer."""

    def __init__(self, example: Example) -> None:
        answers = [at for at, turn in enumerate(example.turns) if turn.role == "assistant"]
        cut = len(example.turns) if example.outputs is not None or not answers else answers[-1]
        asked, answer = example.turns[:cut], example.turns[cut:] + example.preferred
        self.example = example
        self.system = Passage(_text(turn for turn in asked if _is_system(turn)))
        self.asked = Passage(_text(turn for turn in asked if not _is_system(turn)))
        self.answers = [Passage(_text(answer)), Passage(_text(example.non_preferred))]

    @cached_property
    def runs(self) -> frozenset[str]:
        """Its runs of three words, without those of the system prompt."""
        words = list(chain(self.asked.words, *(answer.words for answer in self.answers)))
        return frozenset(map(" ".join, zip(*(words[at:] for at in range(SIZE)), strict=False)))

    @cached_property
    def seen(self) -> tuple[str, ...]:
        """The images and other media that it shows."""
        images = (image.url or "" for turn in self.example.all_turns for image in turn.images)
        return (*images, *self.example.media)

    @cached_property
    def graded(self) -> bytes:
        """What its grader's fields say, and what somebody found of its answer."""
        return canonical([self.example.fields, self.example.verdict])


def near_text(example: Example) -> str:
    """The text of an example by which nearly equal ones are found: all turns but the system prompt."""
    return _text(turn for turn in example.all_turns if not _is_system(turn))[:LONGEST_TEXT]


def _is_number(word: str) -> bool:
    return word[:1].isdigit() or word in _NUMERALS


def _is_system(turn: Turn) -> bool:
    return turn.role in ("system", "developer")


def _text(turns: Iterable[Turn]) -> str:
    return "\n".join(chain.from_iterable(map(_said, turns)))


def _said(turn: Turn) -> Iterator[str]:
    yield from (text.value for text in turn.texts)
    for call in turn.calls:
        yield call.name or ""
        yield call.arguments if type(call.arguments) is str else compact(call.arguments)


def likeness(one: Member, other: Member, least: float) -> Likeness | None:
    """Say how two rows are alike; None where they do not say nearly the same, or say just the same.

    `least` is the share of runs of three words that they must have in common.
    """
    if one.raw == other.raw or one.reading is None or other.reading is None:
        return None
    first, second = one.reading, other.reading
    if not _are_kin(first, second):
        return None
    strict = list(zip((*first.answers, first.system), (*second.answers, second.system), strict=True))
    *answers, system = (_changes(*pair) for pair in strict)
    if not all(map(_is_near, *zip(*strict, strict=True), (*answers, system))):
        return None
    asked = _changes(first.asked, second.asked)
    told = list(chain(asked, *answers))
    is_short = all(len(answer.words) < _SHORT for answer in (*first.answers, *second.answers))
    if (
        not (told or _differ_in_signs(first, second))
        or _size(asked) > (1 - _SHARED) * max(len(first.asked.words), len(second.asked.words))
        or _swaps(system + told)
        or any(_is_another_question(change, is_short) for change in asked)
    ):
        return None
    share = len(first.runs & second.runs) / (len(first.runs | second.runs) or 1)
    return Likeness(share, _difference(told)) if share >= least else None


def _are_kin(one: Reading, other: Reading) -> bool:
    """Whether two rows are trained by one method, show the same and have the same grader's fields."""
    is_preference, other_is = (reading.example.outputs is not None for reading in (one, other))
    return is_preference == other_is and one.seen == other.seen and one.graded == other.graded


def _is_near(one: Passage, other: Passage, changes: Sequence[Change]) -> bool:
    """Whether an answer is nearly the same as another one in its own right."""
    size = max(len(one.words), len(other.words))
    return _size(changes) <= (max(1, _EDITS * size) if size >= _SHORT else 0)


def _changes(one: Passage, other: Passage) -> list[Change]:
    """What stands in the second passage for something in the first, in order."""
    left, right = one.words, other.words
    if left == right:
        return []
    from rapidfuzz.distance import Levenshtein

    head = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(left, right, strict=False)))
    ends = min(len(left), head + _ALIGNED), min(len(right), head + _ALIGNED)
    blocks = Levenshtein.opcodes(left[head : ends[0]], right[head : ends[1]]).as_matching_blocks()
    found = []
    old = new = head
    for block in blocks:
        if (old, new) != (head + block.a, head + block.b):
            found.append(Change(one, other, (old, head + block.a), (new, head + block.b)))
        old, new = head + block.a + block.size, head + block.b + block.size
    if ends != (len(left), len(right)) and len(found) > 1:
        found.pop()  # where the rest was cut off
    return found


def _size(changes: Iterable[Change]) -> int:
    return sum(change.size for change in changes)


def _swaps(changes: Sequence[Change]) -> bool:
    """Whether some value, or contents of several words, stand for others, or one row denies the other."""
    if any(change.denies for change in changes):
        return True
    replaced = [change for change in changes if change.replaces]
    found: set[tuple[tuple[str, ...], tuple[str, ...]]] = set()
    for change in replaced:
        if change.is_value or (change.words in found and not _are_variants(*change.words)):
            return True
        found.add(change.words)
    return any(map(_is_other_content, _stretches(changes)))


def _are_variants(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether words are spelled much alike."""
    from rapidfuzz.distance import Indel

    one, other = " ".join(old), " ".join(new)
    return min(len(one), len(other)) >= _LEGIBLE and Indel.normalized_similarity(one, other) >= _KIN


def _stretches(changes: Iterable[Change]) -> Iterator[Change]:
    """Changes, those close to each other taken together."""
    held: Change | None = None
    for change in changes:
        if held is not None and held.other is change.other and change.new[0] - held.new[1] <= _GAP:
            held = held.joined(change)
            continue
        if held is not None:
            yield held
        held = change
    if held is not None:
        yield held


def _is_other_content(change: Change) -> bool:
    old, new = change.words
    fewest = min(len(old), len(new))
    return (
        fewest >= _STRETCH
        and min(sum(map(len, old)), sum(map(len, new))) >= _STRETCH_LENGTH
        and len(set(old) & set(new)) * 3 < fewest
    )


def _is_another_question(change: Change, is_short: bool) -> bool:
    """Whether a change makes another question; where the answer is short, every sentence may be one."""
    old, new = change.old, change.new
    is_old = old[1] - old[0] > new[1] - new[0]
    words, asks = change.one.sentence(*old) if is_old else change.other.sentence(*new)
    share = _UNSPACED_SENTENCE if all(len(word) == 1 for word in chain(*change.words)) else _SENTENCE
    return (asks or is_short) and change.size > share * words


def _differ_in_signs(one: Reading, other: Reading) -> bool:
    """Whether punctuation differs between the same words, and nothing that may be an operator or an emoji."""
    found = False
    for left, right in (one.asked, other.asked), *zip(one.answers, other.answers, strict=True):
        for before, after in zip(left.gaps, right.gaps, strict=True):
            if before != after:
                found = True
                changed = (Counter(before) - Counter(after)) + (Counter(after) - Counter(before))
                if any(sign in _OPERATORS or category(sign)[0] == "S" for sign in changed):
                    return False
    return found


def _difference(changes: Sequence[Change]) -> str:
    told = [change.told() for change in changes[:_TOLD]]
    more = len(changes) - len(told)
    return ", ".join(told + [f"{more} more"] * bool(more)) or "other punctuation"


@lru_cache(1 << 14)
def _folded(word: str) -> str:
    return word.lower() if word.isascii() else normalize("NFKC", normalize("NFKC", word).casefold())


@cache
def _pattern() -> re.Pattern[str]:
    """Finds words as `corpus.words` has them, as they are written."""
    own = "".join(f"{chr(first)}-{chr(last)}" for first, last in UNSPACED)
    marks = "\u0300-\u036f\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0900-\u0963\u0966-\u0dff"
    own_marks = "\u0e31-\u0e3a\u0e47-\u0e4e\u102b-\u103e\u17b4-\u17d3"
    return re.compile(rf"(?=[^\W_]|[{own_marks}])[{own}]|(?:[^\W_{own}]|[{marks}])+")
