"""What formats share that write examples as rows: the reverse of reading them as turns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from turnlint.formats.media import COLUMNS
from turnlint.formats.messages import THOUGHTS
from turnlint.model import Call, Example, Image, Pointer, Text, Tool, Turn
from turnlint.text.compact import compact
from turnlint.text.exact import read_inner

__all__ = [
    "MARK",
    "CannotSay",
    "Words",
    "arguments_as_written",
    "arguments_object",
    "as_columns",
    "as_equipment",
    "as_messages",
    "as_pair",
    "as_text",
    "as_tools",
    "exchanges",
    "function_of",
    "is_refusal",
    "is_thought",
    "marked_part",
    "numbered",
    "parameters_of",
    "pieces",
    "result_object",
    "result_text",
    "said_by_one",
    "spoken",
    "the_one",
    "tools_in",
    "without_system",
]

MARK = "<image>"
"""What a text says where an image of a column is shown."""
_OF_IMAGES = {"images", "image"}
_INSTRUCTING = ("system", "developer")
_OF_A_FUNCTION = frozenset(("type", "name", "description", "parameters", "strict"))
_OUTPUT = "output"
_REFUSAL = "refusal"
_UNREADABLE = "that are no JSON, or have a key twice"
_THOUGHTS = frozenset((*THOUGHTS, "reasoningContent"))


class CannotSay(Exception):  # noqa: N818 - it is an answer, not a fault of the program
    """A format has no place for something that an example says."""

    def __init__(self, pointer: Pointer, what: str) -> None:
        """`what` says for what there is no place, and `pointer` where the row has it."""
        super().__init__(what)
        self.pointer = pointer
        self.what = what


def is_thought(text: Text, turn: Turn) -> bool:
    """Whether a text of a turn is what the model thinks before it answers."""
    return not (turn.implied or _THOUGHTS.isdisjoint(text.pointer))


def is_refusal(text: Text) -> bool:
    """Whether a text is marked as a refusal."""
    return text.pointer[-1:] == (_REFUSAL,)


def pieces(turn: Turn) -> list[Text | Image]:
    """What a turn says and shows, in order, without its thoughts; empty texts beside others say nothing."""
    if len(turn.texts) == 1 and not (turn.images or turn.calls or is_thought(turn.texts[0], turn)):
        return list(turn.texts)
    texts = [one for one in turn.texts if not (is_thought(one, turn) or _is_call(one, turn))]
    found: list[Text | Image] = [*texts, *turn.images]
    found.sort(key=lambda one: _position(one.place.pointer, turn))
    said = [one for one in found if not isinstance(one, Text) or one.value]
    return said or ([] if turn.calls else found)


def _is_call(text: Text, turn: Turn) -> bool:
    """Whether a text is how the calls of its turn are written."""
    places = [one.place.pointer for one in turn.calls]
    return text.pointer in places and text.value.lstrip()[:1] in ("{", "[")


def _position(pointer: Pointer, turn: Turn) -> tuple[int, ...]:
    """Which of the parts of a turn a place is in, and where in that; empty for none."""
    return tuple([step for step in pointer[len(turn.pointer) :] if type(step) is int])


def spoken(turn: Turn) -> str:
    """All that a turn says, in a format that has one text for a turn."""
    return _joined(pieces(turn))


def _joined(said: Iterable[Text | Image]) -> str:
    """Texts one below the other; an image that stands in a column is where its mark is."""
    written, is_behind_text = "", False
    for one in said:
        if isinstance(one, Text):
            written += ("\n" if is_behind_text else "") + one.value
            is_behind_text = True
        elif one.url is None:
            written += MARK
            is_behind_text = False
    return written


def as_text(turn: Turn) -> str:
    """The one text of a turn in a format that knows no calls. Raises CannotSay."""
    if turn.calls:
        raise CannotSay(turn.calls[0].place.pointer, "a call of a tool")
    if turn.role in ("tool", "function"):
        raise CannotSay(turn.pointer, "the result of a tool")
    if not any(isinstance(one, Text) or one.url is None for one in pieces(turn)):
        raise CannotSay(turn.pointer, "a turn without text")
    return spoken(turn)


def as_pair(turns: Iterable[Turn], keys: Mapping[str, str]) -> dict[str, Any]:
    """Turns as strings at the top of a row; `keys` maps each key to the role of its text.

    Raises CannotSay for other turns, and for the same in another order.
    """
    written: dict[str, Any] = {}
    left = list(keys.items())
    for turn in turns:
        role = "system" if turn.role == "developer" else turn.role
        while left and left[0][1] != role:
            left.pop(0)
        if not left:
            raise CannotSay(
                turn.pointer, "a system prompt" if role == "system" else f"a turn of the {role} here"
            )
        written[left.pop(0)[0]] = as_text(turn)
    return written


def said_by_one(turns: Sequence[Turn]) -> str:
    """The text of an answer that is one turn of the assistant without calls. Raises CannotSay."""
    return as_text(the_one(turns))


def the_one(turns: Sequence[Turn]) -> Turn:
    """The turn of the assistant that is an answer by itself. Raises CannotSay."""
    if len(turns) != 1 or turns[0].role != "assistant":
        raise CannotSay(turns[0].pointer, "an answer of several turns, or not of the assistant")
    return turns[0]


def exchanges(example: Example) -> tuple[str | None, list[tuple[str, str]], list[Turn]]:
    """The system prompt, pairs of question and answer up to the last turns, and these, two at most."""
    system, turns = without_system(example.turns)
    last = turns[-2:] if turns and turns[-1].role == "assistant" else turns[-1:]
    before = turns[: len(turns) - len(last)]
    said = [as_text(one) for one in before]
    for at, turn in enumerate(turns if before else ()):
        if turn.role != ("assistant" if at % 2 else "user"):
            raise CannotSay(turn.pointer, "turns that are not of user and assistant by turns")
    return system, list(zip(said[::2], said[1::2], strict=True)), last


def without_system(turns: Sequence[Turn]) -> tuple[str | None, list[Turn]]:
    """The system prompt that stands first, if one does, and all other turns. Raises CannotSay."""
    others = list(turns)
    system = as_text(others.pop(0)) if others and others[0].role in _INSTRUCTING else None
    for turn in others:
        if turn.role in _INSTRUCTING:
            raise CannotSay(turn.pointer, "a system prompt that does not stand first, or a second one")
    return system, others


def result_object(turn: Turn) -> dict[str, Any]:
    """What a tool answered as an object: as its text has it, else under `output`, as Gemini reads it."""
    text = spoken(turn)
    try:
        value = read_inner(text)
    except ValueError:
        return {_OUTPUT: text}
    return value if type(value) is dict and not _is_text(value) else {_OUTPUT: text}


def result_text(value: Any) -> str:
    """The text that such an object stands for."""
    return str(value[_OUTPUT]) if _is_text(value) else compact(value)


def _is_text(value: Any) -> bool:
    return type(value) is dict and value.keys() == {_OUTPUT} and type(value[_OUTPUT]) is str


def _arguments_text(call: Call) -> str:
    """The arguments of a call as JSON text, as it is written where it is one."""
    return (
        call.arguments
        if type(call.arguments) is str
        else compact({} if call.arguments is None else call.arguments)
    )


def arguments_as_written(call: Call) -> Any:
    """The arguments of a call, an object or JSON text."""
    return {} if call.arguments is None else call.arguments


def arguments_object(call: Call) -> dict[str, Any]:
    """The arguments of a call as an object. Raises CannotSay."""
    if call.arguments is None or call.arguments == "":
        return {}
    value = call.arguments
    if type(value) is str:
        try:
            value = read_inner(value)
        except ValueError:
            raise CannotSay(call.arguments_place.pointer, f"arguments {_UNREADABLE}") from None
    if type(value) is not dict:
        raise CannotSay(call.arguments_place.pointer, "arguments that are no object")
    return value


def function_of(tool: Tool) -> dict[str, Any]:
    """The definition of a function, in OpenAI's words."""
    function: dict[str, Any] = {"name": tool.name}
    if tool.description is not None:
        function["description"] = tool.description.value
    parameters = parameters_of(tool)
    if parameters is not None:
        function["parameters"] = parameters
    if tool.strict:
        function["strict"] = True
    return function


def parameters_of(tool: Tool) -> Any:
    """The schema of a tool's parameters, read where it is JSON text. Raises CannotSay."""
    if type(tool.parameters) is not str:
        return tool.parameters
    try:
        return read_inner(tool.parameters)
    except ValueError:
        raise CannotSay(tool.parameters_place.pointer, f"parameters {_UNREADABLE}") from None


def as_columns(example: Example) -> dict[str, Any]:
    """The columns with the images that an example has marks for; nothing where there are others."""
    columns = {key: example.value[key] for key in COLUMNS if example.value.get(key)} if example.media else {}
    marks = [one for turn in example.all_turns for one in turn.images if one.url is None]
    return columns if marks and columns.keys() <= _OF_IMAGES else {}


def marked_part(image: Image) -> dict[str, Any] | None:
    """An image as a part, which only marks the place of one that stands in a column."""
    return {"type": image.kind} if image.url is None else _image_part(image)


def _image_part(image: Image) -> dict[str, Any] | None:
    """An image as a part, in OpenAI's words; None for one that stands elsewhere."""
    if image.url is None:
        return None
    shown = {"url": image.url} if image.detail is None else {"url": image.url, "detail": image.detail}
    return {"type": "image_url", "image_url": shown}


def numbered(number: int) -> str:
    """The id of a call that has none: nine letters and digits, which is all that Mistral takes."""
    return f"call{number:05d}"


def tools_in(text: Text) -> tuple[Tool, ...] | None:
    """The tools that a text lists as JSON, in OpenAI's words or the functions alone; None for other texts."""
    try:
        listed = read_inner(text.value)
    except ValueError:
        return None
    found = [_tool_in(one, text) for one in listed] if type(listed) is list else [None]
    tools = tuple(one for one in found if one)
    return tools if len(tools) == len(found) else None


def _tool_in(value: Any, text: Text) -> Tool | None:
    function = value.get("function", value) if type(value) is dict else None
    if type(function) is not dict or not function.keys() <= _OF_A_FUNCTION:
        return None
    name, description = function.get("name"), function.get("description")
    if type(name) is not str or type(description) not in (str, type(None)):
        return None
    return Tool(
        name,
        text.place,
        description=None if description is None else Text(description, text.pointer),
        parameters=function.get("parameters"),
        parameters_place=text.place,
        strict=function.get("strict") is True,
    )


def as_tools(tools: Iterable[Tool]) -> list[dict[str, Any]]:
    """Tool definitions in OpenAI's words."""
    return [{"type": "function", "function": function_of(one)} for one in tools]


def as_equipment(example: Example) -> dict[str, Any]:
    """The tools of an example and its switch for parallel calls, in OpenAI's words."""
    written: dict[str, Any] = {"tools": as_tools(example.tools)} if example.tools else {}
    if example.parallel_calls is not None:
        written["parallel_tool_calls"] = example.parallel_calls
    return written


class Words(Struct, frozen=True):
    """What messages may say beyond OpenAI's own."""

    takes_developer: bool = True
    """It knows developers; else they are the system."""
    arguments: Callable[[Call], Any] = _arguments_text
    image: Callable[[Image], dict[str, Any] | None] = _image_part
    names_results: bool = False
    """A result says the name of its tool, too."""
    refuses: bool = True
    """An answer may be marked as a refusal."""
    thinks: bool = False
    """An answer says what the model thinks before it."""
    omits_content: bool = False
    """A call alone has no content, not null."""
    in_parts: bool = False
    """All contents are lists of parts where one is."""


def as_messages(turns: Sequence[Turn], words: Words | None = None) -> list[dict[str, Any]]:
    """Turns as messages in OpenAI's words. Raises CannotSay."""
    words = words or Words()
    in_parts = words.in_parts and any(_needs_parts(one, words) for one in turns)
    return [_message(one, words, in_parts) for one in turns]


def _message(turn: Turn, words: Words, in_parts: bool) -> dict[str, Any]:
    written: dict[str, Any] = {"role": _role(turn, words)}
    said = pieces(turn)
    beside = [one for one in said if _is_marked(one, words) and not _position(one.place.pointer, turn)]
    content = [one for one in said if one not in beside]
    if content or not (beside or (turn.calls and words.omits_content)):
        written["content"] = _content(content, words, in_parts)
    if beside:
        written["refusal"] = _joined(beside)
    if words.thinks:
        written |= {_thought_key(one): one.value for one in turn.texts if is_thought(one, turn)}
    if turn.calls:
        written["tool_calls"] = [_call(one, words) for one in turn.calls]
    if written["role"] == "tool":
        if turn.result_of is None:
            raise CannotSay(turn.pointer, "a result that answers no call")
        written["tool_call_id"] = turn.result_of
    if turn.name is not None and (words.names_results or written["role"] != "tool"):
        written["name"] = turn.name
    if turn.weight is not None:
        written["weight"] = turn.weight
    return written


def _role(turn: Turn, words: Words) -> str | None:
    if turn.role == "function":
        return "tool"
    return "system" if turn.role == "developer" and not words.takes_developer else turn.role


def _needs_parts(turn: Turn, words: Words) -> bool:
    said = pieces(turn)
    return len(said) > 1 or any(isinstance(one, Image) or _is_marked(one, words) for one in said)


def _is_marked(one: Text | Image, words: Words) -> bool:
    return words.refuses and isinstance(one, Text) and is_refusal(one)


def _content(said: list[Text | Image], words: Words, in_parts: bool) -> Any:
    if not said:
        return None
    first = said[0]
    if len(said) == 1 and isinstance(first, Text) and not (_is_marked(first, words) or in_parts):
        return first.value
    return [part for one in said if (part := _part(one, words))]


def _part(one: Text | Image, words: Words) -> dict[str, Any] | None:
    if isinstance(one, Image):
        return words.image(one)
    kind = "refusal" if _is_marked(one, words) else "text"
    return {"type": kind, kind: one.value}


def _thought_key(text: Text) -> str:
    return next((step for step in text.pointer if step in THOUGHTS), THOUGHTS[0])


def _call(call: Call, words: Words) -> dict[str, Any]:
    if call.name is None:
        raise CannotSay(call.place.pointer, "a call that names no tool")
    function = {"name": call.name, "arguments": words.arguments(call)}
    return {"id": call.id, "type": "function", "function": function}
