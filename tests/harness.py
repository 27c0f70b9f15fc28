r"""The cases of the rules: Markdown pages under fixtures/rules, read, run, compared and rewritten.

A page, fixtures/rules/FAMILY/RULE.md, is prose with fenced blocks:

- `toml`: keys of turnlint.toml, for all blocks that follow until the next `toml`.
- `jsonl`: a file, one row a line. A name behind the word (`jsonl valid.txt`) names the file, which is else
  train.jsonl. Its format is voted unless the settings name one. Under settings with `[[dataset]]` all blocks
  are files of one run, and compared with each other as the settings say; else each block stands alone.
- `fixed`: the rows of the block before once every fix was carried out, safe or not; without those that go. A
  page whose rule offers a fix has at least one.

In a `jsonl` block a line that begins with `#@` is a marker, and marks the row above it:

    {"messages": [{"role": "usr", "content": "hi"}, {"role": "assistant", "content": "yo"}]}
    #@                     ^^^^^ error unknown-role "not a role"

    #@ ^^^^^ SEVERITY RULE "words"  the carets stand under the columns of the finding, counted in code points
    #@ 24-28 SEVERITY RULE          the same as 1-based columns, both inclusive; 5-4 is empty, before column 5
    #@ row SEVERITY RULE            the first token of the row: its opening bracket
    #@ file SEVERITY RULE           a finding of the file; may stand anywhere in the block
    #@ ~3 RULE                      the finding marked just above has a related place in row 3 (1-based)
    #@ ~train.jsonl:3 RULE          the same, in a row of another file

Carets cannot reach columns 1 to 3, which `#@` and its space cover: use a range there. The words are optional
and stand somewhere in the message. Every finding needs a marker and every marker a finding. Related places
in the same row take no marker. Rules that count rows are off unless the settings select them, and on pages of
other rules those that compare rows with each other, since the rows of a page are alike by nature.

`UPDATE=1` rewrites markers and fixed rows in place; it is refused where CI is set.
"""

from __future__ import annotations

import io
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, TypeAlias

from tests.oracle import verify
from turnlint.config import Counting, resolve
from turnlint.config.datasets import gather
from turnlint.config.discovery import Overrides, SettingsFinder
from turnlint.engine import Input, Located, check_files, check_stream
from turnlint.engine.rewrite import rewritten
from turnlint.formats import all_formats
from turnlint.formats.renamed import Names
from turnlint.model import Finding, Fix, Settings
from turnlint.rules import all_rules
from turnlint.text.scan import apply, spans

__all__ = [
    "FIXTURES",
    "Case",
    "Mark",
    "Outcome",
    "by_place",
    "cases_of",
    "differences",
    "every_row",
    "fix_rows",
    "pages",
    "relates",
    "rewrite",
    "run_case",
    "run_corpus",
    "run_engine",
    "settings_from",
    "unselected",
    "updating",
    "valid_format",
]

FIXTURES = Path(__file__).parent.parent / "fixtures"
COUNTING_RULES = ("too-few-examples", "few-examples")
"""Rules that a block of a few rows always breaks."""

_FENCE = re.compile(r"(?P<ticks>`{3,})(?P<kind>\w+)(?: +(?P<name>\S+))? *")
_RELATED = re.compile(r"#@ *~(?:(?P<file>\S+):)?(?P<row>\d+) +(?P<rule>[a-z0-9-]+) *")
_MARKER = re.compile(
    r"#@ *(?P<where>\^+|(?P<first>\d+)-(?P<last>\d+)|row|file) "
    r'+(?P<severity>error|warning|info|hint) +(?P<rule>[a-z0-9-]+)(?: +"(?P<words>.*)")? *'
)


Spot: TypeAlias = "int | tuple[str, int]"
"""A row, 0-based, and its file where that is another one."""


def valid_format(path: Path) -> str:
    """The format of a file of valid rows, which is called FORMAT.jsonl or FORMAT-TARGET.jsonl."""
    names = (one.name for one in all_formats() if f"{path.stem}-".startswith(f"{one.name}-"))
    return max(names, key=len)


class Mark(NamedTuple):
    """A finding, as a marker announces it or a run gave it. Rows and columns are 0-based, ends exclusive."""

    row: int | None
    start: int
    end: int
    severity: str
    rule: str
    related: tuple[Spot, ...] = ()
    words: str = ""
    """Of a marker: what the message must hold. Of a finding: the message."""

    def answers(self, marker: Mark) -> bool:
        """This finding is what the marker announces."""
        return self[:6] == marker[:6] and marker.words in self.words


def by_place(mark: Mark) -> tuple[int, int, int, str]:
    """How to sort marks: those of the file first."""
    return (-1 if mark.row is None else mark.row, mark.start, mark.end, mark.rule)


class Case(NamedTuple):
    """One `jsonl` block of a page."""

    page: Path
    number: int
    """Which block of its page, from 1."""
    name: str
    """The name of the file that the block stands for."""
    toml: str
    """The settings as they are written."""
    rows: tuple[str, ...]
    markers: tuple[Mark, ...]
    fixed: tuple[str, ...] | None
    lines: range
    """The lines of the block in its page, 0-based, without the fences."""
    fixed_lines: range
    section: int = 0
    """The line of its page at which its settings begin."""
    corpus: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """The names and rows of all files of its run, itself included; empty where it stands alone."""

    @property
    def rule(self) -> str:
        """The rule that the page is about."""
        return self.page.stem

    @property
    def settings(self) -> Mapping[str, Any]:
        """Keys of turnlint.toml."""
        return tomllib.loads(self.toml)

    @property
    def off(self) -> tuple[str, ...]:
        """The rules that are off."""
        relating = filter(relates, () if relates(self.rule) else all_rules())
        return unselected(self.settings, (*COUNTING_RULES, *relating))

    @property
    def data(self) -> bytes:
        """The file that the block stands for."""
        return _file(self.rows)


class Outcome(NamedTuple):
    """What a run of the engine found, with each row's findings as they were made."""

    marks: list[Mark]
    findings: list[tuple[int | None, Finding]]


def _file(rows: Iterable[str]) -> bytes:
    return "".join(f"{row}\n" for row in rows).encode()


class _Block(NamedTuple):
    kind: str
    name: str
    lines: range
    body: list[str]


def pages() -> list[Path]:
    """Every page of cases, in order."""
    return sorted((FIXTURES / "rules").glob("*/*.md"))


def every_row() -> list[bytes]:
    """Rows of every kind: valid ones of each format, those of the rules' cases, the demo."""
    rows: list[bytes] = []
    for path in sorted([*FIXTURES.rglob("*.jsonl"), *FIXTURES.rglob("*.md")]):
        rows += [row for row in path.read_bytes().split(b"\n") if row.lstrip()[:1] in (b"{", b"[")]
    return [row for row in rows if len(row) < 4_000]


@cache
def cases_of(page: Path) -> tuple[Case, ...]:
    """Read a page. Raises ValueError where it breaks the grammar."""
    toml, section = "", 0
    cases: list[Case] = []
    for block in _blocks(page.read_bytes().decode().split("\n")):
        if block.kind == "toml":
            toml, section = "\n".join(block.body), block.lines.start
        elif block.kind == "jsonl":
            rows, markers = _read_markers(page, block)
            name = block.name or "train.jsonl"
            place = (block.lines, range(0), section)
            cases.append(Case(page, len(cases) + 1, name, toml, rows, markers, None, *place))
        elif block.kind == "fixed":
            if not cases or cases[-1].fixed is not None:
                raise ValueError(
                    f"{page}:{block.lines.start}: a `fixed` block needs a `jsonl` block before it"
                )
            cases[-1] = cases[-1]._replace(fixed=tuple(block.body), fixed_lines=block.lines)
    runs = (list(run) for _, run in groupby(cases, key=lambda case: case.section))
    return tuple(chain.from_iterable(_together(page, run) for run in runs))


def _together(page: Path, cases: Sequence[Case]) -> Iterable[Case]:
    """Let the cases under one `toml` block know of each other, if it has data sets."""
    if "dataset" not in cases[0].settings:
        return cases
    corpus = tuple((case.name, case.rows) for case in cases)
    if len(dict(corpus)) < len(cases) or any(case.fixed is not None for case in cases):
        raise ValueError(f"{page}: the files of a run need names of their own, and have no `fixed`")
    return (case._replace(corpus=corpus) for case in cases)


def _blocks(lines: Sequence[str]) -> Iterator[_Block]:
    position = 0
    while position < len(lines):
        fence = _FENCE.fullmatch(lines[position])
        position += 1
        if fence:
            end = lines.index(fence["ticks"], position)
            inside = range(position, end)
            yield _Block(fence["kind"], fence["name"] or "", inside, list(lines[position:end]))
            position = end + 1


def _read_markers(page: Path, block: _Block) -> tuple[tuple[str, ...], tuple[Mark, ...]]:
    rows: list[str] = []
    marks: list[Mark] = []
    for line, text in zip(block.lines, block.body, strict=True):
        if not text.startswith("#@"):
            rows.append(text)
        elif related := _RELATED.fullmatch(text):
            if not marks or marks[-1].rule != related["rule"]:
                raise ValueError(f"{page}:{line + 1}: no marker of {related['rule']} just above")
            row = int(related["row"]) - 1
            spot = (related["file"], row) if related["file"] else row
            marks[-1] = marks[-1]._replace(related=(*marks[-1].related, spot))
        elif marker := _MARKER.fullmatch(text):
            marks.append(_read_marker(marker, rows))
        else:
            raise ValueError(f"{page}:{line + 1}: this is no marker: {text}")
    return tuple(rows), tuple(marks)


def _read_marker(marker: re.Match[str], rows: Sequence[str]) -> Mark:
    row: int | None = len(rows) - 1
    start, end = marker.span("where")
    if marker["where"] == "file":
        row, start, end = None, 0, 0
    elif marker["where"] == "row":
        start, end = _first_token(rows[-1])
    elif marker["first"]:
        start, end = int(marker["first"]) - 1, int(marker["last"])
    return Mark(row, start, end, marker["severity"], marker["rule"], words=marker["words"] or "")


def _first_token(row: str) -> tuple[int, int]:
    start = len(row) - len(row.lstrip(" \t\r"))
    return start, start + 1


def settings_from(keys: Mapping[str, Any], off: Iterable[str] = COUNTING_RULES) -> Settings:
    """Resolve keys of turnlint.toml, with some rules off unless these keys select them."""
    words = {key.replace("-", "_"): value for key, value in keys.items()}
    words["ignore"] = [*words.get("ignore", ()), *unselected(keys, off)]
    words["parameters"] = words.pop("rules", {})
    words["counting"] = Counting(**words.pop("tokens", {}))
    words["names"] = Names(words.pop("columns", {}), words.pop("roles", {}))
    return resolve(**words)


def unselected(keys: Mapping[str, Any], rules: Iterable[str]) -> tuple[str, ...]:
    """The rules that these keys of turnlint.toml do not select."""
    wanted = {*keys.get("select", ()), *keys.get("extend-select", ())}
    return tuple(rule for rule in rules if rule not in wanted)


def relates(rule: str) -> bool:
    """Whether a rule compares rows with each other, one by one."""
    found = all_rules().get(rule)
    return found is not None and not found.hooks.keys().isdisjoint(("copies", "group", "near"))


@cache
def run_case(case: Case) -> Outcome:
    """Check a case by the engine, once."""
    if case.corpus:
        return run_corpus(case.corpus, case.toml, Overrides(ignore=case.off))[case.name]
    return run_engine(case.data, settings_from(case.settings, case.off), name=case.name)


def run_corpus(
    files: Sequence[tuple[str, Sequence[str]]], toml: str, overrides: Overrides | None = None
) -> Mapping[str, Outcome]:
    """Check files of one folder with these settings: what is found in each, by its name."""
    found = {name: Outcome([], []) for name, _ in files}
    texts = dict(files)
    with TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "turnlint.toml").write_text(toml, encoding="utf-8")
        finder = SettingsFinder(overrides)
        for dataset in gather([root / name for name, _ in files], finder):
            names = [files[one.number][0] for one in dataset.files]
            inputs = [
                Input(io.BytesIO(_file(texts[name])), finder.settings(root / name), name, Path(name).name)
                for name in names
            ]
            for one, located in check_files(inputs):
                found[one.name].marks.append(_verified(located, texts[one.name], texts))
                found[one.name].findings.append((located.row, located.finding))
    return found


def run_engine(data: bytes, settings: Settings, *, name: str = "train.jsonl") -> Outcome:
    """Check a file by the engine. Every place that it gives is verified against the standard library."""
    text = data.decode("utf-8-sig", "surrogateescape")
    rows = text.split("\n" if "\n" in text else "\r")
    marks: list[Mark] = []
    findings: list[tuple[int | None, Finding]] = []
    for located in check_stream(io.BytesIO(data), settings, name=name):
        marks.append(_verified(located, rows))
        findings.append((located.row, located.finding))
    return Outcome(marks, findings)


def _verified(
    located: Located, rows: Sequence[str], files: Mapping[str, Sequence[str]] | None = None
) -> Mark:
    """Turn a finding into a mark, and judge its places and those that are related, in whichever file."""
    finding, row = located.finding, located.row
    related = tuple(
        (one.file, one.row) if one.file else one.row for one in finding.related if one.row is not None
    )
    for one in finding.related:
        beside = files[one.file] if files and one.file else rows
        text = rows[row or 0] if one.row is None else beside[one.row]
        span = spans(text, [one.place])[0]
        verify(text, one.place, span.start, span.end)
    start = end = 0
    if row is not None and finding.place is not None:
        text = located.raw.decode("utf-8", "surrogateescape")
        span = spans(text, [finding.place])[0]
        start, end = span.start, span.end
        verify(text, finding.place, start, end)
    return Mark(row, start, end, finding.severity.word, finding.rule, related, finding.message)


def differences(case: Case, found: Sequence[Mark]) -> str:
    """Show where markers and findings part, row by row; empty where they agree."""
    spare = list(found)
    missing = []
    for marker in case.markers:
        answer = next((mark for mark in spare if mark.answers(marker)), None)
        if answer is None:
            missing.append(marker)
        else:
            spare.remove(answer)
    wrong: list[tuple[int, str, Mark]] = [(_order(mark), "- expected", mark) for mark in missing]
    wrong += [(_order(mark), "+ found   ", mark) for mark in spare]
    lines = []
    for row in sorted({row for row, _, _ in wrong}):
        lines.append(f"row {row + 1}: {case.rows[row]}" if row >= 0 else "the file:")
        lines += [f"  {sign} {line}" for at, sign, mark in wrong if at == row for line in _show(case, mark)]
    return "\n".join(lines)


def _order(mark: Mark) -> int:
    return -1 if mark.row is None else mark.row


def _show(case: Case, mark: Mark) -> Iterator[str]:
    yield _write(case.rows, mark)
    for spot in mark.related:
        file, row = ("", spot) if isinstance(spot, int) else (f"{spot[0]}:", spot[1])
        yield f"#@ ~{file}{row + 1} {mark.rule}"


def _write(rows: Sequence[str], mark: Mark) -> str:
    """Write a marker: carets where they can be read, else a range."""
    words = f' "{mark.words}"' if mark.words else ""
    tail = f"{mark.severity} {mark.rule}{words}"
    if mark.row is None:
        return f"#@ file {tail}"
    if (mark.start, mark.end) == _first_token(rows[mark.row]):
        return f"#@ row {tail}"
    if 3 <= mark.start < mark.end <= 160:
        return f"#@{' ' * (mark.start - 2)}{'^' * (mark.end - mark.start)} {tail}"
    return f"#@ {mark.start + 1}-{mark.end} {tail}"


def fix_rows(rows: Iterable[str], findings: Iterable[tuple[int | None, Finding]]) -> list[str]:
    """Carry out every fix, safe or not, each row's together."""
    fixes: dict[int | None, list[Fix]] = {}
    for row, finding in findings:
        if finding.fix is not None:
            fixes.setdefault(row, []).append(finding.fix)
    texts = [
        _fixed(text, fixes.get(row, ()))
        for row, text in enumerate(rows)
        if not any(fix.removes_row for fix in fixes.get(row, ()))
    ]
    data = _file(texts)
    for fix in fixes.get(None, ()):
        data = b"".join(rewritten([data], fix.rewrite))
    return data.decode().split("\n")[:-1]


def _fixed(text: str, fixes: Sequence[Fix]) -> str:
    edits = tuple(edit for fix in fixes for edit in fix.edits)
    return apply(text, Fix("", edits)) if edits else text


def updating() -> bool:
    """Say whether pages are to be rewritten. Raises RuntimeError where a machine asks for it."""
    if not os.environ.get("UPDATE"):
        return False
    if os.environ.get("CI"):
        raise RuntimeError("UPDATE=1 would bless whatever is found: never in CI")
    return True


def rewrite(page: Path, outcomes: Sequence[Outcome]) -> None:
    """Write the markers and fixed rows of a page anew, keeping the words of markers that still hold."""
    lines = page.read_bytes().decode().split("\n")
    for case, outcome in reversed(list(zip(cases_of(page), outcomes, strict=True))):
        if case.fixed is not None:
            lines[case.fixed_lines.start : case.fixed_lines.stop] = fix_rows(case.rows, outcome.findings)
        lines[case.lines.start : case.lines.stop] = _marked(case, outcome.marks)
    page.write_bytes("\n".join(lines).encode())
    cases_of.cache_clear()


def _marked(case: Case, found: Sequence[Mark]) -> Iterator[str]:
    known = {(mark.row, mark.rule, mark.words) for mark in case.markers}
    marks = sorted(found, key=lambda mark: (mark.start, mark.end, mark.rule))
    marks = [mark._replace(words=_kept_words(mark, known)) for mark in marks]
    for row, text in enumerate(case.rows):
        yield text
        yield from (line for mark in marks if mark.row == row for line in _show(case, mark))
    yield from (_write(case.rows, mark) for mark in marks if mark.row is None)


def _kept_words(mark: Mark, known: Iterable[tuple[int | None, str, str]]) -> str:
    kept = (words for row, rule, words in known if (row, rule) == (mark.row, mark.rule))
    return next((words for words in kept if words and words in mark.words), "")
