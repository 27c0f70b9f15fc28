"""A whole file, in a stream: rows in, findings out in the order of the rows, memory flat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from msgspec import Struct

from turnlint.corpus.exact import ExactIndex
from turnlint.engine.row import CLEAN, RowChecker, facts_of
from turnlint.engine.threads import in_threads
from turnlint.engine.tokens import TokenChecker
from turnlint.engine.told import blank_row, duplicate, if_on, row_too_large, unknown_format
from turnlint.formats import Format, all_formats, detect, get_format
from turnlint.model import Finding, JsonFault, Place, Settings, Span
from turnlint.rules import Bound, FileSummary, all_rules
from turnlint.text.decode import row_text, value_of
from turnlint.text.rows import Batch, RowReader, sniff
from turnlint.text.scan import spans

if TYPE_CHECKING:
    from turnlint.engine.baseline import Ledger

__all__ = [
    "VOTERS",
    "Ballot",
    "Election",
    "Located",
    "bound_rules",
    "cast",
    "check_stream",
    "elect",
    "file_findings",
    "left_to_right",
    "row_rules",
    "split_of",
    "vote",
]

VOTERS = 1_000
"""How many rows that are not blank decide the format of a file."""

_BULK = 1 << 18
"""From this many bytes on, loading the fast scanner pays."""

_CHUNK = 1 << 15
"""Bytes read at a time; a row is fetched again by reading one chunk."""

_ORIGINALS = 1 << 20
"""Bytes of first copies that are kept, so that a row that comes again and again is fetched once."""

_SUM = "too-many-tokens"
"""The rule that wants to know the tokens of all rows."""

_Result = TypeVar("_Result")
_Counted = Mapping[int, tuple[Finding, ...]]


class Located(Struct, frozen=True):
    """A finding and where it belongs."""

    row: int | None
    """0-based number of the row; None where the file as a whole is meant."""
    raw: bytes
    """The row; empty for the file."""
    finding: Finding

    def span(self) -> Span | None:
        """The columns of the finding in its row, looked up when asked; None for the file."""
        if self.row is None or self.finding.place is None:
            return None
        return spans(row_text(self.raw), [self.finding.place])[0]


def left_to_right(raw: bytes, findings: Sequence[Finding]) -> list[Finding]:
    """Order the findings of one row by where they begin."""
    if len(findings) < 2:
        return list(findings)
    starts = [one.start for one in spans(row_text(raw), [finding.place or Place() for finding in findings])]
    return [finding for _, finding in sorted(zip(starts, findings, strict=True), key=lambda one: one[0])]


def vote(rows: Iterable[bytes], stage: str | None = None) -> Format | None:
    """The format of most of the first 1,000 rows that are not blank; on a tie the one recognised first.

    `stage` is the training method where the user named it. None where no row is recognised.
    """
    return elect(_ballots(rows, stage)).format


class Ballot(Struct, frozen=True):
    """What one row says of the format of its file."""

    format: Format | None
    readable: bool
    """The row is JSON, whatever it holds."""


def cast(raw: bytes, stage: str | None) -> Ballot:
    """The ballot of one row that is not blank."""
    value = value_of(raw)
    return Ballot(detect(value, stage), value is not None)


class Election(Struct, frozen=True):
    """What the rows of a file say of its format together."""

    format: Format | None
    """The one that most ballots name, on a tie the one recognised first; None where none names any."""
    is_unknown: bool
    """None is named, though some row is JSON: where none is, nobody can tell a format."""


def elect(ballots: Iterable[Ballot]) -> Election:
    """Count the ballots."""
    cast_ = list(ballots)
    votes = Counter(one.format.name for one in cast_ if one.format is not None)
    if not votes:
        return Election(None, any(one.readable for one in cast_))
    most = max(votes.values())
    return Election(next(one for one in all_formats() if votes[one.name] == most), False)


def _ballots(rows: Iterable[bytes], stage: str | None) -> Iterator[Ballot]:
    voters = islice((raw for raw in rows if raw and not raw.isspace()), VOTERS)
    return (cast(raw, stage) for raw in voters)


def split_of(name: str) -> str:
    """Guess the split of a file from its name: validation, test, or else train."""
    words = set("".join(one if one.isalnum() else " " for one in name.lower()).split())
    if words & {"valid", "validation", "val", "dev", "eval"}:
        return "validation"
    return "test" if words & {"test", "tests", "holdout"} else "train"


def bound_rules(settings: Settings) -> dict[str, Bound]:
    """The rules that are on, ready to make findings."""
    rules = all_rules()
    return {name: Bound(rules[name], one) for name, one in settings.rules.items()}


def row_rules(settings: Settings, format: Format | None) -> dict[str, Bound]:  # noqa: A002
    """The rules that judge the rows of a file. Of one in no known format, none that compares rows."""
    bound = bound_rules(settings.judging(format.name if format else None))
    if format is not None:
        return bound
    return {name: one for name, one in bound.items() if one.module.family != "duplicates"}


def check_stream(
    stream: BinaryIO,
    settings: Settings,
    *,
    name: str = "",
    on_format: Callable[[Format | None], object] = lambda chosen: None,
    ledger: Ledger | None = None,
    threads: int = 1,
) -> Iterator[Located]:
    """Judge a file from where the stream stands to its end.

    Yields findings row by row (in no order within one), those about the file first where its head tells them,
    else last. The stream must be able to seek, so that rows that seem equal can be compared. `name` is the
    file's name without folders; `on_format` is told the format once it is known; what `ledger` accepts is not
    yielded. From two on, so many `threads` of their own count tokens.

    Raises TokensError for a tokenizer that cannot be used. Whatever reading raises passes through; OSError
    too where the file shrinks meanwhile.
    """
    yield from _FileCheck(stream, settings, name, ledger, threads).run(on_format)


def file_findings(stream: BinaryIO, settings: Settings, *, name: str = "") -> Iterator[Finding]:
    """Only what is said about the file as a whole, for editors, which judge the rows themselves."""
    check = _FileCheck(stream, settings, name, None, 1)
    return (one.finding for one in check.run(lambda chosen: None, judge_rows=False))


class _FileCheck:
    """One run over one file."""

    def __init__(
        self, stream: BinaryIO, settings: Settings, name: str, ledger: Ledger | None, threads: int
    ) -> None:
        self._stream = stream
        self._start = stream.tell()
        self._reader = RowReader(stream, chunk_bytes=_CHUNK)
        self._settings = settings
        self._name = name
        self._ledger = ledger
        self._threads = threads
        self._bound = bound_rules(settings)
        self._said: set[str] = set()
        self._index = ExactIndex()
        self._originals: dict[int, bytes] = {}
        self._kept = 0
        self._rows = 0
        self._first = b""
        self._blank: tuple[int, int] = (0, 0)
        self._tokens = TokenChecker(None, settings)
        self._sums = _SUM in self._bound
        self._judges_rows = True
        self._ceiling = 0

    def run(
        self, on_format: Callable[[Format | None], object], *, judge_rows: bool = True
    ) -> Iterator[Located]:
        head = self._reader.head
        fault = sniff(head, complete=self._reader.complete)
        if fault is not None:
            words = JsonFault(fault.kind, Place(), fault.detail)
            yield from self._of_file(if_on(self._bound, fault.kind, Bound.fault, words))
            return
        elected = self._elected()
        chosen = elected.format
        on_format(chosen)
        if elected.is_unknown:
            yield from self._of_file(if_on(self._bound, "unknown-format", unknown_format))
        self._tokens = TokenChecker(chosen, self._settings)
        self._judges_rows = judge_rows
        if judge_rows:
            checker = RowChecker(chosen, self._settings, bulk=len(head) >= _BULK)
            self._bound = row_rules(self._settings, chosen)
            for batch, counted in self._in_threads(self._counted_ahead, self._holds_long_rows):
                yield from self._judge(batch, checker, counted)
        else:
            for raw in self._read():
                if self._count(raw) and self._sums:
                    self._ceiling += self._tokens.ceiling(raw)
        yield from self._of_file(self._at_the_end(chosen))
        if self._ledger is not None:
            self._ledger.complete = True

    def _batches(self) -> Iterator[Batch]:
        """The file from its start, however far it was read before: the rows that vote are not kept."""
        self._stream.seek(self._start)
        self._reader = RowReader(self._stream, chunk_bytes=_CHUNK)
        return iter(self._reader)

    def _read(self) -> Iterator[bytes]:
        """The rows of the file from its start."""
        return chain.from_iterable(batch.rows for batch in self._batches())

    def _elected(self) -> Election:
        named = self._settings.format
        if named:
            return Election(get_format(named), False)
        return elect(_ballots(self._read(), self._settings.stage))

    def _in_threads(
        self, work: Callable[[Batch], _Result], worth: Callable[[Batch], bool] = lambda batch: True
    ) -> Iterator[_Result]:
        return in_threads(work, self._batches(), self._threads if self._tokens.shared else 1, worth)

    def _holds_long_rows(self, batch: Batch) -> bool:
        return max(map(len, batch.rows)) > self._tokens.plain

    def _counted_ahead(self, batch: Batch) -> tuple[Batch, _Counted]:
        """A batch with the token findings of its long rows, by row number."""
        if not self._holds_long_rows(batch):
            return batch, {}
        tokens = self._tokens
        long = [
            (number, raw) for number, raw in enumerate(batch.rows, batch.first) if len(raw) > tokens.plain
        ]
        return batch, {number: tokens.findings(raw) for number, raw in long if tokens.needs(raw)}

    def _token_findings(self, number: int, raw: bytes, counted: _Counted) -> tuple[Finding, ...]:
        """What the tokens of a row tell that is long or not proved clean."""
        if len(raw) > self._tokens.plain:
            return counted.get(number, ())
        return self._tokens.findings(raw) if self._tokens.needs(raw) else ()

    def _judge(self, batch: Batch, checker: RowChecker, counted: _Counted) -> Iterator[Located]:
        check, add, seen = checker.findings, self._index.add, "exact-duplicate" in self._bound
        tokens, sums = self._tokens, self._sums
        for number, raw in enumerate(batch.rows, batch.first):
            if not self._count(raw):
                self._note_blank(number)
                continue
            if self._blank[1]:
                yield from self._blank_rows()
            if number in batch.oversize:
                yield from self._too_large(number, raw, batch.oversize[number])
                continue
            found = check(raw)
            if sums and found is not CLEAN:
                self._ceiling += tokens.ceiling(raw)
            if found is not CLEAN or len(raw) > tokens.plain:
                found += self._token_findings(number, raw, counted)
            if found:
                yield from (one for one in self._of_row(number, raw, found) if self._is_new(one.finding))
            if seen:
                key = facts_of(raw).exact
                first = add(key, number)
                if first is not None:
                    yield from self._duplicate(number, raw, key, first)

    def _of_file(self, findings: Iterable[Finding]) -> Iterator[Located]:
        return self._of_row(None, b"", findings)

    def _of_row(self, number: int | None, raw: bytes, findings: Iterable[Finding]) -> Iterator[Located]:
        """The findings that are not accepted."""
        if self._ledger is not None:
            findings = self._ledger.left(None if number is None else facts_of(raw).exact, findings)
        return (Located(number, raw, finding) for finding in findings)

    def _count(self, raw: bytes) -> bool:
        """Count a row unless it is blank; say whether it was counted."""
        if not raw or raw.isspace():
            return False
        if not self._rows:
            self._first = raw[:1_000]
        self._rows += 1
        return True

    def _is_new(self, finding: Finding) -> bool:
        """Whether the finding is to be told: some are said once a file, at the first row."""
        if not self._bound[finding.rule].rule.once:
            return True
        if finding.rule in self._said:
            return False
        self._said.add(finding.rule)
        return True

    def _note_blank(self, number: int) -> None:
        start, count = self._blank
        self._blank = (start, count + 1) if count else (number, 1)

    def _blank_rows(self) -> Iterator[Located]:
        """Blank rows are told once a row follows them: those at the end of a file harm nobody."""
        (start, count), self._blank = self._blank, (0, 0)
        for number in range(start, start + count):
            yield from self._of_row(number, b"", if_on(self._bound, "blank-row", blank_row))

    def _too_large(self, number: int, raw: bytes, length: int) -> Iterator[Located]:
        return self._of_row(number, raw, if_on(self._bound, "row-too-large", row_too_large, length))

    def _duplicate(self, number: int, raw: bytes, key: int, first: int) -> Iterator[Located]:
        """Report a copy once its bytes were compared: equal keys alone prove nothing."""
        if self._original(first) != raw.strip():
            return
        bound = self._bound["exact-duplicate"]
        allowed = bound["max_copies"] or 1
        if allowed > 1 or self._ledger is not None:
            copies = self._index.count(key)
            if copies <= allowed or (self._ledger and self._ledger.accepts("exact-duplicate", key, copies)):
                return
        yield Located(number, raw, duplicate(bound, first))

    def _original(self, row: int) -> bytes:
        """An earlier row without outer white space. Raises OSError where it is gone."""
        original = self._originals.get(row)
        if original is None:
            try:
                original = self._reader.fetch(row).strip()
            except IndexError as error:
                raise OSError(str(error)) from error
            if self._kept > _ORIGINALS:
                self._originals.clear()
                self._kept = 0
            self._originals[row] = original
            self._kept += len(original)
        return original

    def _all_tokens(self, asking: Bound | None) -> int | None:
        """The tokens of all rows, counted only where their bytes and texts leave room for too many.

        Editors, which have the rows judged apart, are to wait for no slower tokenizer than those that ship.
        """
        tokens = self._tokens
        if asking is None or not (tokens.shared or self._judges_rows):
            return None
        most, epochs = asking["maximum"], asking["epochs"]
        if tokens.shared:
            if (tokens.density * self._reader.size + self._ceiling) * epochs <= most:
                return None
            if sum(map(tokens.bound, self._read())) * epochs <= most:
                return None
        return sum(self._in_threads(self._tokens_of))

    def _tokens_of(self, batch: Batch) -> int:
        rows = (raw for number, raw in enumerate(batch.rows, batch.first) if number not in batch.oversize)
        return sum(one.total for one in map(self._tokens.measure, rows) if one is not None)

    def _at_the_end(self, chosen: Format | None) -> Iterator[Finding]:
        bound_to_file = bound_rules(self._settings)
        summary = FileSummary(
            name=self._name,
            size=self._reader.size,
            rows=self._rows,
            format=chosen.name if chosen else None,
            method=self._settings.stage,
            split=self._settings.split or split_of(self._name),
            accepted=self._settings.formats,
            bom=self._reader.bom,
            crlf=self._reader.crlf,
            lf=self._reader.lf,
            cr=self._reader.cr,
            first=self._first,
            tokens=self._all_tokens(bound_to_file.get(_SUM)),
        )
        for bound in bound_to_file.values():
            hook, formats = bound.module.hooks.get("file"), bound.rule.formats
            if hook is not None and (not formats or summary.format in formats):
                yield from hook(summary, bound)
