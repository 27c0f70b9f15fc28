"""The facts of a row, and what rules that compare rows see of it. Pure, and the same everywhere."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, TypeVar

from msgspec import Struct
from xxhash import xxh3_64, xxh3_64_digest, xxh3_64_intdigest

from turnlint.corpus.profile import profile_of
from turnlint.corpus.words import LONGEST_TEXT
from turnlint.formats import Format
from turnlint.model import Call, Example, Facts, Turn
from turnlint.rules.alike import near_text
from turnlint.rules.compare import Exchange
from turnlint.text.canonical import canonical, canonical_json
from turnlint.text.decode import decode
from turnlint.text.layout import LAYOUT, layout_of
from turnlint.text.normal import normal

__all__ = [
    "JOINS",
    "LABEL_BYTES",
    "LABEL_WORDS",
    "LAYOUT",
    "SYSTEM",
    "Plan",
    "answer_of",
    "example_in",
    "example_of",
    "exchanges",
    "facts_from",
    "facts_of",
    "label_of",
    "layout_of",
    "near_text",
    "row_key",
]

JOINS = 64
"""So many answers of a row are compared with those of others: the last ones."""
LABEL_BYTES, LABEL_WORDS = 64, 4
"""An answer with more bytes of UTF-8, or more words, is no label."""
_Item = TypeVar("_Item")
SYSTEM = frozenset(("system", "developer"))


def row_key(raw: bytes) -> int:
    """The key of the bytes of a row, without its line end and outer white space."""
    return xxh3_64_intdigest(raw.strip(b" \t\r"))


def example_of(raw: bytes, format: Format | None) -> Example | None:  # noqa: A002
    """What a row of a format holds; None where it is no JSON object or the format is not known."""
    return example_in(decode(raw).value, format)


def example_in(value: Any, format: Format | None) -> Example | None:  # noqa: A002
    """What a decoded row of a format holds, likewise."""
    return format.example(value) if format is not None and type(value) is dict else None


def facts_of(raw: bytes, format: Format | None) -> Facts:  # noqa: A002
    """The facts of a row."""
    return facts_from(raw, example_of(raw, format))


def facts_from(raw: bytes, example: Example | None) -> Facts:
    """The facts of a row that was taken apart."""
    key = row_key(raw)
    if example is None or not example.all_turns:
        return Facts(key, (key,))
    course = _course(example)
    said = [normal(example.turns[at].text) for at in course.asked]
    answer = answer_of(example)
    text = _text(answer)
    return Facts(
        key,
        tuple(filter(None, _joins(example, course, said)))[-JOINS:],
        _system_key(next((turn.text for turn in example.turns if turn.role in SYSTEM), "")),
        profile_of(text, any(turn.calls for turn in answer), _text(example.non_preferred)),
        label_of(text),
        layout_of(example.value),
        tuple((tool.name, _key(canonical(tool.parameters))) for tool in example.tools if tool.name),
    )


class Plan:
    """How the facts of plain rows are made of their texts alone: of rows with the same keys and roles."""

    def __init__(self, example: Example) -> None:
        """Take one of these rows. Each of its turns has one text, which is not blank, and nothing else."""
        turns = example.all_turns
        course = _course(example)
        roles = [turn.role for turn in example.turns]
        end = len(turns) - len(example.non_preferred)
        answer = [course.ends[-1]] if answer_of(example) else []
        self._system = next((at for at, role in enumerate(roles) if role in SYSTEM), None)
        self._asked = _picker(course.asked)
        first = course.solid.index(True) if True in course.solid else len(roles)
        self._counts = _picker([count for count in course.counts if count > first][-JOINS:])
        self._answer = _picker(range(len(roles), end) if example.outputs else answer)
        self._others = _picker(range(end, len(turns)))
        self._compared = _picker([at for at, turn in enumerate(turns) if turn.role not in SYSTEM])
        self._layout = layout_of(example.value)
        self._is_told = bool(turns)

    def near_text(self, texts: list[str]) -> str:
        """The text of such a row by which those that are nearly the same are found."""
        return "\n".join(self._compared(texts))[:LONGEST_TEXT]

    def facts(self, raw: bytes, texts: list[str]) -> Facts:
        """The facts of a row with these texts, as `facts_from` makes them."""
        key = row_key(raw)
        if not self._is_told:
            return Facts(key, (key,))
        answer = "\n".join(self._answer(texts))
        chained = _chained(map(normal, self._asked(texts)))
        return Facts(
            key,
            tuple(self._counts(chained)) or (_lonely(answer) or chained[-1],),
            0 if self._system is None else _system_key(texts[self._system]),
            profile_of(answer, False, "\n".join(self._others(texts))),
            label_of(answer),
            self._layout,
        )


class _Course(Struct, frozen=True):
    """Which turns of an example ask, and how many of them stand before each answer."""

    asked: list[int]
    """The turns before the last answer that are no answers, by their place in `Example.turns`."""
    solid: list[bool]
    """Whether each of them asks for something: a system prompt alone does not."""
    ends: list[int]
    """Where each answer stands in `Example.turns`: at the end, where these are the prompt as a whole."""
    counts: list[int]
    """How many of the turns that ask stand before it."""


def _course(example: Example) -> _Course:
    return _course_of(tuple([turn.role for turn in example.turns]), _is_prompt(example))


@lru_cache(256)
def _course_of(roles: tuple[str | None, ...], is_prompt: bool) -> _Course:
    ends = [at for at, role in enumerate(roles) if role == "assistant"]
    if not ends or is_prompt:
        ends = [len(roles)]
    asked = [at for at in range(ends[-1]) if roles[at] != "assistant"]
    solid = [roles[at] not in SYSTEM for at in asked]
    return _Course(asked, solid, ends, [bisect_left(asked, end) for end in ends])


def _is_prompt(example: Example) -> bool:
    """Whether all turns are one prompt: the answer stands elsewhere, or the model is to find it."""
    return example.outputs is not None or example.is_prompt


def answer_of(example: Example) -> tuple[Turn, ...]:
    """The last answer, of preference data the preferred one; nothing where it is not told as turns."""
    if _is_prompt(example):
        return example.preferred
    return tuple([turn for turn in example.turns if turn.role == "assistant"][-1:])


def exchanges(example: Example) -> list[Exchange]:
    """The answers of an example, each with what it answers; none where it has no turns."""
    if not example.all_turns:
        return []
    course = _course(example)
    before = xxh3_64(b"".join(_around(example)))
    texts = [normal(turn.text) for turn in example.turns]
    said = [_said(*one, example) for one in zip(texts, example.turns, strict=True)]
    joins = _joins(example, course, [texts[at] for at in course.asked])
    other = _key(_all_said(example.non_preferred, example)) if example.non_preferred else 0
    found = []
    start = 0
    for end, join in zip(course.ends, joins, strict=True):
        before.update(b"".join(said[start:end]))
        start = end
        turns = example.turns[end : end + 1] or example.preferred
        answer = said[end] if end < len(said) else _all_said(turns, example) or _extra(example)
        is_last = end >= len(said) - 1
        found.append(Exchange(before.intdigest(), _key(answer), turns, other, is_last, join))
    return found


def _joins(example: Example, course: _Course, said: Sequence[bytes]) -> list[int]:
    """The key under which each exchange is found by others like it; 0 where nothing is asked.

    `said` are the normal forms of what the turns say that ask. A key is made of what is said before the
    answer, but for earlier answers, calls and tools, so that it costs little. Rows with one prompt share it.
    """
    shown = [media.encode("utf-8", "surrogatepass") for media in example.media]
    asked = zip(said, [example.turns[at] for at in course.asked], strict=True)
    pieces = shown + [_piece(*one, example) for one in asked]
    counts = [count + len(shown) for count in course.counts]
    solid = [True] * len(shown) + course.solid
    first = next((at for at, piece in enumerate(pieces) if piece and solid[at]), len(pieces))
    chained = _chained(pieces)
    keys = [chained[count] if count > first else 0 for count in counts]
    if not any(keys):
        alone = chained[-1] if any(pieces) else _key(canonical(example.value))
        keys[-1] = _lonely(_text(answer_of(example))) or alone
    return keys


def _chained(pieces: Iterable[bytes]) -> list[int]:
    """The keys of the first so many pieces, from none on."""
    keys = [0]
    for piece in pieces:
        keys.append(_key(piece, keys[-1]))
    return keys


def _lonely(answer: str) -> int:
    """The key under which an answer to nothing is found; 0 where it says nothing."""
    said = normal(answer)
    return _key(b"\1" + said) if said else 0


def _piece(said: bytes, turn: Turn, example: Example) -> bytes:
    """What a turn asks whose texts say so much."""
    if turn.content == "text" and not turn.images:
        return said
    shown = [(image.url or "").encode("utf-8", "surrogatepass") for image in turn.images]
    return b"\1".join((said, *shown, *_unread(turn, example)))


def _said(said: bytes, turn: Turn, example: Example) -> bytes:
    """All that a turn says whose texts say so much, as a key of 8 bytes."""
    said = (turn.role or "").encode() + b"\0" + said
    more = [b"name" + normal(turn.name)] if turn.name else []
    more += [b"refusal"] if turn.refusal else []
    more += [b"image" + (image.url or "").encode("utf-8", "surrogatepass") for image in turn.images]
    more += [b"call" + piece for call in turn.calls for piece in _call(call)]
    more += _unread(turn, example)
    return xxh3_64_digest(b"".join(map(xxh3_64_digest, (said, *more))) if more else said)


def _all_said(turns: Iterable[Turn], example: Example) -> bytes:
    return b"".join(_said(normal(turn.text), turn, example) for turn in turns)


def _call(call: Call) -> tuple[bytes, bytes]:
    return normal(call.name or ""), canonical_json(call.arguments)


def _unread(turn: Turn, example: Example) -> Iterator[bytes]:
    """What of a turn is not understood, as it stands: it might make all the difference."""
    if turn.content in ("text", "null"):
        return
    message = example.value
    for step in turn.pointer:
        message = message[step]
    if turn.content == "parts":
        start = len(turn.pointer) + 1
        places = [text.pointer for text in turn.texts]
        places += [image.place.pointer for image in turn.images if image.url]
        read = {pointer[start] for pointer in places if len(pointer) > start}
        yield from (canonical(part) for at, part in enumerate(message[turn.content_key]) if at not in read)
    elif turn.implied:
        yield canonical(message[turn.content_key])
    elif turn.content == "other" or not (turn.texts or turn.calls):
        yield canonical(message)


def _around(example: Example) -> Iterator[bytes]:
    """What the model reads and sees besides the turns, as keys of 8 bytes."""
    for tool in example.tools:
        yield xxh3_64_digest(normal(tool.name or ""))
        yield xxh3_64_digest(normal(tool.description.value if tool.description else ""))
        yield xxh3_64_digest(canonical(tool.parameters))
    for text in example.aside:
        yield xxh3_64_digest(canonical_json(text.value))
    for media in example.media:
        yield xxh3_64_digest(media.encode("utf-8", "surrogatepass"))


def _extra(example: Example) -> bytes:
    """The fields for a grader."""
    return canonical(example.fields)


def _text(turns: Iterable[Turn]) -> str:
    return "\n".join(turn.text for turn in turns)


def label_of(answer: str) -> str | None:
    """An answer that is short enough to be one of a few."""
    if not answer or len(answer) > LABEL_BYTES:
        return None
    is_short = len(answer.encode("utf-8", "surrogatepass")) <= LABEL_BYTES
    return answer if is_short and len(answer.split()) <= LABEL_WORDS else None


def _system_key(system: str) -> int:
    return _key(system.encode("utf-8", "surrogatepass")) if system else 0


def _picker(places: Sequence[int]) -> Callable[[list[_Item]], Sequence[_Item]]:
    """What takes the items at some places."""
    if not places:
        return itemgetter(slice(0))
    if places[-1] - places[0] == len(places) - 1:
        return itemgetter(slice(places[0], places[-1] + 1))
    return itemgetter(*places)


_key = xxh3_64_intdigest
