"""Counting by a chat template: an example is written out as trainers do it, and its tokens are counted."""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import chain
from operator import attrgetter
from pathlib import Path

import msgspec
from msgspec import Struct

from turnlint.model import Example, Place, Pointer, Text, TokenSettings, Turn
from turnlint.text.label import snippet
from turnlint.text.ready import ready
from turnlint.tokens import Cut, Measured, TemplateRefusal, TokensError, TurnTokens, tokenizer_of
from turnlint.tokens.bounds import at_most
from turnlint.tokens.conversation import Conversation, conversation, is_native, variants
from turnlint.tokens.huggingface import Encoded, HuggingFace, read_templates, special_tokens
from turnlint.tokens.layout import Stretch, stretches
from turnlint.tokens.loss import is_trained
from turnlint.tokens.process import Program
from turnlint.tokens.words import first_word

__all__ = ["ByTemplate"]

_SECONDS = 1.0 if sys.platform == "win32" else 10.0
"""What a row may take by the clock; but for Windows, a second of the processor's time ends it before."""
_OPENING_SECONDS = 30.0
_WORDS = 200
"""So many code points of what a template says are told."""


class _Written(Struct, frozen=True):
    """What a template made of a conversation."""

    text: str = ""
    spans: tuple[tuple[int, int], ...] = ()
    """What it marks as written by the model, in code points."""
    refusal: str | None = None


class _Share(Struct, frozen=True):
    """What is a turn's of a conversation that was written out."""

    stretch: Stretch
    tokens: range
    trained: tuple[range, ...]
    """The tokens that the loss sees."""


class _Layout(Struct, frozen=True):
    """A conversation as it was written out, and the turns in it."""

    text: str
    encoded: Encoded
    shares: list[_Share]
    """Those of the turns that were found, in the order in which they stand."""


class _Counted(Struct, frozen=True):
    """The tokens of one conversation."""

    total: int
    turns: list[TurnTokens]


class ByTemplate:
    """Counts examples as a chat template writes them out. Any number of threads may share it."""

    def __init__(self, settings: TokenSettings) -> None:
        """Raises TokensError for a tokenizer or a template that cannot be used."""
        tokenizer = tokenizer_of(settings.tokenizer)
        if settings.template is None or not isinstance(tokenizer, HuggingFace):
            raise TokensError("a chat template is of use only with the tokenizer.json of its model")
        path = Path(settings.template)
        tokens = special_tokens(Path(settings.tokenizer).parent)
        opening = {"templates": read_templates(path), "tokens": tokens}
        self._tokenizer = tokenizer
        self._begins = tokens.get("bos_token", "")
        self._program = Program("render", ("jinja2", "markupsafe"), path.name, opening, _OPENING_SECONDS)
        self._write([])

    def bound(self, example: Example) -> int | None:
        """A number that the total does not exceed, found without counting; None where nobody knows one."""
        growth = self._tokenizer.growth
        if growth is None or not example.all_turns:
            return None
        try:
            written = self._write([_conversation(example, turns) for turns in variants(example)])
        except TokensError:  # which `measure` tells
            return None
        refused = any(one.refusal is not None for one in written)
        return None if refused else growth * max(at_most(one.text) for one in written)

    def measure(self, example: Example) -> Measured:
        """Count an example.

        Raises TemplateRefusal where the template refuses it, TokensError where it cannot be counted.
        """
        if not example.all_turns:
            return Measured(0, 0, (), 0, about=False)
        counted = [self._count(example, turns) for turns in variants(example)]
        longest = max(counted, key=lambda one: one.total)
        # The prompt of preference data is counted with each answer, and told as it is before the longer one.
        each = chain.from_iterable(one.turns for one in (*counted, longest))
        by_turn = {_key(one.turn): one for one in each}
        about = not is_native(example) or any(turn.images for turn in example.all_turns)
        return Measured(
            longest.total,
            sum(one.trained for one in longest.turns),
            tuple(by_turn.get(_key(turn), TurnTokens(turn, 0, 0)) for turn in example.all_turns),
            longest.total - sum(one.total for one in longest.turns),
            about,
        )

    def cut(self, example: Example, limit: int, measured: Measured | None = None) -> Cut:
        """Say where a limit cuts an example that is longer; `measured` is of no help. Raises as `measure`."""
        layouts = [self._lay_out(example, turns)[1] for turns in variants(example)]
        layout = max(layouts, key=lambda one: len(one.encoded.starts))
        starts = layout.encoded.starts
        place = starts[limit] if limit < len(starts) else len(layout.text)
        seen = chain.from_iterable(share.trained for share in layout.shares)
        trained = sum(len(range(one.start, min(one.stop, limit))) for one in seen)
        lost = next((share.stretch for share in layout.shares if share.stretch.end > place), None)
        if lost is None or place < layout.shares[0].stretch.start:
            return Cut(None, None, trained)
        return Cut(lost.turn, _first_lost(lost, layout.text, place), trained)

    def _count(self, example: Example, turns: tuple[Turn, ...]) -> _Counted:
        """Count some turns of an example together.

        What the tools add is what the same turns without them lack: it belongs to none of them.
        """
        total, layout = self._lay_out(example, turns, apart=True)
        return _Counted(total, [_summed(share) for share in layout.shares])

    def _lay_out(
        self, example: Example, turns: tuple[Turn, ...], *, apart: bool = False
    ) -> tuple[int, _Layout]:
        """The tokens of some turns and the tools, and how they are laid out; `apart`, without the tools."""
        whole = _conversation(example, turns)
        apart = apart and bool(whole.tools)
        bare = _conversation(example, turns, tools=not apart)
        marked = _conversation(example, turns, marked=True, tools=not apart)
        asked = [whole, marked, *([bare] if apart else ())]
        written, with_marks, *without_tools = self._write(asked)
        if written.refusal is not None:
            raise TemplateRefusal(snippet(written.refusal, _WORDS))
        shown = next((one for one in without_tools if one.refusal is None), written)
        layout = self._layout(example, turns, shown, with_marks.text)
        own = len(layout.encoded.starts)
        return own if shown is written else self._tokenizer.count(written.text, rendered=True), layout

    def _layout(self, example: Example, turns: tuple[Turn, ...], written: _Written, marked: str) -> _Layout:
        encoded = self._tokenizer.layout(written.text)
        head = len(self._begins) if written.text.startswith(self._begins) else 0
        spans = _generated(written.spans, encoded)
        found = stretches(written.text, marked, encoded, turns, spans, head=head, prompt=example.is_prompt)
        shares = [
            _share(one, encoded, spans if written.spans else None, seen=is_trained(one.turn, example))
            for one in found
        ]
        return _Layout(written.text, encoded, shares)

    def _write(self, conversations: list[Conversation]) -> list[_Written]:
        return msgspec.convert(self._program.ask(conversations, _SECONDS), ready(list[_Written]))


def _conversation(
    example: Example, turns: tuple[Turn, ...], *, marked: bool = False, tools: bool = True
) -> Conversation:
    try:
        return conversation(example, turns, marked=marked, tools=tools)
    except RecursionError:
        raise TokensError("the row nests too deeply for a chat template") from None


def _generated(spans: tuple[tuple[int, int], ...], encoded: Encoded) -> list[range]:
    """The tokens that transformers takes a template to mark, in order and none of them twice.

    Where no token holds the first character of a span, transformers looks at no further ones.
    """
    marked = []
    for start, end in spans:
        first, last = encoded.holding(start), encoded.holding(end - 1) if end else 0
        if first is None:
            break
        marked.append(range(first, len(encoded.starts) if last is None else last + 1))
    joined: list[range] = []
    for one in sorted(marked, key=attrgetter("start")):
        if joined and one.start < joined[-1].stop:
            joined[-1] = range(joined[-1].start, max(joined[-1].stop, one.stop))
        else:
            joined.append(one)
    return joined


def _share(stretch: Stretch, encoded: Encoded, spans: Sequence[range] | None, *, seen: bool) -> _Share:
    tokens = range(encoded.before(stretch.start), encoded.before(stretch.end))
    if spans is None:
        spans = (range(encoded.before(stretch.said), encoded.before(stretch.said_end)),)
    first = bisect_right(spans, tokens.start, key=attrgetter("stop"))
    last = bisect_left(spans, tokens.stop, key=attrgetter("start"))
    own = (range(max(one.start, tokens.start), min(one.stop, tokens.stop)) for one in spans[first:last])
    return _Share(stretch, tokens, tuple(own) if seen else ())


def _summed(share: _Share) -> TurnTokens:
    return TurnTokens(share.stretch.turn, len(share.tokens), sum(map(len, share.trained)))


def _key(turn: Turn) -> tuple[Pointer, str]:
    """What tells a turn from all others of its example."""
    return turn.pointer, turn.role_key


def _first_lost(stretch: Stretch, written: str, place: int) -> Place | None:
    """The first word of a turn's texts that stands behind a place of what was written; None for all else."""
    end = stretch.said
    for text in _texts(stretch.turn):
        words = text.value.strip()
        start = written.find(words, end, stretch.end)
        if words and start >= 0:
            end = start + len(words)
            if place < end:
                return first_word(text, text.value.index(words) + max(place - start, 0))
    return None


def _texts(turn: Turn) -> Iterator[Text]:
    """What a turn says as text: arguments of calls are text of JSON."""
    yield from turn.texts
    for call in turn.calls:
        if type(call.arguments) is str:
            yield Text(call.arguments, call.arguments_place.pointer)
