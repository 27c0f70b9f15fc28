"""A row as somebody reads it: turn by turn, decoded, cut to what a hover can hold."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from turnlint.formats import Format, detect
from turnlint.formats.brief import counts
from turnlint.formats.calls import Calls
from turnlint.formats.declared import reach
from turnlint.lsp.lengths import Lengths
from turnlint.model import Call, Example, Image, Place, Pointer, Text, Turn
from turnlint.text.images import data_url, head_of, kind_of
from turnlint.text.label import counted, snippet
from turnlint.text.markdown import PlainText, excerpt
from turnlint.text.pretty import head

if TYPE_CHECKING:
    from turnlint.lsp.view import RowView

__all__ = ["Conversation", "source"]

_ROW = 8_000
"""So many code points are shown of a row,"""
_MEANT = 4_000
"""of the turn that is meant,"""
_OTHER = 1_500
"""and of any other turn, of arguments and of schemas."""
_LEAST = 200
"""A turn of which less could be shown is left out."""
_LEAD = 400
"""So many of short turns before the one that is meant."""
_FEW = 8
"""So many tools and fields are listed."""
_PREVIEW = 80
"""So many code points are shown of the turn before."""

_Part: TypeAlias = Text | Image | Call
_Sided: TypeAlias = tuple[str, Turn]
"""A turn with the side of preference data that it is on."""


class Conversation:
    """Writes the turns of a row, or its JSON where it has none."""

    format: Format | None
    """The format of the row, which may be another one than that of its file."""
    example: Example | None

    def __init__(self, row: RowView, style: PlainText, lengths: Lengths | None = None) -> None:
        """`lengths` are those of the row in the format of its file; None where none are known."""
        self._row = row
        self._style = style
        self.format = row.format
        self.example = row.example
        if self.example is None or not self.example.all_turns:
            own = detect(row.value)
            if own is not None:  # a row of another format than its file
                self.format, self.example = own, own.example(row.value)
        self._lengths = lengths if self.format is row.session.format else None

    @cached_property
    def calls(self) -> Calls:
        """Which calls and results of the example belong together; none where there is no example."""
        return Calls(self.example or Example("", ()))

    def write(self, meant: Turn | None = None, text: Pointer = (), index: int = 0) -> str:
        """The turns from the one that is meant on, else from the first.

        `text` and `index` say which text of that turn the reader looks at and where: of a long one, the part
        around it is shown.
        """
        turns = list(self._turns())
        if not turns:
            return self._titled(source(self._style, self._row.text, _ROW))
        start = self._start(turns, next((at for at, (_, turn) in enumerate(turns) if turn is meant), 0))
        written = [self._before(turns[:start])] if start else []
        room = _ROW
        for at, (side, turn) in enumerate(turns[start:], start):
            if room < _LEAST:
                written.append(f"… {counted(len(turns) - at, 'more turn')}")
                break
            limit = min(room, _MEANT if turn is meant else _OTHER)
            written.append(self._turn(side, turn, limit, text, index))
            room -= len(written[-1])
        else:
            written += self._fields()
        return self._titled(*written)

    def label(self, turn: Turn) -> str:
        """Who speaks, in the words of the row."""
        role = turn.role_key if turn.implied else reach(self._row.value, turn.role_place.pointer)
        if type(role) is not str:
            return self._style.strong("no role")
        if role.isascii() and role.isalpha():
            return self._style.strong(role)
        return self._style.code(role)

    def called(self, call: Call) -> str:
        """A call by its name and id."""
        name = "a tool without a name" if call.name is None else self._style.code(call.name)
        return name if call.id is None else f"{name} ({self._style.code(call.id)})"

    def arguments(self, call: Call, limit: int = _OTHER) -> str:
        """The arguments of a call: JSON laid out, any other text as it is."""
        if type(call.arguments) is not str:
            return source(self._style, self._written(call.arguments_place), limit)
        if call.arguments.lstrip().startswith(("{", "[")):
            return source(self._style, call.arguments, limit)
        return self._text(call.arguments, limit)

    @cached_property
    def _lengths_of_turns(self) -> dict[int, str]:
        """The lengths of turns by their identity."""
        turns = self.example.all_turns if self.example else ()
        said = self._lengths.turns() if self._lengths else []
        return {id(turn): words for turn, words in zip(turns, said, strict=False)}

    def _turns(self) -> Iterator[_Sided]:
        example = self.example
        if example is not None:
            yield from (("", turn) for turn in example.turns)
            yield from (("preferred", turn) for turn in example.preferred)
            yield from (("non-preferred", turn) for turn in example.non_preferred)

    def _start(self, turns: list[_Sided], meant: int) -> int:
        """Where to begin so that the turn that is meant comes soon: short ones before it are shown too."""
        room = _LEAD
        for at in range(meant, 0, -1):
            room -= len(self._turn(*turns[at - 1], _OTHER))
            if room < 0:
                return at
        return 0

    def _titled(self, *written: str) -> str:
        example = self.example
        about = [f"Row {self._row.number + 1:,}"]
        if self.format is not None:
            about.append(self.format.title)
        if example is not None:
            about += [counts(example)] if counts(example) else []
            names = [self._style.code(tool.name) for tool in example.tools[:_FEW] if tool.name is not None]
            more = ["…"] if len(example.tools) > _FEW else []
            about += [f"{counted(len(example.tools), 'tool')}: {', '.join(names + more)}"] if names else []
        length = [self._lengths.row()] if self._lengths else []
        return "\n\n".join([" · ".join(about), *length, *written])

    def _before(self, turns: list[_Sided]) -> str:
        """What comes before the turn that is shown first, in a line."""
        side, last = turns[-1]
        whose = " · ".join([*self._side(side), self.label(last)])
        words = snippet(last.text, _PREVIEW)
        said = f": {self._style.code(words)}" if words else ""
        return f"… {counted(len(turns), 'earlier turn')}, the last of {whose}{said}"

    def _side(self, side: str) -> list[str]:
        return [self._style.strong(side)] if side else []

    def _turn(self, side: str, turn: Turn, limit: int, text: Pointer = (), index: int = 0) -> str:
        written = [" · ".join([*self._side(side), self.label(turn), *self._notes(turn)])]
        for pointer, part in _parts(turn):
            if limit <= 0:
                written.append("…")
                break
            written.append(self._part(part, limit, index if pointer == text else 0))
            limit -= len(written[-1])
        return "\n".join(written)

    def _notes(self, turn: Turn) -> Iterator[str]:
        """What is to be said of a turn beside its parts."""
        exchange = self.calls.of_result(turn)
        if exchange is not None and exchange.call is not None:
            yield f"answers {self.called(exchange.call)}"
        elif turn.result_of is not None:
            yield f"answers {self._style.code(turn.result_of)}"
        if turn.name is not None:
            yield f"name {self._style.code(turn.name)}"
        if turn.weight is not None:
            idle = ": not trained on" if turn.weight == 0 and type(turn.weight) is not bool else ""
            yield f"weight {self._style.code(self._written(Place((*turn.pointer, 'weight'))))}{idle}"
        if turn.refusal:
            yield "a refusal"
        if turn.content == "other":
            odd = self._written(turn.content_place) or self._written(turn.place)
            yield f"content {self._style.code(odd)}"
        elif next(_parts(turn), None) is None:
            yield "empty" if turn.content == "parts" else "no content"
        if id(turn) in self._lengths_of_turns:
            yield self._lengths_of_turns[id(turn)]

    def _part(self, part: _Part, limit: int, index: int) -> str:
        if isinstance(part, Text):
            return self._text(part.value, limit, index)
        if isinstance(part, Image):
            return self._image(part)
        return f"calls {self.called(part)}\n{self.arguments(part, limit)}"

    def _text(self, text: str, limit: int, index: int = 0) -> str:
        if not text.strip():
            return self._style.code(text)
        cut = excerpt(text, limit, index)
        before = [f"… {cut.before:,} characters before"] if cut.before else []
        after = [f"… {cut.after:,} more characters"] if cut.after else []
        return "\n".join([*before, self._style.block(cut.text), *after])

    def _image(self, image: Image) -> str:
        if image.url is None:
            return "image without a URL"
        data = data_url(image.url)
        if data is None:
            return f"image at {self._style.code(image.url)}"
        kind = kind_of(head_of(data)) or self._style.code(data.mime)
        return f"image: {kind}, {_size((len(image.url) - data.start) * 3 // 4)} as data URL"

    def _fields(self) -> list[str]:
        """What a row of reinforcement data holds for its grader."""
        fields = self.example.extra if self.example else {}
        if not fields:
            return []
        listed = [self._written(place, whole=True)[:_ROW] for place in islice(fields.values(), _FEW)]
        more = f", … {len(fields) - _FEW:,} more" if len(fields) > _FEW else ""
        return [f"{self._style.strong('for the grader')}{more}\n{source(self._style, ','.join(listed))}"]

    def _written(self, place: Place, *, whole: bool = False) -> str:
        """A value as the row writes it, with its key if it is to be `whole`; empty where there is none."""
        root = self._row.tree.root
        node = root.at(place.pointer) if root else None
        if node is None:
            return ""
        return self._row.text[node.whole.start if whole else node.start : node.end]


def source(style: PlainText, text: str, limit: int = _OTHER) -> str:
    """A JSON text laid out, and cut if it is long."""
    shown, is_all = head(text, limit)
    return style.block(shown if is_all else f"{shown}…", "json")


def _parts(turn: Turn) -> Iterator[tuple[Pointer, _Part]]:
    """The texts, images and calls of a turn as the row has them, with their places."""
    content: list[tuple[Pointer, _Part]] = [(text.pointer, text) for text in turn.texts]
    content += [(image.place.pointer, image) for image in turn.images]
    depth = len(turn.content_place.pointer)
    if turn.content == "parts":
        content.sort(key=lambda pair: _position(pair[0], depth))
    yield from content
    yield from ((call.place.pointer, call) for call in turn.calls)


def _position(pointer: Pointer, depth: int) -> float:
    """The number of a content part; what is none comes last."""
    step = pointer[depth] if len(pointer) > depth else None
    return step if isinstance(step, int) else float("inf")


def _size(count: int) -> str:
    for unit, size in (("MB", 1_000_000), ("KB", 1_000)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return counted(count, "byte")
