"""A row as somebody reads it in a hover: turn by turn, decoded, cut to what that can hold."""

from __future__ import annotations

from itertools import islice

from turnlint.formats.brief import counts
from turnlint.lsp.conversation import Conversation, Sided
from turnlint.model import Call, Image, Place, Pointer, Text, Turn
from turnlint.text.label import counted, snippet
from turnlint.text.markdown import PlainText, excerpt
from turnlint.text.pretty import head

__all__ = ["Prose", "source"]

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


class Prose:
    """Writes a conversation, or the JSON of a row that holds none."""

    def __init__(self, conversation: Conversation) -> None:
        self._said = conversation
        self._row = conversation.row
        self._style = conversation.style

    def write(self, meant: Turn | None = None, text: Pointer = (), index: int = 0) -> str:
        """The turns from the one that is meant on, else from the first.

        `text` and `index` say which text of that turn the reader looks at and where: of a long one, the part
        around it is shown.
        """
        turns = self._said.turns
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

    def arguments(self, call: Call, limit: int = _OTHER) -> str:
        """The arguments of a call: JSON laid out, any other text as it is."""
        if type(call.arguments) is not str:
            return source(self._style, self._said.written(call.arguments_place), limit)
        if call.arguments.lstrip().startswith(("{", "[")):
            return source(self._style, call.arguments, limit)
        return self._text(call.arguments, limit)

    def _start(self, turns: list[Sided], meant: int) -> int:
        """Where to begin so that the turn that is meant comes soon: short ones before it are shown too."""
        room = _LEAD
        for at in range(meant, 0, -1):
            room -= len(self._turn(*turns[at - 1], _OTHER))
            if room < 0:
                return at
        return 0

    def _titled(self, *written: str) -> str:
        example = self._said.example
        about = [f"Row {self._row.number + 1:,}"]
        if self._said.format is not None:
            about.append(self._said.format.title)
        if example is not None:
            about += [counts(example)] if counts(example) else []
            names = [self._style.code(tool.name) for tool in example.tools[:_FEW] if tool.name is not None]
            more = ["…"] if len(example.tools) > _FEW else []
            about += [f"{counted(len(example.tools), 'tool')}: {', '.join(names + more)}"] if names else []
        length = [self._said.lengths.row()] if self._said.lengths else []
        return "\n\n".join([" · ".join(about), *length, *written])

    def _before(self, turns: list[Sided]) -> str:
        """What comes before the turn that is shown first, in a line."""
        side, last = turns[-1]
        whose = " · ".join([*self._side(side), self._label(last)])
        words = snippet(last.text, _PREVIEW)
        said = f": {self._style.code(words)}" if words else ""
        return f"… {counted(len(turns), 'earlier turn')}, the last of {whose}{said}"

    def _side(self, side: str) -> list[str]:
        return [self._style.strong(side)] if side else []

    def _label(self, turn: Turn) -> str:
        """Who speaks."""
        role = self._said.role(turn)
        if role is None:
            return self._style.strong("no role")
        if role.isascii() and role.isalpha():
            return self._style.strong(role)
        return self._style.code(role)

    def _turn(self, side: str, turn: Turn, limit: int, text: Pointer = (), index: int = 0) -> str:
        about = [*self._side(side), self._label(turn), *self._said.notes(turn)]
        about += filter(None, (self._lack(turn), self._said.length(turn)))
        written = [" · ".join(about)]
        for pointer, part in self._said.parts(turn):
            if isinstance(part, Place):  # nothing that is said
                continue
            if limit <= 0:
                written.append("…")
                break
            written.append(self._part(part, limit, index if pointer == text else 0))
            limit -= len(written[-1])
        return "\n".join(written)

    def _lack(self, turn: Turn) -> str:
        """What stands there instead of something that is said; empty where that is there."""
        if turn.content == "other":
            odd = self._said.written(turn.content_place) or self._said.written(turn.place)
            return f"content {self._style.code(odd)}"
        return "" if turn.texts or turn.images or turn.calls else self._said.lack(turn)

    def _part(self, part: Text | Image | Call, limit: int, index: int) -> str:
        if isinstance(part, Text):
            return self._text(part.value, limit, index)
        if isinstance(part, Image):
            return self._said.seen(part)
        return f"calls {self._said.called(part)}\n{self.arguments(part, limit)}"

    def _text(self, text: str, limit: int, index: int = 0) -> str:
        if not text.strip():
            return self._style.code(text)
        cut = excerpt(text, limit, index)
        before = [f"… {cut.before:,} characters before"] if cut.before else []
        after = [f"… {cut.after:,} more characters"] if cut.after else []
        return "\n".join([*before, self._style.block(cut.text), *after])

    def _fields(self) -> list[str]:
        """What a row of reinforcement data holds for its grader."""
        fields = self._said.example.extra if self._said.example else {}
        if not fields:
            return []
        listed = [self._said.written(place, whole=True)[:_ROW] for place in islice(fields.values(), _FEW)]
        more = f", … {len(fields) - _FEW:,} more" if len(fields) > _FEW else ""
        return [f"{self._style.strong('for the grader')}{more}\n{source(self._style, ','.join(listed))}"]


def source(style: PlainText, text: str, limit: int = _OTHER) -> str:
    """A JSON text laid out, and cut if it is long."""
    shown, is_all = head(text, limit)
    return style.block(shown if is_all else f"{shown}…", "json")
