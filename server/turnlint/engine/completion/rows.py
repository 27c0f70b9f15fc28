"""What may be written at a place of a row: by the shape of its format, and by what else the row says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, count, islice
from typing import Any

from msgspec.structs import replace

from turnlint.engine.completion.offers import (
    MOST_NAMES,
    ArgumentSource,
    Offer,
    Source,
    offer,
    offers,
    skeleton,
    tag_of,
)
from turnlint.engine.parameters import PARAMETERS, declared_argument
from turnlint.formats import Format
from turnlint.formats.calls import all_calls, conversations, declaration
from turnlint.formats.declared import Declared, Member, declared
from turnlint.model import Call, Example, Pointer, Settings, Turn
from turnlint.rules import all_rules
from turnlint.text.sketch import Nested

__all__ = ["RowSource"]

_SPEAKERS = {
    "user": ("human", "user"),
    "assistant": ("gpt", "model", "assistant", "function_call"),
    "tool": ("observation", "tool", "function"),
    "system": ("system", "developer"),
}
"""The words of the formats for each role; of two that a format has, the usual one first."""
_PARTNERS = {"human": "gpt", "gpt": "human", "user": "assistant", "assistant": "user"}
"""Words that go together: who uses one of them uses the other."""
_NEXT = {
    "": ("system", "user"),
    "system": ("user",),
    "developer": ("user",),
    "user": ("assistant",),
    "assistant": ("user",),
    "call": ("tool",),
    "result": ("assistant",),
}
"""Who speaks after what; after nothing, in the first message."""
_RULES_OF_ROLES = {"developer": "developer-role", "function": "legacy-functions"}
_RULES_OF_KEYS = {"functions": "legacy-functions", "function_call": "legacy-functions"}
"""The rules that speak against some roles and keys: these come last."""
_CALLS = "tool_calls"


class RowSource(Source):
    """A row of a known format."""

    def __init__(self, format_: Format, settings: Settings, value: Any) -> None:
        super().__init__(value)
        self._format = format_
        self._settings = settings

    @cached_property
    def example(self) -> Example:
        """The row as turns."""
        return self._format.example(self.value if type(self.value) is dict else {})

    @cached_property
    def schemas(self) -> Sequence[Pointer]:
        """The places of the schemas of its tools."""
        return [one.parameters_place.pointer for one in self.example.tools]

    def supposing(self, value: Any) -> RowSource:
        """Another row of the format, with the same tools."""
        other = RowSource(self._format, self._settings, value)
        other.schemas = self.schemas
        return other

    def declared(self, pointer: Pointer) -> Declared | None:
        """What the format says of a place; in the schema of a tool, what JSON Schema says of it."""
        place = declared(self._format, self.value, pointer)
        schema = self._schema_around(pointer)
        if schema is None:
            return place
        inner = declared_argument(PARAMETERS, self.at(schema), pointer[len(schema) :])
        if inner is None or place is None:
            return inner
        return replace(inner, name=place.name, description=place.description, required=place.required)

    def arguments_at(self, pointer: Pointer) -> ArgumentSource | None:
        """What the text at a place may hold, if it is the arguments of a call."""
        call = next((one for one in all_calls(self.example) if one.arguments_place.pointer == pointer), None)
        return self._arguments(call) if call else None

    def listed(self, pointer: Pointer, member: Member) -> list[Offer]:
        """The values that a place chooses from: also tools, and calls that wait for a result."""
        for call in all_calls(self.example):
            if pointer == call.name_place.pointer:
                return self._tools()
            if pointer == call.arguments_place.pointer:
                members = self._arguments(call).completed(())
                return [Offer('"{…}"', Nested(members), "skeleton", ", ".join(members))]
            if not call.legacy and pointer == (*call.place.pointer, "id"):
                return [offer(self._new_id(), "reference")]
        turn = self._turn_with(pointer)
        if turn is not None and pointer == turn.role_place.pointer:
            return self._roles(turn, member)
        if turn is not None and pointer[-1] == "tool_call_id":
            return [offer(call.id, "reference", call.name or "") for call in self._unanswered(turn)]
        if turn is not None and turn.role == "function" and pointer[-1] == "name":
            return offers((call.name for call in all_calls(self.example) if call.legacy), "tool")
        return super().listed(pointer, member)

    def suggested(self, pointer: Pointer) -> list[Offer]:
        """Names that others of the same role have, and what a schema may require."""
        turn = self._turn_with(pointer)
        if turn is not None and pointer[-1] == "name":
            turns = sorted(self.example.all_turns, key=lambda one: one.role != turn.role)
            return offers((one.name for one in turns if one is not turn), "reference")
        if pointer[-2:-1] == ("required",) and self._schema_around(pointer) is not None:
            properties, taken = self.at((*pointer[:-2], "properties")), self.at(pointer[:-1])
            if type(properties) is dict and type(taken) is list:
                return offers((name for name in properties if name not in taken), "reference")
        return []

    def is_discouraged(self, key: str) -> bool:
        """Whether a rule that is on speaks against a key."""
        return self._speaks_against(key, _RULES_OF_KEYS)

    def title(self, pointer: Pointer, place: Declared) -> str:
        """What the object at a place is called."""
        return super().title(pointer, place) if pointer else f"{self._format.title} row"

    def tagged(self, pointer: Pointer, tag: str, choice: Offer) -> Iterator[Offer]:
        """The skeletons of an object with a certain tag; a turn that can call a tool also with a call."""
        for one in super().tagged(pointer, tag, choice):
            yield one
            calling = self.placing(pointer, {tag: choice.value, _CALLS: [{}]})
            if calling.declared((*pointer, _CALLS)) is not None:
                members = {tag: choice.value, _CALLS: [calling.completed((*pointer, _CALLS, 0))]}
                yield skeleton(f"{one.label} with a tool call", members, one.description)

    def items(self, pointer: Pointer, depth: int = 0) -> list[Any]:
        """Of turns, a question and an answer; only one of the two where the training method wants it so."""
        item = self.declared((*pointer, 0))
        tag = tag_of(item) if item else None
        words = {one.value for one in tag.choices} if tag else set()
        said = [[one for one in _SPEAKERS[role] if one in words] for role in ("user", "assistant")]
        spoken = [one[0] for one in said if one]
        if tag is None or not spoken:
            return super().items(pointer, depth)
        wanted = spoken if self._format.stage == "sft" else spoken[:1]
        turn = (*pointer, 0)
        return [self.placing(turn, {tag.name: word}).completed(turn) for word in wanted]

    def _speaks_against(self, word: str, rules: Mapping[str, str]) -> bool:
        rule = rules.get(word)
        if rule is None or rule not in self._settings.rules:
            return False
        return all_rules()[rule].rule.is_about(self._format.name)

    def _schema_around(self, pointer: Pointer) -> Pointer | None:
        """The place of the tool's schema that a place is in, or is."""
        return next((one for one in self.schemas if pointer[: len(one)] == one), None)

    def _turn_with(self, pointer: Pointer) -> Turn | None:
        """The turn that has its member at a place."""
        turns = (one for one in self.example.all_turns if not one.implied)
        return next((one for one in turns if one.pointer == pointer[:-1]), None)

    def _roles(self, turn: Turn, member: Member) -> list[Offer]:
        """The roles: first those that go with the keys that are there, then by who speaks next."""
        others = [one.role_place.pointer for one in self.example.all_turns if one is not turn]
        used = {str(self.at(pointer)) for pointer in others}
        used |= {_PARTNERS[word] for word in used if word in _PARTNERS}
        order = [
            word
            for role in (*self._next_roles(turn), *_SPEAKERS)
            for word in sorted(_SPEAKERS[role], key=lambda one: one not in used)
        ]
        ranks = {word: rank for rank, word in reversed(list(enumerate(order)))}

        def rank(word: str) -> tuple[bool, int]:
            return self._speaks_against(word, _RULES_OF_ROLES), ranks.get(word, len(order))

        choices = sorted(member.choices, key=lambda one: (one.misfits, *rank(str(one.value))))
        return super().listed(turn.role_place.pointer, replace(member, choices=tuple(choices)))

    def _next_roles(self, turn: Turn) -> Sequence[str]:
        before = self._before(turn)
        if not before:
            return _NEXT[""]
        last = before[-1]
        if last.role in ("tool", "function"):
            return _NEXT["call" if self._unanswered(turn) else "result"]
        return _NEXT.get("call" if last.has_calls else last.role or "", ())

    def _before(self, turn: Turn) -> tuple[Turn, ...]:
        """The turns before one, as the model sees them."""
        for turns in conversations(self.example):
            for at, one in enumerate(turns):
                if one is turn:
                    return turns[:at]
        return ()

    def _unanswered(self, turn: Turn) -> list[Call]:
        """The calls before a turn that no other turn answers, those of the latest turn first."""
        answered = {one.result_of for one in self.example.all_turns if one is not turn}
        asking = reversed(self._before(turn))
        waiting = (call for one in asking for call in one.calls if call.id and call.id not in answered)
        return list(islice(waiting, MOST_NAMES))

    def _tools(self) -> list[Offer]:
        """The tools of the row, and those that are called without being declared."""
        words = {one.name: one.description.value for one in self.example.tools if one.description}
        called = (one.name for one in all_calls(self.example))
        names = offers(chain((one.name for one in self.example.tools), called), "tool")
        return [replace(one, description=words.get(one.label, "")) for one in names]

    def _arguments(self, call: Call) -> ArgumentSource:
        """The arguments of a call, by its tool; as long as the call has no name, by the only tool."""
        tools = self.example.tools
        only = tools[0] if len(tools) == 1 and not call.name else None
        tool = declaration(self.example, call) or only
        return ArgumentSource(tool.parameters if tool else {}, {})

    def _new_id(self) -> str:
        used = {call.id for call in all_calls(self.example)}
        return next(one for one in map("call_{}".format, count(1)) if one not in used)
