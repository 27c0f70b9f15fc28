"""A whole file, in a stream: rows in, findings out in the order of the rows, memory flat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import BinaryIO

import orjson
from msgspec import Struct

from turnlint.corpus.exact import ExactIndex
from turnlint.engine.row import RowChecker, facts_of
from turnlint.formats import Format, all_formats, detect, get_format
from turnlint.model import Finding, JsonFault, Place, Related, Settings, Span
from turnlint.rules import Bound, FileSummary, all_rules
from turnlint.text.decode import decode, row_text
from turnlint.text.rows import Batch, FileFault, RowReader, sniff
from turnlint.text.scan import spans

__all__ = ["Located", "bound_rules", "check_stream", "file_findings", "left_to_right", "split_of", "vote"]

VOTERS = 1_000
"""How many rows that are not blank decide the format of a file."""

_BULK = 1 << 18
"""From this many bytes on, loading the fast scanner pays."""

_CHUNK = 1 << 18
"""Bytes read at a time; a row is fetched again by reading one chunk."""


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
    votes: Counter[str] = Counter()
    voters = 0
    for raw in rows:
        if not raw.strip():
            continue
        voters += 1
        try:
            value = orjson.loads(raw)
        except orjson.JSONDecodeError:
            value = decode(raw).value
        found = detect(value, stage)
        if found is not None:
            votes[found.name] += 1
        if voters == VOTERS:
            break
    if not votes:
        return None
    most = max(votes.values())
    return next(one for one in all_formats() if votes[one.name] == most)


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


def check_stream(
    stream: BinaryIO,
    settings: Settings,
    *,
    name: str = "",
    on_format: Callable[[Format | None], object] = lambda chosen: None,
) -> Iterator[Located]:
    """Judge a file from where the stream stands to its end.

    Yields findings row by row (in no order within one), those about the file first where its head tells them,
    else last. The stream
    must be able to seek, so that rows that seem equal can be compared. `name` is the file's name without
    folders; `on_format` is told the format once it is known. Whatever reading raises passes through; OSError
    too where the file shrinks meanwhile.
    """
    yield from _FileCheck(stream, settings, name).run(on_format)


def file_findings(stream: BinaryIO, settings: Settings, *, name: str = "") -> Iterator[Finding]:
    """Only what is said about the file as a whole, for editors, which judge the rows themselves."""
    check = _FileCheck(stream, settings, name)
    fault = sniff(check.reader.head, complete=check.reader.complete)
    if fault is not None:
        yield from check.of_fault(fault)
        return
    yield from (one.finding for one in check.run(lambda chosen: None, judge_rows=False))


class _FileCheck:
    """One run over one file."""

    def __init__(self, stream: BinaryIO, settings: Settings, name: str) -> None:
        self.reader = RowReader(stream, chunk_bytes=_CHUNK)
        self._settings = settings
        self._name = name
        self._bound = bound_rules(settings)
        self._said: set[str] = set()
        self._index = ExactIndex()
        self._rows = 0
        self._blank: tuple[int, int] = (0, 0)

    def run(
        self, on_format: Callable[[Format | None], object], *, judge_rows: bool = True
    ) -> Iterator[Located]:
        reader = self.reader
        fault = sniff(reader.head, complete=reader.complete)
        if fault is not None:
            yield from (Located(None, b"", one) for one in self.of_fault(fault))
            return
        bulk = judge_rows and len(reader.head) >= _BULK
        voters, batches = _first_rows(iter(reader))
        chosen = self._chosen(voters)
        on_format(chosen)
        first = next((raw for raw in voters if raw.strip()), b"")
        del voters
        if chosen is None and first:
            yield from self._of_file("unknown-format", UNKNOWN_FORMAT)
        if judge_rows:
            checker = RowChecker(chosen, self._settings, bulk=bulk)
            self._bound = bound_rules(self._settings.judging(chosen.name if chosen else None))
            for batch in batches:
                yield from self._judge(batch, checker)
        else:
            for batch in batches:
                self._rows += sum(1 for raw in batch.rows if raw and not raw.isspace())
        yield from (Located(None, b"", one) for one in self._at_the_end(chosen, first))

    def _chosen(self, voters: list[bytes]) -> Format | None:
        named = self._settings.format
        return get_format(named) if named else vote(voters, self._settings.stage)

    def of_fault(self, fault: FileFault) -> Iterator[Finding]:
        """What the head of the file told."""
        bound = self._bound.get(fault.kind)
        if bound is not None:
            yield bound.fault(JsonFault(fault.kind, Place(), fault.detail))

    def _judge(self, batch: Batch, checker: RowChecker) -> Iterator[Located]:
        check, add, seen = checker.findings, self._index.add, "exact-duplicate" in self._bound
        for number, raw in enumerate(batch.rows, batch.first):
            if not raw or raw.isspace():
                self._note_blank(number)
                continue
            if self._blank[1]:
                yield from self._blank_rows()
            self._rows += 1
            if number in batch.oversize:
                yield from self._too_large(number, raw, batch.oversize[number])
                continue
            found = check(raw)
            for finding in found:
                if self._is_new(finding):
                    yield Located(number, raw, finding)
            if seen:
                first = add(facts_of(raw).exact, number)
                if first is not None:
                    yield from self._duplicate(number, raw, first)

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
        bound = self._bound.get("blank-row")
        if bound is not None:
            fault = JsonFault("blank-row", Place(columns=(0, 0)), BLANK_ROW)
            for number in range(start, start + count):
                yield Located(number, b"", bound.fault(fault))

    def _too_large(self, number: int, raw: bytes, length: int) -> Iterator[Located]:
        bound = self._bound.get("row-too-large")
        if bound is not None:
            words = f"This row has {length:,} bytes, more than turnlint reads, and was not judged."
            yield Located(number, raw, bound.fault(JsonFault("row-too-large", Place(columns=(0, 1)), words)))

    def _duplicate(self, number: int, raw: bytes, first: int) -> Iterator[Located]:
        """Report a copy once its bytes were compared: equal keys alone prove nothing."""
        try:
            if self.reader.fetch(first).strip() != raw.strip():
                return
        except IndexError as error:
            raise OSError(str(error)) from error
        bound = self._bound["exact-duplicate"]
        allowed = bound["max_copies"] or 1
        if allowed > 1 and len(self._index.group(facts_of(raw).exact)) <= allowed:
            return
        yield Located(number, raw, duplicate_finding(bound, first))

    def _of_file(self, kind: str, detail: str) -> Iterator[Located]:
        bound = self._bound.get(kind)
        if bound is not None:
            finding = bound.fault(JsonFault(kind, Place(), detail))
            yield Located(None, b"", finding)

    def _at_the_end(self, chosen: Format | None, first: bytes) -> Iterator[Finding]:
        summary = FileSummary(
            name=self._name,
            size=self.reader.size,
            rows=self._rows,
            format=chosen.name if chosen else None,
            method=self._settings.stage,
            split=self._settings.split or split_of(self._name),
            accepted=self._settings.formats,
            bom=self.reader.bom,
            crlf=self.reader.crlf,
            lf=self.reader.lf,
            cr=self.reader.cr,
            first=first[:1_000],
        )
        for bound in bound_rules(self._settings).values():
            hook, formats = bound.module.hooks.get("file"), bound.rule.formats
            if hook is not None and (not formats or summary.format in formats):
                yield from hook(summary, bound)


UNKNOWN_FORMAT = (
    "No row looks like training data in a format that turnlint knows, so only its JSON is judged. "
    "If it is training data, name its format (`--format`, or `format` in turnlint.toml)."
)
BLANK_ROW = "This row is blank. Delete it."


def duplicate_finding(bound: Bound, first: int) -> Finding:
    """The finding on a row that repeats an earlier one; `first` is the 0-based number of that one."""
    what = f"this row repeats row {first + 1}, byte for byte"
    related = (Related("first copy", first),)
    return bound.at(
        Place(), what, "Delete it, unless the repetition is meant to weigh more.", related=related
    )


def _first_rows(batches: Iterator[Batch]) -> tuple[list[bytes], Iterator[Batch]]:
    """Take batches until enough rows can vote; give the rows and all batches from the start."""
    taken: list[Batch] = []
    voters = 0
    for batch in batches:
        taken.append(batch)
        voters += sum(1 for raw in batch.rows if raw and not raw.isspace())
        if voters >= VOTERS:
            break
    return [raw for batch in taken for raw in batch.rows], chain(taken, batches)
