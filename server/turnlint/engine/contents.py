"""What the examples of a file say, in numbers: how much of it differs, and how much comes again and again.

Contents are made of counts alone, so those of the parts of a file add up to those of the whole, in any order.
They take some megabytes at most, whatever the file holds, and no text of it.
"""

from __future__ import annotations

from collections import Counter

import orjson
from msgspec import Struct, field
from xxhash import xxh3_64_intdigest

from turnlint.corpus.frequencies import Frequencies
from turnlint.corpus.profile import Pair, profile_of, read_profile
from turnlint.engine.facts import SYSTEM, answer_of, label_of
from turnlint.model import Example, Turn
from turnlint.text.canonical import canonical
from turnlint.text.normal import normal
from turnlint.tokens import Measured

__all__ = ["Contents"]

_OPENING = 5
"""So many words are the opening of an answer,"""
_BODY = 3
"""if so many words follow."""
_OPENED = 1_000
"""It stands in so many code points."""
_LEADING = 16
"""So many of the first turns are looked at for text that other examples begin with, too."""
_TOKENS = 64
"""Keys of pieces of prompts have their tokens above so many bits."""
_FENCE = "```json\n"


class Contents(Struct):
    """What some examples hold."""

    examples: int = 0
    prompts: Frequencies = field(default_factory=Frequencies)
    """What is asked before the last answer."""
    answers: Frequencies = field(default_factory=Frequencies)
    """The last answers; of preference data, the preferred ones. Those that say nothing and call nothing are
    left out."""
    openings: Frequencies = field(default_factory=Frequencies)
    """The first words of longer answers."""
    labels: Frequencies = field(default_factory=Frequencies)
    """The answers that are short enough to be one of a few labels."""
    systems: Frequencies = field(default_factory=Frequencies)
    """The system prompts of the examples that have one."""
    pairs: Counter[Pair] = field(default_factory=Counter)
    """Of preference data, how long the preferred answer is beside the other."""
    with_tools: int = 0
    """Examples that define tools,"""
    with_calls: int = 0
    """those with a call,"""
    with_idle_tools: int = 0
    """and those that define tools and call none."""
    json_answers: int = 0
    """Answers that are a JSON object or array, alone or as one block of code,"""
    json_layouts: Frequencies = field(default_factory=Frequencies)
    """and of the objects among them, which keys they have."""
    graded: int = 0
    """Examples with fields beside the format's own, as graders read them."""
    prompt_tokens: int = 0
    """All that stands before the last answers,"""
    pieces: Frequencies = field(default_factory=Frequencies)
    """and what of it may be the same elsewhere: tool definitions, and each turn with all turns before it."""

    def merge(self, other: Contents) -> None:
        """Add those of other examples."""
        for name in self.__struct_fields__:
            mine, more = getattr(self, name), getattr(other, name)
            if isinstance(mine, Counter):
                mine.update(more)
            elif isinstance(mine, Frequencies):
                mine.merge(more)
            else:
                setattr(self, name, mine + more)

    def add(self, example: Example, measured: Measured) -> None:
        """Add an example and its tokens."""
        calls = any(turn.calls for turn in example.all_turns)
        self.examples += 1
        self.with_tools += example.has_tools
        self.with_calls += calls
        self.with_idle_tools += example.has_tools and not calls
        self.graded += bool(example.extra)
        system = next((turn.text for turn in example.turns if turn.role in SYSTEM), "")
        if system:
            self.systems.add(_key(system))
        self._answer(example)
        self._prompt(example, measured)

    def repeated_tokens(self, rows: int) -> int:
        """The tokens of those pieces of prompts that stand in so many examples at least."""
        return sum(count * (key >> _TOKENS) for key, count in self.pieces.frequent(rows))

    def _answer(self, example: Example) -> None:
        turns = answer_of(example)
        text = "\n".join(turn.text for turn in turns)
        calls = [[call.name, call.arguments] for turn in turns for call in turn.calls]
        if example.non_preferred:
            other = "\n".join(turn.text for turn in example.non_preferred)
            self.pairs[read_profile(profile_of(text, bool(calls), other)).pair] += 1
        text = text.strip()
        if text or calls:
            self.answers.add(xxh3_64_intdigest(_bytes(text) + (canonical(calls) if calls else b"")))
        if label_of(text) is not None:
            self.labels.add(xxh3_64_intdigest(normal(text)))
        words = text[:_OPENED].split(None, _OPENING + _BODY)
        if len(words) > _OPENING + _BODY:
            self.openings.add(_key(" ".join(words[:_OPENING])))
        value = _json(text)
        self.json_answers += value is not None
        if type(value) is dict:
            self.json_layouts.add(_key("\0".join(sorted(value))))

    def _prompt(self, example: Example, measured: Measured) -> None:
        prompt = measured.turns[: _asked(example)]
        self.prompt_tokens += measured.rest + sum(one.total for one in prompt)
        if example.has_tools:
            about = [text.value for tool in example.tools if (text := tool.description)]
            tools = [about, [[tool.name, tool.parameters] for tool in example.tools]]
            self.pieces.add(measured.rest << _TOKENS | xxh3_64_intdigest(canonical(tools)))
        key = _key("\0".join((*example.media, *(text.value for text in example.aside))))
        for at, one in enumerate(prompt):
            key = xxh3_64_intdigest(_said(one.turn), key)
            if at < _LEADING:
                self.pieces.add(one.total << _TOKENS | key)
        self.prompts.add(key)


def _asked(example: Example) -> int:
    """How many turns stand before the last answer."""
    roles = [turn.role for turn in example.turns]
    if example.outputs is not None or "assistant" not in roles:
        return len(roles)
    return len(roles) - 1 - roles[::-1].index("assistant")


def _said(turn: Turn) -> bytes:
    """What a turn of a prompt says, shows and calls."""
    said = _bytes(f"{turn.role}\0{turn.text}")
    if turn.images:
        said += _bytes("\0".join(image.url or "" for image in turn.images))
    return said + canonical([[call.name, call.arguments] for call in turn.calls]) if turn.calls else said


def _json(text: str) -> object:
    """The object or array that an answer is, alone or as one block of code; None where it is none."""
    if text.startswith(_FENCE) and text.endswith("```"):
        text = text[len(_FENCE) : -3].strip()
    if text[:1] not in ("{", "[") or text[-1:] not in ("}", "]"):
        return None
    try:
        return orjson.loads(text)
    except ValueError:  # or it has lone surrogates
        return None


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _key(text: str) -> int:
    return xxh3_64_intdigest(_bytes(text))
