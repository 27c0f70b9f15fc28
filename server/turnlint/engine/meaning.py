"""What an example says, whatever its format: what two rows must have in common to mean the same.

A meaning is a table of statements, each with what it would be to lose it and where the row makes it. An id
that turnlint has made up says nothing but the order of the calls; a weight of 1 says what no weight says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import count
from typing import Any, TypeAlias

from msgspec import Struct, inspect
from msgspec.structs import replace

from turnlint.formats.composing import (
    MARK,
    CannotSay,
    is_refusal,
    is_thought,
    numbered,
    parameters_of,
    pieces,
    result_text,
    tools_in,
)
from turnlint.formats.media import COLUMNS
from turnlint.formats.shape import iter_structs
from turnlint.model import Call, Example, Image, Place, Pointer, Text, Tool, Turn
from turnlint.text.compact import compact
from turnlint.text.decode import value_of
from turnlint.text.exact import read_inner

__all__ = ["LOSSES", "Key", "Said", "answer_place", "said", "settled", "unsaid"]

Key: TypeAlias = tuple[str | int, ...]
"""Which statement of an example it is."""

LOSSES: Mapping[str, str] = {
    "call-ids": "the ids of calls",
    "image-details": "how closely the model looks at an image",
    "images": "images",
    "keys": "keys that the format does not know",
    "media": "columns of images, videos and sounds",
    "names": "names of those who speak",
    "parallel-calls": "the switch for parallel calls",
    "parts": "where one part of a text ends and the next begins",
    "reasoning": "what the model thinks before it answers",
    "refusals": "that an answer is a refusal",
    "roles": "the difference between system and developer",
    "scores": "scores of answers",
    "strict": "that arguments must match their schema exactly",
    "tools": "tool definitions",
    "weights": "weights of messages, which say what is learnt",
}
"""What can be left out, and what is left then is still an example."""

_FILE_TYPES = ("mimeType", "mime_type", "format")
_SIDES = ("turns", "preferred", "non_preferred")
_RESULTS = ("tool", "function")
_OF_A_CALL = ("name", "arguments")


class Said(Struct, frozen=True):
    """One statement of an example."""

    loss: str
    """What it is to lose it: one of `LOSSES`, or empty where an example without it is another one."""
    value: str
    pointer: Pointer


def settled(example: Example) -> Example:
    """The same example with an id for each call, and with its call's id and name in each result.

    Neighbouring texts of the user that stand under keys of their own become one turn, pairs of earlier turns
    become turns, and a text that lists tools becomes these. Raises CannotSay for calls that a text has in a
    way that some parsers read otherwise.
    """
    if example.given:
        example = replace(example, turns=tuple(_unlearnt(example)))
    if any(turn.implied for turn in example.turns):
        example = replace(example, turns=tuple(_joined(example.turns)))
    if example.aside:
        example = _with_history(_with_tools(example))
    if example.media:
        example = _with_marks(example)
    if not any(turn.calls or turn.role in _RESULTS for turn in example.all_turns):
        return example
    numbers = count(1)
    asked = _Asked()
    turns = tuple(_named(example.turns, example.value, numbers, asked))
    preferred = tuple(_named(example.preferred, example.value, numbers, asked.copy()))
    others = tuple(_named(example.non_preferred, example.value, numbers, asked))
    return replace(example, turns=turns, preferred=preferred, non_preferred=others)


def _unlearnt(example: Example) -> Iterator[Turn]:
    """Say by weights which answers are not learnt, where the row says it by where they stand."""
    for at, turn in enumerate(example.turns):
        yield replace(turn, weight=0) if at < example.given and turn.role == "assistant" else turn


def _with_tools(example: Example) -> Example:
    for text in example.aside:
        tools = tools_in(text)
        if tools is not None:
            aside = tuple(one for one in example.aside if one is not text)
            return replace(example, tools=(*example.tools, *tools), aside=aside)
    return example


def _with_history(example: Example) -> Example:
    """Take earlier turns that stand in pairs, `(KEY, number, side)`, for what they are."""
    earlier = [one for one in example.aside if len(one.pointer) == 3 and type(one.pointer[1]) is int]
    if not earlier:
        return example
    turns = [
        Turn(("user", "assistant")[bool(one.pointer[2])], one.pointer, content="text", texts=(one,))
        for one in earlier
    ]
    first = 1 if example.turns and example.turns[0].role == "system" else 0
    aside = tuple(one for one in example.aside if one not in earlier)
    return replace(example, turns=(*example.turns[:first], *turns, *example.turns[first:]), aside=aside)


def _with_marks(example: Example) -> Example:
    """Take the marks in texts for the images that they stand for."""
    sides = {side: tuple(map(_marked, getattr(example, side))) for side in _SIDES}
    return replace(example, **sides)


def _marked(turn: Turn) -> Turn:
    if not any(MARK in text.value for text in turn.texts):
        return turn
    texts: list[Text] = []
    images = list(turn.images)
    for text in turn.texts:
        for at, piece in enumerate(text.value.split(MARK)):
            if at:
                images.append(Image(None, Place((*text.pointer, 2 * at - 1))))
            texts += [Text(piece, (*text.pointer, 2 * at))] if piece else []
    return replace(turn, texts=tuple(texts), images=tuple(images))


def _joined(turns: Iterable[Turn]) -> Iterator[Turn]:
    before: Turn | None = None
    for turn in turns:
        if before is not None and before.implied and turn.implied and before.role == turn.role == "user":
            texts = [one for one in (*before.texts, *turn.texts) if one.value]
            whole = [Text("\n".join([one.value for one in texts]), one.pointer) for one in texts[:1]]
            before = replace(before, texts=tuple(whole))
            continue
        if before is not None:
            yield before
        before = turn
    if before is not None:
        yield before


class _Asked:
    """The calls so far."""

    def __init__(self, by_id: Mapping[str, Call] | None = None, waiting: Mapping[Place, Call] | None = None):
        self._by_id = dict(by_id or {})
        self._waiting = dict(waiting or {})
        """Those that have no result yet."""

    def copy(self) -> _Asked:
        """The same calls, to go on from."""
        return _Asked(self._by_id, self._waiting)

    def add(self, calls: Iterable[Call]) -> None:
        """Take more calls, which have ids."""
        for one in calls:
            self._by_id[str(one.id)] = self._waiting[one.place] = one

    def answered(self, result: Turn) -> Call | None:
        """The call that a result answers: by its id, by its name, else the first that waits."""
        if result.result_of is not None:
            found = self._by_id.get(result.result_of)
        else:
            named = (one for one in self._waiting.values() if result.name in (None, one.name))
            found = next(named, None)
        if found is not None:
            self._waiting.pop(found.place, None)
        return found


def _exact(call: Call, texts: Sequence[Text]) -> Call:
    """A call that a text has, with its arguments as they are written there."""
    text = _text_of(call, texts)
    if text is None or call.arguments_place.inner is None:
        return call
    try:
        whole = read_inner(text.value)
    except ValueError:
        raise CannotSay(text.pointer, "a call that parsers read in more than one way") from None
    return replace(call, arguments=value_at(whole, call.arguments_place.inner.pointer))


def _text_of(call: Call, texts: Sequence[Text]) -> Text | None:
    """The text that a call is part of; None where it stands by itself."""
    inside = call.place.inner is not None
    return next((one for one in texts if inside and one.pointer == call.place.pointer), None)


def _named(turns: Iterable[Turn], value: Any, numbers: Iterator[int], asked: _Asked) -> Iterator[Turn]:
    """Name calls and what their results answer."""
    for turn in turns:
        if turn.role in _RESULTS:
            result, call = _told(turn, value), asked.answered(turn)
            yield replace(result, result_of=call.id, name=turn.name or call.name) if call else result
        elif turn.calls:
            named = zip(turn.calls, numbers, strict=False)
            calls = tuple(
                replace(_exact(one, turn.texts), id=one.id or numbered(number)) for one, number in named
            )
            asked.add(calls)
            yield replace(turn, calls=calls)
        else:
            yield turn


def _told(result: Turn, value: Any) -> Turn:
    """A result with its answer as text, where the row has an object."""
    place = answer_place(result, value)
    if place is None:
        return result
    return replace(result, content="text", texts=(Text(result_text(value_at(value, place)), place),))


def answer_place(result: Turn, value: Any) -> Pointer | None:
    """Where a row has the answer of a tool that is an object; None for one of texts.

    It is all that the result says besides which call it answers.
    """
    place = result.content_place.pointer
    held = value_at(value, place)
    if result.role not in _RESULTS or result.texts or type(held) is not dict:
        return None
    rest = [key for key, one in held.items() if one not in (result.name, result.result_of)]
    return (*place, rest[0]) if len(rest) == 1 and type(held[rest[0]]) is dict else None


def said(example: Example) -> dict[Key, Said]:
    """All statements of a settled example."""
    found: dict[Key, Said] = {}
    speakers = _speakers(example)
    calls = _Numbers([call for turn in example.all_turns for call in turn.calls])
    for side in _SIDES:
        for position, turn in enumerate(getattr(example, side)):
            for key, one in _of_turn(turn, calls):
                found[(side, position, *key)] = one
            if turn.speaker is not None and len(speakers[turn.role]) > 1:
                found[side, position, "speaker"] = Said("names", turn.speaker, turn.role_place.pointer)
    for number, tool in enumerate(example.tools):
        for key, one in _of_tool(tool):
            found["tools", number, *key] = one
    for number, text in enumerate(example.aside):
        found["aside", number] = Said("", text.value, text.pointer)
    keys = (key for key in sorted(COLUMNS & example.value.keys()) if example.value[key])
    for key, column in zip(keys, example.media, strict=False):
        found["media", key] = Said("media", column, (key,))
    if example.parallel_calls is not None:
        pointer = ("parallel_tool_calls",)
        found["parallel_calls",] = Said("parallel-calls", compact(example.parallel_calls), pointer)
    scores = example.scores
    if scores is not None and (scores[0].value, scores[1].value) != (1, 0):
        for number, score in enumerate(scores):
            found["scores", number] = Said("scores", repr(score.value), score.place.pointer)
    return found


def _speakers(example: Example) -> dict[str | None, set[str]]:
    """What the row calls those who speak in a role, but for who calls tools."""
    found: dict[str | None, set[str]] = {}
    for turn in example.all_turns:
        if turn.speaker is not None:
            found.setdefault(turn.role, set()).update(() if turn.calls else (turn.speaker,))
    return found


class _Numbers:
    """The calls of an example, which have ids, in order."""

    def __init__(self, calls: Sequence[Call]) -> None:
        self.of_call = {call.place: number for number, call in enumerate(calls, 1)}
        """Which one each is, from 1, by its place."""
        self.by_id = {call.id: call for call in reversed(calls)}


_Statements: TypeAlias = Iterator[tuple[Key, Said]]


def _of_turn(turn: Turn, calls: _Numbers) -> _Statements:
    place = turn.content_place.pointer if turn.implied else turn.pointer
    role = {"developer": "system", "function": "tool"}.get(turn.role or "", turn.role)
    yield (), Said("", str(role), place)
    if turn.role == "developer":
        yield ("developer",), Said("roles", "developer", turn.role_place.pointer)
    yield from _of_content(turn, place)
    for number, call in enumerate(turn.calls):
        yield from _of_call(call, calls.of_call[call.place], number)
    if turn.role in _RESULTS:
        answered = calls.by_id.get(turn.result_of)
        which = f"#{calls.of_call[answered.place]}" if answered else str(turn.result_of)
        yield ("answers",), Said("", which, place)
        if turn.name is not None and (answered is None or turn.name != answered.name):
            yield ("name",), Said("names", turn.name, place)
    elif turn.name is not None:
        yield ("name",), Said("names", turn.name, (*turn.pointer, "name"))
    if turn.weight not in (None, 1):
        yield ("weight",), Said("weights", compact(turn.weight), (*turn.pointer, "weight"))


def _of_content(turn: Turn, place: Pointer) -> _Statements:
    shown = pieces(turn)
    texts = [one for one in shown if isinstance(one, Text)]
    if texts:
        whole = "\n".join(one.value for one in texts)
        is_json = turn.role in _RESULTS and whole.lstrip()[:1] == "{"
        yield ("text",), Said("", _argument_text(whole) if is_json else whole, texts[0].pointer)
    if len(texts) > 1:
        yield ("parts",), Said("parts", compact([one.value for one in texts]), texts[1].pointer)
    images = [one for one in shown if isinstance(one, Image)]
    for number, image in enumerate(images):
        yield ("image", number), Said("images", compact(image.url), image.place.pointer)
        if image.detail not in (None, "auto"):
            yield ("detail", number), Said("image-details", str(image.detail), image.place.pointer)
    if images and texts:
        order = "".join("i" if isinstance(one, Image) else "t" for one in shown)
        yield ("order",), Said("images", order, images[0].place.pointer)
    for number, text in enumerate(one for one in texts if is_refusal(one)):
        yield ("refusal", number), Said("refusals", text.value, text.pointer)
    for number, text in enumerate(one for one in turn.texts if is_thought(one, turn)):
        yield ("thought", number), Said("reasoning", text.value, text.pointer)


def _of_call(call: Call, ordinal: int, number: int) -> _Statements:
    key = ("call", number)
    yield key, Said("", compact(call.name), call.name_place.pointer)
    yield (*key, "arguments"), Said("", _argument_text(call.arguments), call.arguments_place.pointer)
    if call.id != numbered(ordinal):
        yield (*key, "id"), Said("call-ids", str(call.id), (*call.place.pointer, "id"))


def _argument_text(arguments: Any) -> str:
    """Arguments so that an object and its JSON text are the same."""
    if arguments is None or arguments == "":
        return "{}"
    if type(arguments) is str:
        try:
            return compact(read_inner(arguments))
        except ValueError:
            pass
    return compact(arguments)


_NOTHING = ("null", "{}", '{"type":"object"}', '{"type":"object","properties":{}}')
"""Parameters of a function that has none."""


def _of_tool(tool: Tool) -> _Statements:
    yield (), Said("tools", compact(tool.name), tool.place.pointer)
    if tool.description is not None:
        yield ("description",), Said("tools", tool.description.value, tool.description.pointer)
    try:
        parameters = compact(parameters_of(tool))
    except CannotSay:
        parameters = compact(tool.parameters)
    if parameters not in _NOTHING:
        yield ("parameters",), Said("tools", parameters, tool.parameters_place.pointer)
    if tool.strict:
        yield ("strict",), Said("strict", "true", tool.place.pointer)


def unsaid(value: dict[str, Any], example: Example, shape: type[Struct]) -> Iterator[Pointer]:
    """Where a row says what its example does not: keys that the format does not know, or does not read.

    A key of the row of which nothing is read comes as a whole, else the strings and numbers in it come.
    """
    places = _Places(example, _constants(shape))
    read = {pointer[0] for pointer in places.whole if pointer}
    todo: list[tuple[Pointer, Any]] = [((key,), one) for key, one in reversed(value.items())]
    while todo:
        pointer, one = todo.pop()
        if one is None or one == "" or pointer in places.whole:
            continue
        if places.repeat(pointer, one):
            continue
        if type(one) is dict and pointer[0] in read:
            todo += [((*pointer, key), item) for key, item in reversed(one.items())]
        elif type(one) is list and pointer[0] in read:
            todo += [((*pointer, at), item) for at, item in reversed(list(enumerate(one)))]
        elif not places.say(pointer, one):
            yield pointer
    for turn in example.all_turns:
        yield from _unsaid_of_calls(turn)


def _unsaid_of_calls(turn: Turn) -> Iterator[Pointer]:
    """Where calls that a text has say more than which tool is called, and how."""
    for call in turn.calls:
        text = _text_of(call, turn.texts)
        if text is not None and call.place.inner is not None:
            held = value_at(value_of(text.value.encode("utf-8", "replace")), call.place.inner.pointer)
            keys = [*held] if type(held) is dict else []
            yield from ((*text.pointer, key) for key in keys if key not in _OF_A_CALL)


class _Places:
    """Where a row makes the statements of its example."""

    def __init__(self, example: Example, constants: frozenset[str]) -> None:
        self._speakers = {turn.speaker for turn in example.all_turns}
        self._turns = {turn.pointer for turn in example.all_turns}
        self.whole: set[Pointer] = set()
        """Places whose values are said, with all that is in them."""
        self._constants = constants
        self._values: set[tuple[Pointer, str, Any]] = set()
        """What stands in some object, by its place, type and value."""
        self._files: set[Pointer] = set()
        """Parts that are images, or videos: of which type, the file says itself."""
        self._ranked = {place.pointer for place in example.outputs or ()}
        """What holds the answers, and numbers that say which one is better."""
        self._objects = [value_at(example.value, turn.pointer) for turn in example.all_turns if turn.pointer]
        self.whole |= {(key,) for key in COLUMNS} if example.media else set()
        self.whole |= {text.pointer for text in example.aside}
        self.whole |= {score.place.pointer for score in example.scores or ()}
        if example.parallel_calls is not None:
            self.whole |= {("parallel_tool_calls",), ("input", "parallel_tool_calls")}
        for turn in example.all_turns:
            self._add_turn(turn, example)
        for tool in example.tools:
            self._add_tool(tool)

    def say(self, pointer: Pointer, value: Any) -> bool:
        """Whether a value is said; of an object or array, that it is empty and says nothing."""
        if pointer[-1] in self._constants:
            return True
        if isinstance(value, dict | list):
            return not value
        if pointer[:-1] in self._ranked and isinstance(value, int | float):
            return True
        if pointer[-1] in _FILE_TYPES and any(pointer[:end] in self._files for end in range(len(pointer))):
            return True
        if len(pointer) == 1 and type(value) is str and value in self._speakers:
            return True  # such as whose words are not learnt
        named = type(value).__name__, value
        return any((pointer[:end], *named) in self._values for end in range(len(pointer)))

    def repeat(self, pointer: Pointer, value: Any) -> bool:
        """Whether a message is said in another place: two answers may both begin with the prompt."""
        is_message = len(pointer) == 2 and type(pointer[1]) is int and type(value) is dict
        return is_message and pointer not in self._turns and value in self._objects

    def _add_turn(self, turn: Turn, example: Example) -> None:
        if not turn.implied:
            self.whole.add(turn.role_place.pointer)
        self.whole |= {text.pointer for text in turn.texts}
        self._hold(turn.pointer, turn.result_of, turn.name, turn.weight)
        if turn.role in _RESULTS:  # it may stand in what another role says
            self.whole |= {(*turn.pointer[:end], "role") for end in range(1, len(turn.pointer))}
            self.whole |= {place for place in (answer_place(turn, example.value),) if place}
        if turn.implied:
            self.whole.add((*turn.content_place.pointer, "role"))
        for image in turn.images:
            self.whole.add(image.place.pointer)
            self._files.add(_part(image.place.pointer, turn))
            self._hold(turn.pointer, image.detail)
        for call in turn.calls:
            self.whole |= {call.name_place.pointer, call.arguments_place.pointer}
            self._hold(call.place.pointer, call.id)

    def _add_tool(self, tool: Tool) -> None:
        self.whole |= {tool.place.pointer, tool.parameters_place.pointer}
        if tool.description is not None:
            self.whole.add(tool.description.pointer)
        self._hold(tool.parameters_place.pointer[:-1], tool.strict)

    def _hold(self, pointer: Pointer, *values: Any) -> None:
        self._values |= {
            (pointer, type(one).__name__, one) for one in values if isinstance(one, str | int | float)
        }


def _part(pointer: Pointer, turn: Turn) -> Pointer:
    """The part of a turn that holds a place."""
    ends = (end for end in range(len(turn.pointer), len(pointer)) if type(pointer[end]) is int)
    return pointer[: next(ends, len(pointer) - 1) + 1]


def value_at(value: Any, pointer: Pointer) -> Any:
    """What a decoded row has at a place; None where it has nothing."""
    for step in pointer:
        try:
            value = value[step]
        except (LookupError, TypeError):
            return None
    return value


@cache
def _constants(shape: type[Struct]) -> frozenset[str]:
    """Keys whose value a format leaves no choice, or that say of which kind an object is."""
    found = {"type"}
    for node in iter_structs(shape):
        found |= {node.tag_field} if node.tag_field else set()
        found |= {one.encode_name for one in node.fields if _is_constant(one.type)}
    return frozenset(found)


def _is_constant(node: inspect.Type) -> bool:
    while isinstance(node, inspect.Metadata):
        node = node.type
    return isinstance(node, inspect.LiteralType) and len(node.values) == 1
