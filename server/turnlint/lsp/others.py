"""The other rows that a finding names: of the same document, or of another file of its data set."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from lsprotocol import types
from msgspec import Struct

from turnlint.lsp.document import row_text
from turnlint.lsp.pace import Pace
from turnlint.lsp.session import Session
from turnlint.lsp.view import RowView
from turnlint.model import Finding, Place
from turnlint.text.decode import row_text as decoded
from turnlint.text.scan import spans
from turnlint.text.units import all_to_units

__all__ = ["Other", "named_at", "others", "own"]


class Other(Struct, frozen=True):
    """A row that a finding in a document names. Not for keeping across an `await`: an edit may move it."""

    session: Session
    """That of the document with the finding."""
    uri: str
    """The document or file that it is in."""
    row: int
    """0-based."""
    file: str = ""
    """Empty for the document itself, else as in `Related.file`."""
    place: Place = Place()

    @property
    def words(self) -> str:
        """Which row it is, for the reader of the document."""
        return f"row {self.row + 1:,}" + (f" of {self.file}" if self.file else "")

    def is_before(self, row: RowView) -> bool:
        """Whether it stands in a file of its own, or before a row of the document."""
        return bool(self.file) or self.row < row.number

    async def line(self, pace: Pace) -> str:
        """The line as it is, or was when its file was read.

        Raises LookupError for a file that is no longer known, and OSError for one that has changed.
        """
        if not self.file:
            return self.session.document.store.line(self.row).text
        foreign = self.session.foreign
        if foreign is None:
            raise LookupError(self.file)
        return decoded(await pace.aside(partial(foreign.read, self.file, self.row)))

    async def ranges(self, pace: Pace) -> tuple[types.Range, types.Range]:
        """The row and the place that is meant in it; of a file that has changed, where the row began."""
        await pace.breathe()
        try:
            line = await self.line(pace)
        except (OSError, LookupError):
            line = ""
        return await pace.work(line, partial(self._ranges, line))

    def _ranges(self, line: str) -> tuple[types.Range, types.Range]:
        meant, first = spans(row_text(line), [self.place, Place()])
        columns = (first.start, len(line), meant.start, meant.end)
        units = all_to_units(line, columns, self.session.document.encoding)
        start, end, *place = (types.Position(self.row, units[column]) for column in columns)
        return types.Range(start, end), types.Range(*place)


def others(session: Session, finding: Finding) -> list[Other]:
    """The other rows that a finding names, in its order: the first is the one that it compares with.

    Those of files that are no longer known are left out: what was found because of them goes a little later.
    """
    return [
        Other(session, uri, one.row, one.file, one.place)
        for one in finding.related
        if one.row is not None and (uri := _uri(session, one.file)) is not None
    ]


def own(session: Session, number: int) -> Other:
    """A row of the document itself by its 0-based number."""
    return Other(session, session.document.uri, number)


def _uri(session: Session, file: str) -> str | None:
    if not file:
        return session.document.uri
    try:
        return session.foreign.uri(file) if session.foreign is not None else None
    except LookupError:
        return None


async def named_at(
    row: RowView, position: types.Position, pace: Pace
) -> list[tuple[types.Range, list[Other]]]:
    """The other rows that the findings at a position name, with the ranges of these findings."""
    named = [(finding, others(row.session, finding)) for finding in row.findings]
    named = [(finding, found) for finding, found in named if found]
    places = await pace.work(row.text, partial(_places, row, [finding for finding, _ in named]))
    pairs = zip(places, (found for _, found in named), strict=True)
    return [(place, found) for place, found in pairs if place.start <= position <= place.end]


def _places(row: RowView, findings: Sequence[Finding]) -> list[types.Range]:
    return row.ranges([span for _, span in row.located(findings)])
