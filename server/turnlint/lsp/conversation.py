"""A row as a conversation: who speaks in turn, what is to be said of each turn, and what it consists of.

Hovers make prose of it (`lsp/prose`), and the row view data (`lsp/row_view`).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from turnlint.formats import Format, detect
from turnlint.formats.calls import Calls
from turnlint.formats.declared import reach
from turnlint.lsp.lengths import Lengths
from turnlint.model import Call, Example, Image, Place, Pointer, Text, Turn
from turnlint.text.images import data_url, head_of, kind_of
from turnlint.text.label import counted
from turnlint.text.markdown import PlainText

if TYPE_CHECKING:
    from turnlint.lsp.view import RowView

__all__ = ["Conversation", "Part", "Sided"]

Sided: TypeAlias = tuple[str, Turn]
"""A turn with the side of preference data that it is on."""
Part: TypeAlias = Text | Image | Call | Place
"""Something that a turn consists of; a place is content of no kind that is known."""


class Conversation:
    """The turns of a row, and what is to be said of them. `style` writes what the row calls something."""

    format: Format | None
    """The format of the row, which may be another one than that of its file."""
    example: Example | None

    def __init__(self, row: RowView, style: PlainText, lengths: Lengths | None = None) -> None:
        """`lengths` are those of the row in the format of its file; None where none are known."""
        self.row = row
        self.style = style
        self.format = row.format
        self.example = row.example
        if self.example is None or not self.example.all_turns:
            own = detect(row.value, accepted=row.session.settings.formats)
            if own is not None:  # a row of another format than its file
                self.format, self.example = own, own.example(row.value)
        self.lengths = lengths if self.format is row.session.format else None

    @cached_property
    def calls(self) -> Calls:
        """Which calls and results of the example belong together; none where there is no example."""
        return Calls(self.example or Example("", ()))

    @cached_property
    def turns(self) -> list[Sided]:
        """The turns in their order, those of the preferred answer before those of the other."""
        example = self.example
        if example is None:
            return []
        sides = (
            ("", example.turns),
            ("preferred", example.preferred),
            ("non-preferred", example.non_preferred),
        )
        return [(side, turn) for side, turns in sides for turn in turns]

    def role(self, turn: Turn) -> str | None:
        """Who speaks, in the words of the row; None where it does not say."""
        role = turn.role_key if turn.implied else reach(self.row.value, turn.role_place.pointer)
        return role if type(role) is str else None

    def notes(self, turn: Turn) -> Iterator[str]:
        """What is to be said of a turn beside its parts."""
        exchange = self.calls.of_result(turn)
        if exchange is not None and exchange.call is not None:
            yield f"answers {self.called(exchange.call)}"
        elif turn.result_of is not None:
            yield f"answers {self.style.code(turn.result_of)}"
        if turn.name is not None:
            yield f"name {self.style.code(turn.name)}"
        if turn.weight is not None:
            idle = ": not trained on" if turn.weight == 0 and type(turn.weight) is not bool else ""
            yield f"weight {self.style.code(self.written(Place((*turn.pointer, 'weight'))))}{idle}"
        if turn.refusal:
            yield "a refusal"

    def lack(self, turn: Turn) -> str:
        """What is to be said of a turn without parts."""
        return "empty" if turn.content == "parts" else "no content"

    def length(self, turn: Turn) -> str:
        """The tokens of a turn; empty as long as they are not known."""
        return self._lengths_of_turns.get(id(turn), "")

    @cached_property
    def _lengths_of_turns(self) -> dict[int, str]:
        """The lengths of turns by their identity."""
        turns = self.example.all_turns if self.example else ()
        said = self.lengths.turns() if self.lengths else []
        return {id(turn): words for turn, words in zip(turns, said, strict=False)}

    def parts(self, turn: Turn) -> list[tuple[Pointer, Part]]:
        """What a turn consists of as the row has it, with the places: texts, images, other content, calls."""
        content: list[tuple[Pointer, Part]] = [(text.pointer, text) for text in turn.texts]
        content += [(image.place.pointer, image) for image in turn.images]
        depth = len(turn.content_place.pointer)
        if turn.content == "parts":
            content += self._unread(turn, {pointer[depth:][:1] for pointer, _ in content})
            content.sort(key=lambda pair: _position(pair[0], depth))
        elif turn.content == "other":
            place = turn.content_place if self.written(turn.content_place) else turn.place
            content.append((place.pointer, place))
        return [*content, *((call.place.pointer, call) for call in turn.calls)]

    def _unread(self, turn: Turn, known: set[Pointer]) -> list[tuple[Pointer, Part]]:
        """The content parts of kinds that are not known."""
        parts = reach(self.row.value, turn.content_place.pointer)
        places = (turn.content_place.at(at) for at in range(len(parts)) if (at,) not in known)
        return [(place.pointer, place) for place in places]

    def called(self, call: Call) -> str:
        """A call by its name and id."""
        name = "a tool without a name" if call.name is None else self.style.code(call.name)
        return name if call.id is None else f"{name} ({self.style.code(call.id)})"

    def seen(self, image: Image) -> str:
        """An image by what it is and where."""
        if image.url is None:
            return "image without a URL"
        data = data_url(image.url)
        if data is None:
            return f"image at {self.style.code(image.url)}"
        kind = kind_of(head_of(data)) or self.style.code(data.mime)
        return f"image: {kind}, {_size((len(image.url) - data.start) * 3 // 4)} as data URL"

    def written(self, place: Place, *, whole: bool = False) -> str:
        """A value as the row writes it, with its key if it is to be `whole`; empty where there is none."""
        node = self.row.node(place.pointer)
        if node is None:
            return ""
        return self.row.text[node.whole.start if whole else node.start : node.end]


def _position(pointer: Pointer, depth: int) -> float:
    """The number of a content part; what is none comes last."""
    step = pointer[depth] if len(pointer) > depth else None
    return step if isinstance(step, int) else float("inf")


def _size(count: int) -> str:
    for unit, size in (("MB", 1_000_000), ("KB", 1_000)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return counted(count, "byte")
