"""What keeps rows from being converted, told one by one as it is found, on standard error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from turnlint.cli._inputs import Source
from turnlint.cli._streams import say
from turnlint.engine.convert import Refusal
from turnlint.model import Place, format_pointer
from turnlint.report._objects import encode
from turnlint.text.decode import row_text
from turnlint.text.label import counted
from turnlint.text.layouts import Layout
from turnlint.text.scan import spans

__all__ = ["Refusals"]

_SHOWN = 20
"""So many refusals of one kind are shown to people for a file."""


class Refusals:
    """Tells refusals, and counts them."""

    def __init__(self, *, as_json: bool) -> None:
        self.rows = 0
        """How many rows were refused."""
        self.losses: Counter[str] = Counter()
        """In how many of them each loss was a reason; the empty one cannot be given up."""
        self._as_json = as_json
        self._told: Counter[tuple[str, str]] = Counter()
        self._first = True

    def add(
        self, source: Source, row: int, raw: bytes, refusals: Iterable[Refusal], layout: Layout | None
    ) -> None:
        """Tell why a row (0-based) is refused; `layout` says where rows stand that are not lines."""
        self.rows += 1
        found = list(refusals)
        self.losses.update(one.loss for one in found)
        wanted = found if self._as_json else [one for one in found if self._is_shown(source, one)]
        columns = [one.start for one in spans(row_text(raw), [Place(one.pointer) for one in wanted])]
        for one, column in zip(wanted, columns, strict=True):
            line, start = layout.position(row, column) if layout else (row, column)
            self._tell(source, row, (line + 1, start + 1), one)

    def end(self, source: Source) -> None:
        """Say how many more there were in a file than were shown."""
        more = sum(max(0, count - _SHOWN) for (name, _), count in self._told.items() if name == source.name)
        if more and not self._as_json:
            say(f"{source.name}: {counted(more, 'more refusal')} like these")

    def finish(self) -> None:
        """End what programs read."""
        if self._as_json:
            say("[]" if self._first else "]")

    def _is_shown(self, source: Source, one: Refusal) -> bool:
        self._told[source.name, one.loss] += 1
        return self._told[source.name, one.loss] <= _SHOWN

    def _tell(self, source: Source, row: int, spot: tuple[int, int], one: Refusal) -> None:
        pointer = format_pointer(one.pointer)
        if self._as_json:
            shown = {
                "path": source.name,
                "row": row + 1,
                "pointer": pointer,
                "location": {"line": spot[0], "column": spot[1]},
                "reason": one.reason,
                "loss": one.loss or None,
            }
            say(("[" if self._first else ",") + encode(shown))
        else:
            kind = f" ({one.loss})" if one.loss else ""
            where = f"{pointer}: " if pointer else ""
            say(f"{source.name}:{spot[0]}:{spot[1]}: {where}{one.reason}{kind}")
        self._first = False
