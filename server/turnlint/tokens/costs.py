"""Counting by what a provider publishes: so much for each message, tool and image, and the tokens of texts.

Sources: openai/openai-cookbook, How_to_count_tokens_with_tiktoken.ipynb (messages, tools); OpenAI's guide to
images and vision. Nothing is published on tool calls, on schemas that nest, and on the order in which a
model reads an example: tool definitions and the beginning of the reply are taken to come first, then the
messages in their order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter

from msgspec import Struct

from turnlint.model import Call, Example, Image, Place, Text, TokenSettings, Turn
from turnlint.text.compact import compact
from turnlint.tokens import Cut, Measured, TurnTokens, tokenizer_of
from turnlint.tokens.bounds import at_most
from turnlint.tokens.images import image_tokens
from turnlint.tokens.loss import is_trained
from turnlint.tokens.tools import tool_tokens
from turnlint.tokens.words import first_word

__all__ = ["ByCosts"]

_CALL = 3
"""What a tool call adds to the name and the arguments, in tokens: an estimate."""
_UNKNOWN_ROLE = "user"
"""Every role that models know is one token."""

_Count = Callable[[str], int]


class _Piece(Struct, frozen=True, gc=False):
    """A part of a turn, in the order in which the model reads it."""

    tokens: int
    text: Text | None = None
    """The text whose tokens they are, and no others."""
    said: bool = False
    """The turn says it: the loss sees it where the turn is trained on."""
    guessed: bool = False


class ByCosts:
    """Counts examples by published costs."""

    def __init__(self, settings: TokenSettings) -> None:
        """Raises TokensError for a tokenizer that cannot be read."""
        self._tokenizer = tokenizer_of(settings.tokenizer)
        self._costs = settings.costs

    def bound(self, example: Example) -> int | None:
        """A number that the total does not exceed, found without counting; None where nobody knows one."""
        growth = self._tokenizer.growth
        return None if growth is None else growth * self._measured(example, at_most).total

    def measure(self, example: Example) -> Measured:
        """Count an example. Raises TokensError where a tokenizer of the user's fails."""
        return self._measured(example, self._tokenizer.count)

    def cut(self, example: Example, limit: int, measured: Measured | None = None) -> Cut:
        """Say where a limit cuts an example that is longer: what stands behind it is lost.

        `measured` is what `measure` says of the example, where that is known.
        """
        measured = measured or self.measure(example)
        left, trained = limit - measured.rest, 0
        if left < 0:
            return Cut(None, None, 0)
        for one in _weighed(example, measured.turns):
            if one.total > left:
                place, said = self._cut_of(one.turn, _is_chat(example), left)
                return Cut(one.turn, place, trained + (said if is_trained(one.turn, example) else 0))
            left -= one.total
            trained += one.trained
        return Cut(None, None, trained)

    def _measured(self, example: Example, count: _Count) -> Measured:
        chat = _is_chat(example)
        rest, guessed = self._rest(example, chat, count)
        turns = []
        for turn in example.all_turns:
            total = said = texts = 0
            for piece in self._pieces(turn, chat, count):
                total += piece.tokens
                said += piece.tokens if piece.said else 0
                texts += piece.tokens if piece.text is not None else 0
                guessed = guessed or piece.guessed
            turns.append(TurnTokens(turn, total, said if is_trained(turn, example) else 0, texts))
        weighed = _weighed(example, turns)
        total = rest + sum(one.total for one in weighed)
        return Measured(total, sum(one.trained for one in weighed), tuple(turns), rest, guessed)

    def _rest(self, example: Example, chat: bool, count: _Count) -> tuple[int, bool]:
        """What belongs to no turn, and whether this, or what each message costs, is a guess."""
        rest = sum([count(text.value) for text in example.aside]) + (self._costs.reply if chat else 0)
        guessed = not self._costs.published or bool(example.aside)
        if example.tools:
            tokens, nested = tool_tokens(example.tools, self._costs.tools, count)
            return rest + tokens, guessed or nested
        return rest, guessed or example.has_tools

    def _pieces(self, turn: Turn, chat: bool, count: _Count) -> list[_Piece]:
        """What the model reads of a turn."""
        pieces = [_Piece(count(text.value), text, said=True) for text in turn.texts]
        if turn.images:
            places = [text.pointer for text in turn.texts] + [image.place.pointer for image in turn.images]
            pieces += [self._image(image) for image in turn.images]
            pieces = [piece for _, piece in sorted(zip(places, pieces, strict=True), key=itemgetter(0))]
        if chat:
            pieces.insert(0, self._opening(turn, count))
        for call in turn.calls:
            if call.place.inner is None:  # else it is written in a text of the turn
                pieces += _call_pieces(call, count)
        return pieces

    def _opening(self, turn: Turn, count: _Count) -> _Piece:
        """What stands before what a message says."""
        tokens = self._costs.message + count(turn.role or _UNKNOWN_ROLE)
        if turn.name is not None:
            tokens += self._costs.name + count(turn.name)
        return _Piece(tokens, guessed=turn.role is None)

    def _image(self, image: Image) -> _Piece:
        tokens, guessed = image_tokens(image, self._costs.images)
        return _Piece(tokens, guessed=guessed)

    def _cut_of(self, turn: Turn, chat: bool, left: int) -> tuple[Place | None, int]:
        """The first word that a turn loses where so many of its tokens are left; how many of these it says.

        A part that is no text is lost as a whole.
        """
        said = 0
        for piece in self._pieces(turn, chat, self._tokenizer.count):
            if piece.tokens <= left:
                left -= piece.tokens
                said += piece.tokens * piece.said
            elif piece.text is not None:
                start = self._tokenizer.head(piece.text.value, left)
                return first_word(piece.text, start), said + left
            else:
                left = 0
        return None, said


def _is_chat(example: Example) -> bool:
    """Whether the example is made of messages, and not of texts that are put together."""
    return not all(turn.implied for turn in example.all_turns)


def _call_pieces(call: Call, count: _Count) -> Iterator[_Piece]:
    yield _Piece(_CALL + count(call.name or ""), said=True, guessed=True)
    if type(call.arguments) is str:
        text = Text(call.arguments, call.arguments_place.pointer)
        yield _Piece(count(call.arguments), text, said=True)
    elif call.arguments is not None:
        yield _Piece(count(compact(call.arguments)), said=True)


def _weighed(example: Example, turns: Sequence[TurnTokens]) -> Sequence[TurnTokens]:
    """Those of all turns that are held against a limit: of two answers the longer one."""
    if example.outputs is None:
        return turns
    prompt, other = len(example.turns), len(example.turns) + len(example.preferred)
    answers = turns[prompt:other], turns[other:]
    return *turns[:prompt], *max(answers, key=lambda answer: sum([one.total for one in answer]))
