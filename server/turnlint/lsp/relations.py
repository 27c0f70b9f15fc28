"""What the lines of a document have to do with each other, kept up to date line by line.

A line that comes brings facts, one that goes takes its own away. Only what these facts have touched is judged
again, when somebody asks for it by `work` or `rest`. Until then a line that replaces another keeps what was
said of that one.
"""

from __future__ import annotations

import logging
from array import array
from collections import deque
from collections.abc import Callable, Generator, Hashable, Iterable, Iterator, Mapping, Sequence, Set
from functools import partial
from itertools import chain, islice, takewhile
from operator import attrgetter
from time import perf_counter
from typing import Protocol, cast

from msgspec.structs import replace

from turnlint.corpus.exact import ExactIndex
from turnlint.corpus.tally import Count, Tally
from turnlint.engine.baseline import Accepted, Key
from turnlint.engine.compare import GROUP_BYTES, GROUP_CAP, Judge
from turnlint.engine.facts import example_of, exchanges, facts_of, row_key
from turnlint.engine.traits import values_of
from turnlint.formats import Format
from turnlint.lsp.document import BOM, judged_text, row_bytes, row_text
from turnlint.lsp.sayings import Elsewhere, Said, Sayings, Source
from turnlint.model import Example, Facts, Finding, Settings
from turnlint.rules import Bound
from turnlint.rules.compare import Exchange, Member, Origin, Trait, Verdict, worded
from turnlint.text.lines import Change, Line, LineStore

__all__ = ["Foreign", "Relations"]

logger = logging.getLogger(__name__)

_FEW = 32
_FEW_CHARACTERS = 1 << 18
"""A group of more rows or characters is not judged while somebody waits, but when the text rests."""
_KEPT = 64
_KEPT_BYTES = 1 << 16
"""So many rows of at most so many bytes are kept as they were read."""
_RECENT = 32
"""Of so many lines the facts are remembered: who types touches the same line again and again."""
_STEP = 4_096
"""So many keys or lines are looked at in one step."""

_FEW_KEYS = 256
"""So many keys are looked for in other files."""

_HOOKS = frozenset(("copies", "group", "near", "spread"))
_SPREAD: Source = "spread"
_ALL = object()
_ADDED, _REMOVED = attrgetter("added"), attrgetter("removed")


class Foreign(Protocol):
    """The rows of the other files of a data set. They have negative handles."""

    @property
    def origin(self) -> Origin:
        """The open document."""

    def rows(self, key: int) -> tuple[Sequence[int], Sequence[int]]:
        """The handles of the rows with a join key in files before the document, and in those behind it."""

    def member(self, handle: int) -> Member:
        """A row. Reading it raises OSError where its file has changed."""

    def members(self) -> Iterator[Member]:
        """The rows to be compared with those that are nearly the same, read one after the other.

        Those of a file that has changed are left out.
        """

    def is_before(self, handle: int) -> bool:
        """Whether a row is in a file before the document."""

    def name(self, handle: int) -> tuple[int, str]:
        """The 0-based number of a row, and the name of its file."""

    def uri(self, file: str) -> str:
        """The URI of a file by its name."""

    def read(self, file: str, row: int) -> bytes:
        """A row by the name of its file and its 0-based number. Raises OSError or LookupError."""


class Relations:
    """Follows the lines of a store. Uses `Line.key` for the handle of a line that was added."""

    def __init__(self, store: LineStore) -> None:
        self._store = store
        self._format: Format | None = None
        self._contents = _Contents(None)
        self._judge: Judge | None = None
        self._origin = Origin()
        """What the document is, where it is in no data set with others."""
        self._basis: object = None
        """What facts are kept for: with another one all lines are to be added anew."""
        self._foreign: Foreign | None = None
        self._is_foreign_due = False
        """Other rows of other files are to be compared with."""
        self._accepted = Accepted()
        self.touched: dict[int, None] | None = None
        """The handles of lines that have come, changed or gone; None as long as nobody wants to know."""
        self.era = 0
        """As long as it stays, a handle means the same line."""
        self._clear()

    def _clear(self) -> None:
        self.era += 1
        self._moves = self._moves_before = self._store.moves
        self._first_moved = 0
        self._lines: list[Line | None] = []
        """By handle, of which none is used again."""
        self._is_known = bytearray()
        """Of which handles the facts are in the index; perhaps those of the line that had it before."""
        self._leaving: dict[int, Line] = {}
        """Lines that have gone, and their facts have not."""
        self._recent: dict[Line, Facts] = {}
        self._marked: dict[Line, Facts] = {}
        """The facts of lines with a byte order mark, which differ in the first line from those in others."""
        self._index = ExactIndex()
        traits = (*self._judge.traits, "label") if self._judge else ()
        self._tallies: dict[Trait, Tally] = {trait: Tally() for trait in traits}
        self._asking: dict[Hashable, set[int]] = {}
        """The keys of groups of which rules have asked how often a label is there; of `_ALL`, all of them."""
        self._asked: dict[int, tuple[Hashable, ...]] = {}
        """The same by groups."""
        self._changed: set[Hashable] = set()
        """The labels of which that has changed since."""
        self._due: dict[int, None] = {}
        """The keys of groups to be judged next,"""
        self._many: dict[int, None] = {}
        """and of large ones, when the text rests."""
        self._is_spread_due = False
        self._here: _Here | None = None
        """The document as the rules about values saw it last."""
        self._resting: Iterator[None] | None = None
        self._warm: dict[int, Member] = {}
        self.sayings = Sayings(self._store, self.line)

    @property
    def pending(self) -> int:
        """How much there is to be done by `work`."""
        return len(self._leaving) + len(self._due)

    @property
    def bound(self) -> Mapping[str, Bound]:
        """The rules that are on."""
        return self._judge.bound if self._judge else {}

    @property
    def wants_facts(self) -> bool:
        """Whether any rule compares rows."""
        judge = self._judge
        return judge is not None and (judge.compares or judge.wants_near or bool(judge.traits))

    @property
    def is_settled(self) -> bool:
        """Whether what is said is said of the lines as they are, as far as is known here."""
        return not (self.pending or self._many or self.touched)

    def judge_by(self, format: Format | None, settings: Settings) -> None:  # noqa: A002
        """Judge by these settings. Lines that are no longer known are to be added again."""
        self._format = format
        self._contents = _Contents(format)
        self._judge = Judge(format, settings, self._member)
        self._judge_here = Judge(format, settings, self._member_at)
        self._origin = Origin(split=settings.split or "train")
        basis = (format and format.name, self.wants_facts, self._judge.traits)
        if basis != self._basis:
            self._basis = basis
            self.forget()
            return
        self._resting = None
        self._put_again()
        self._due.update(dict.fromkeys((*self._index.groups(), *self._groups_told_of())))
        self._is_spread_due = True

    def forget(self) -> None:
        """Let go of all lines."""
        for line in self._store:
            line.key = None
        self._clear()

    def stop(self) -> None:
        """Judge nothing more."""
        self._judge = self._basis = None
        self.forget()

    def accept(self, accepted: Accepted, changed: Set[str]) -> None:
        """Show no more what is accepted; `changed` are the rules of which that is not what it was."""
        self._accepted = accepted
        if not changed.isdisjoint(self._comparing):
            self._put_again()

    def compare_with(self, foreign: Foreign | None) -> None:
        """Compare with the rows of other files, or with none, or with what has become of them."""
        self._foreign, self._is_foreign_due, self._resting = foreign, True, None

    def knows(self, line: Line) -> bool:
        """Whether the facts of a line are known, as it is now."""
        handle = line.key
        return handle is not None and self._is_known[handle] != 0 and handle not in self._leaving

    def line(self, handle: int) -> Line | None:
        """The line of a handle; None of one that has gone, or is a row of another file."""
        lines = self._lines  # another thread may ask
        return lines[handle] if 0 <= handle < len(lines) else None

    def replace(self, changes: Sequence[Change]) -> bool:
        """Follow edits. Says whether all lines are to be added again: where most are gone, that is less."""
        self._resting = None
        self._moves_before, self._moves = self._moves, self._store.moves
        self._first_moved = min(change.first for change in changes)
        added, removed = (sum(map(len, map(part, changes))) for part in (_ADDED, _REMOVED))
        if removed > max(self._store.count - added, _STEP):
            self.forget()
            return True
        held: dict[int, Line] = {}
        for change in changes:
            successors = _successors(change)
            for old in change.removed:
                if old in successors:
                    self._pass_on(old, successors[old], held)
                else:
                    self._remove(old, held)
        self.sayings.pass_on(held)
        return False

    def add(self, line: Line, facts: Facts) -> None:
        """Take in a line, or what it has become."""
        handle = line.key
        if handle is None:
            handle = line.key = len(self._lines)
            self._lines.append(line)
            self._is_known.append(1)
            before = None
        else:
            before = self._take_out(handle) if handle in self._leaving else None
            self._is_known[handle] = 1
            self._remember(line, facts)
        if line.text.startswith(BOM):
            self._marked[line] = facts
        for key in set(facts.joins):
            if self._index.add(key, handle) is not None or self._is_elsewhere(key):
                self._due[key] = None
        self._count_anew(handle, before, facts)
        self._touch(handle)

    def leave_out(self, line: Line) -> None:
        """Compare a line with no other: it has no facts."""
        if line.key is not None:
            self._remove(line, {})

    def work(self, end: float) -> None:
        """Do what is due until `perf_counter` says `end`; at least one thing."""
        while self._leaving:
            self._let_go(next(iter(self._leaving)))
            if perf_counter() > end:
                return
        while self._due:
            key = next(iter(self._due))
            del self._due[key]
            if self._is_large(key):
                self._many[key] = None
            else:
                self._judge_group(key, self._in_order(self._index.group(key)))
            if perf_counter() > end:
                return

    def rest(self, seconds: float) -> bool:
        """Do for so long what can wait until the text rests. Says whether something is left to be done."""
        end = perf_counter() + seconds
        if self.pending:
            return True
        if self._resting is None:
            self._resting = self._at_rest()
        for _ in self._resting:
            if self.pending or perf_counter() > end:
                return True
        self._resting = None
        return bool(self.pending or self._many or self._changed) or self._is_spread_due

    def finding(self, said: Said) -> Finding | None:
        """What is said in words, as of now; None where it names a row that is not there any more."""
        numbers = self.locate(said)
        if numbers is None:
            return None
        rows = dict(zip(said.handles, numbers, strict=True))
        return worded(said.verdict, said.bound, lambda handle: (rows[handle], said.file(handle)))

    def locate(self, said: Said) -> tuple[int, ...] | None:
        """The 0-based numbers of the row it is said of and of the others; None where one is not there.

        This is asked for a thousand at each key.
        """
        moves = self._store.moves
        if said.moves == moves:
            return said.numbers
        if said.moves == self._moves_before and max(said.numbers, default=0) < self._first_moved:
            said.moves = moves
            return said.numbers
        if said.moves >= 0 and not said.elsewhere:
            try:
                said.numbers = tuple(map(self._store.number, said.lines))  # type: ignore[arg-type]
            except ValueError:
                return self._look_up(said)
            said.moves = moves
            return said.numbers
        return self._look_up(said)

    def _look_up(self, said: Said) -> tuple[int, ...] | None:
        """The same, of lines of which some may not be those that it was drawn of."""
        handles = said.handles
        lines = tuple(map(self.line, handles))
        if lines != said.lines:
            said.lines, said.drawn = lines, None
        if any(line is None and handle >= 0 for handle, line in zip(handles, lines, strict=True)):
            said.moves = -1
            return None
        number = self._store.number
        said.numbers = tuple(
            said.elsewhere[handle].row if line is None else number(line)
            for handle, line in zip(handles, lines, strict=True)
        )
        said.moves = self._store.moves
        return said.numbers

    def of_file(self) -> list[Finding]:
        """What is wrong with the document as a whole."""
        found = map(self.finding, self.sayings.of_row(None))
        return [finding for finding in found if finding is not None]

    def said_of(self, line: Line) -> tuple[Said, ...]:
        """What is to be shown of a line."""
        return () if line.key is None else self.sayings.of_row(line.key)

    def equal(self, line: Line) -> list[Line]:
        """The lines with the bytes of this one and itself, in their order; none where it is not known."""
        if not self.knows(line):
            return []
        key, text = self._facts_of(line).joins[-1], row_text(line.text).strip()
        handles = self._index.group(key)
        found = (one for one in map(self.line, handles) if one and row_text(one.text).strip() == text)
        return sorted(found, key=self._store.number)

    def accepting(self, line: Line, rule: str) -> tuple[Key, int] | None:
        """What is to be accepted for a line, and those it is told of with, to say nothing by a rule."""
        said = next((one for one in self.said_of(line) if one.verdict.rule == rule), None)
        if said is None:
            return None
        joins = self._facts_of(line).joins if self.knows(line) else ()
        numbers = (
            one.verdict.number
            for one in chain.from_iterable(map(self.sayings.of_source, joins))
            if one.verdict.rule == rule and one.verdict.group == said.verdict.group is not None
        )
        return (rule, self._accepted_by(said.verdict)), max(numbers, default=said.verdict.number)

    def _remember(self, line: Line, facts: Facts) -> None:
        self._recent[line] = facts
        if len(self._recent) > _RECENT:
            del self._recent[next(iter(self._recent))]

    def _facts_of(self, line: Line) -> Facts:
        known = self._recent.get(line) or self._marked.get(line)
        return known or facts_of(row_bytes(line.text), self._format)

    def _pass_on(self, old: Line, new: Line, held: dict[int, Line]) -> None:
        """Give a line the handle of another that it replaces. `held` notes whose it was before all edits."""
        handle, old.key = old.key, None
        if handle is not None:
            new.key, self._lines[handle] = handle, new
            held.setdefault(handle, old)
            if self._is_known[handle]:
                self._leaving.setdefault(handle, old)

    def _remove(self, line: Line, held: Mapping[int, Line]) -> None:
        handle, line.key = line.key, None
        if handle is not None:
            self._lines[handle] = None
            self.sayings.drop(handle, held.get(handle, line))
            self.say(handle, ())
            if self._is_known[handle]:
                self._leaving.setdefault(handle, line)

    def _let_go(self, handle: int) -> None:
        """Take the facts of a line away that has gone."""
        self._count(handle, self._take_out(handle), Tally.remove)
        self._touch(handle)

    def _take_out(self, handle: int) -> Facts:
        """Take a line that has gone out of the index, and give the facts that it had."""
        line = self._leaving.pop(handle)
        facts = self._facts_of(line)
        self._recent.pop(line, None)
        self._marked.pop(line, None)
        self._is_known[handle] = 0
        for key in set(facts.joins):
            self._index.remove(key, handle)
            if self._index.count(key) or self.sayings.of_source(key):
                self._due[key] = None
        return facts

    def _touch(self, handle: int) -> None:
        if self.touched is not None:
            self.touched[handle] = None

    def _count_anew(self, handle: int, before: Facts | None, facts: Facts) -> None:
        """Count the values that a line has, in place of those that it had before.

        Where they are the same, and no rule has read the line, nothing else is to be said of values.
        """
        traits = self._tallies
        if before and all(tuple(values_of(one, before)) == tuple(values_of(one, facts)) for one in traits):
            self._is_spread_due |= self._here is None or self._here.has_shown(handle)
            return
        if before:
            self._count(handle, before, Tally.remove)
        self._count(handle, facts, Tally.add)

    def _count(self, handle: int, facts: Facts, count: Callable[[Tally, Hashable, int], None]) -> None:
        """Count the values that a line has, or take that back."""
        for trait, tally in self._tallies.items():
            for value in values_of(trait, facts):
                count(tally, value, handle)
        if self._asking and facts.label is not None:
            self._changed |= self._asking.keys() & {facts.label, _ALL}
        self._is_spread_due = True

    def _is_large(self, key: int) -> bool:
        if self._index.count(key) > _FEW:
            return True
        lines = map(self.line, self._index.group(key))
        return sum(len(line.text) for line in lines if line is not None) > _FEW_CHARACTERS

    def _is_elsewhere(self, key: int) -> bool:
        return self._foreign is not None and any(self._foreign.rows(key))

    def _in_order(self, handles: Iterable[int]) -> list[int]:
        """Handles in order of their lines, but for those of lines that have just gone."""
        number = self._store.number
        found = ((line, handle) for handle in handles if (line := self._lines[handle]) is not None)
        return [handle for _, handle in sorted((number(line), handle) for line, handle in found)]

    def _judge_group(self, key: int, handles: list[int]) -> None:
        deque(self._judging(key, handles), 0)

    def _judging(self, key: int, handles: list[int], more: int = 0) -> Iterator[None]:
        before, behind = self._foreign.rows(key) if self._foreign is not None else ((), ())
        try:
            verdicts = yield from self._verdicts(key, [*before, *handles, *behind], more)
        except OSError as error:
            logger.debug("rows of another file could not be read: %s", error)
            verdicts = yield from self._verdicts(key, handles, more)
        self._many.pop(key, None)
        self._put(key, verdicts, self._foreign)

    def _verdicts(self, key: int, handles: list[int], more: int) -> Generator[None, None, list[Verdict]]:
        labels = _Asked(self._tallies["label"])
        try:
            if self._judge is None or len(handles) < 2:
                return []
            return (yield from _gathered(self._judge.group_in_steps(key, handles, cast(Tally, labels), more)))
        except OSError:
            raise
        except Exception:
            logger.exception("rows could not be compared")
            return []
        finally:
            self._note(key, labels.asked)

    def _note(self, key: int, asked: Set[Hashable]) -> None:
        """Note which labels a group depends on."""
        for label in self._asked.pop(key, ()):
            if label in self._asking:
                self._asking[label].discard(key)
                if not self._asking[label]:
                    del self._asking[label]
        for label in asked:
            self._asking.setdefault(label, set()).add(key)
        if asked:
            self._asked[key] = tuple(asked)

    def say(self, handle: int, verdicts: Iterable[Verdict], foreign: Foreign | None = None) -> None:
        """Say of a line that it is nearly the same as others, in place of what was said of that before.

        Rows of other files that are named are those of `foreign`.
        """
        self._put(-1 - handle, verdicts if self.line(handle) is not None else (), foreign)

    def _put(self, source: Source, verdicts: Iterable[Verdict], foreign: Foreign | None = None) -> None:
        self.sayings.put(source, verdicts, self.bound, self._is_accepted, partial(_elsewhere, foreign))

    def _put_again(self) -> None:
        """Show what is to be shown by now of all that was said."""
        for source in list(self.sayings.sources):
            said = [one for one in self.sayings.of_source(source) if not one.is_echo]
            there = dict(chain.from_iterable(one.elsewhere.items() for one in said))
            verdicts = [one.verdict for one in said]
            self.sayings.put(source, verdicts, self.bound, self._is_accepted, there.__getitem__)

    def _groups_told_of(self) -> list[int]:
        return [source for source in self.sayings.sources if source != _SPREAD and source >= 0]

    @property
    def _comparing(self) -> Iterable[str]:
        return (name for name, bound in self.bound.items() if not _HOOKS.isdisjoint(bound.module.hooks))

    def _is_accepted(self, verdict: Verdict) -> bool:
        return bool(self._accepted) and self._accepted.accepts(
            verdict.rule, self._accepted_by(verdict), verdict.number
        )

    def _accepted_by(self, verdict: Verdict) -> int | None:
        """The key by which a verdict is accepted."""
        if verdict.group is not None or verdict.row is None:
            return verdict.group
        return row_key(self._read(verdict.row))

    def member(self, handle: int, read: Callable[[int], bytes]) -> Member:
        """A row of the document as rules see it, if `read` gives the bytes of rows."""
        origin = self._foreign.origin if self._foreign is not None else self._origin
        return Member(handle, origin, read, self._contents.example, self._contents.exchanges, row_key)

    def _member(self, handle: int) -> Member:
        if handle < 0:
            assert self._foreign is not None, "rows of other files are named by nobody else"
            return self._foreign.member(handle)
        return self._warm.get(handle) or self.member(handle, self._read)

    def _read(self, handle: int) -> bytes:
        line = self.line(handle)
        return row_bytes(judged_text(self._store, line)) if line is not None else b""

    def _at_rest(self) -> Iterator[None]:
        """What is done when the text rests, step by step. An edit ends it, and it is begun anew."""
        if self._is_foreign_due:
            yield from self._ask_again()
        while self._changed:
            self._due.update(dict.fromkeys(self._asking.pop(self._changed.pop(), ())))
            yield
        while self._many:
            yield from self._judge_many(next(iter(self._many)))
        if self._is_spread_due:
            yield from self._judge_spreads()

    def _ask_again(self) -> Iterator[None]:
        """Find the groups that rows of other files belong to, or have belonged to."""
        for at, key in enumerate(self._index.keys()):
            if self._is_elsewhere(key):
                self._due[key] = None
            if not at % _FEW_KEYS:
                yield
        self._due.update(dict.fromkeys(self._groups_told_of()))
        self._is_foreign_due = False

    def _judge_many(self, key: int) -> Iterator[None]:
        """Judge a large group: put it in order, read its rows, and then compare them."""
        handles = self._index.group(key)
        ordered: list[int] = []
        for start in range(0, len(handles), _STEP):
            merged = self._in_order(chain(ordered, islice(handles, start, start + _STEP)))
            ordered = merged[:GROUP_CAP]
            yield
        size = 0
        try:
            for handle in ordered:
                member = self._warm[handle] = self._member(handle)
                size += len(member.raw)
                if size <= GROUP_BYTES:
                    assert member.exchanges is not None
                yield
            yield from self._judging(key, ordered, len(handles) - len(ordered))
        finally:
            self._warm = {}
        yield

    def _judge_spreads(self) -> Iterator[None]:
        """Judge traits by the numbers of lines in place of handles, which are in no order."""
        here = self._here = _Here(self._store, self._lines)
        tallies = {}
        for trait, tally in self._tallies.items():
            tallies[trait] = here.tally(tally)
            yield
        steps = self._judge_here.spread_in_steps(tallies, here.size) if self._judge else ()
        try:
            found = yield from _gathered(steps)
            verdicts = [here.verdict(one) for one in found]
        except Exception:
            logger.exception("the values of rows could not be compared")
            verdicts = []
        self._is_spread_due = False
        self._put(_SPREAD, verdicts)
        yield

    def _member_at(self, number: int) -> Member:
        if self._here is not None:
            self._here.show(number)
        return self.member(number, self._read_at)

    def _read_at(self, number: int) -> bytes:
        return row_bytes(judged_text(self._store, self._store.line(number)))


class _Contents:
    """What rows hold, of those that were read last: many rows that are compared are equal. For any thread."""

    def __init__(self, format: Format | None) -> None:  # noqa: A002
        self._format = format
        self._examples: dict[bytes, Example | None] = {}
        self._exchanges: dict[int, tuple[Example, Sequence[Exchange]]] = {}

    def example(self, raw: bytes) -> Example | None:
        """What a row holds."""
        if len(raw) > _KEPT_BYTES:
            return example_of(raw, self._format)
        if raw not in self._examples:
            if len(self._examples) >= _KEPT:
                self._examples, self._exchanges = {}, {}
            self._examples[raw] = example_of(raw, self._format)
        return self._examples.get(raw) or example_of(raw, self._format)

    def exchanges(self, example: Example) -> Sequence[Exchange]:
        """The answers of a row, each with what it answers."""
        known = self._exchanges.get(id(example))
        if known is None or known[0] is not example:
            known = example, exchanges(example)
            if len(self._exchanges) < _KEPT:
                self._exchanges[id(example)] = known
        return known[1]


class _Asked(Mapping[Hashable, Count]):
    """How often labels are there, and of which of them somebody has asked it."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self.asked: set[Hashable] = set()

    @property
    def counts(self) -> Mapping[Hashable, Count]:
        """As a tally has them."""
        return self

    def __getitem__(self, label: Hashable) -> Count:
        if not self._tally.is_open:
            self.asked.add(label)
        return self._tally.counts[label]

    def __iter__(self) -> Iterator[Hashable]:
        self.asked.add(_ALL)
        return iter(self._tally.counts)

    def __len__(self) -> int:
        self.asked.add(_ALL)
        return len(self._tally.counts)


class _Here:
    """The lines of a document by their numbers, as long as these stay."""

    def __init__(self, store: LineStore, lines: Sequence[Line | None]) -> None:
        """`lines` are those of the handles."""
        self._store = store
        self._lines = lines
        self._shown: set[int] = set()
        self._is_measured = False

    def show(self, number: int) -> None:
        """Note that somebody reads a line."""
        self._shown.add(self._handle(number))

    def has_shown(self, handle: int) -> bool:
        """Whether anybody has read a line, or asked where any stands."""
        return self._is_measured or handle in self._shown

    def tally(self, tally: Tally) -> Tally:
        """A tally that says in which lines, by their numbers, a value is."""
        here = Tally()
        here.rows, here.is_open = tally.rows, tally.is_open
        here.counts = {value: cast(Count, _Counted(self, count)) for value, count in tally.counts.items()}
        return here

    def numbers(self, handles: Iterable[int]) -> array[int]:
        """The numbers of lines by their handles, in order."""
        lines = (self._lines[handle] for handle in handles)
        return array("q", sorted(self._store.number(line) for line in lines if line is not None))

    def size(self, number: int) -> int:
        """How many bytes stand before a line."""
        self._is_measured = True
        return sum(_size(line) for line in islice(self._store, number))

    def verdict(self, verdict: Verdict) -> Verdict:
        """A verdict with handles in place of the numbers of lines."""
        row = None if verdict.row is None else self._handle(verdict.row)
        return replace(verdict, row=row, others=tuple(map(self._handle, verdict.others)))

    def _handle(self, number: int) -> int:
        handle: int = self._store.line(number).key
        return handle


class _Counted:
    """A count of which the lines are looked up when somebody asks for them. There are thousands of these."""

    __slots__ = ("_handles", "_here", "_numbers", "rows")

    def __init__(self, here: _Here, count: Count) -> None:
        self.rows = count.rows
        self._here, self._handles = here, count.handles
        self._numbers: array[int] | None = None

    @property
    def handles(self) -> array[int]:
        """The numbers of the lines, in order."""
        if self._numbers is None:
            self._numbers = self._here.numbers(self._handles)
        return self._numbers


def _gathered(steps: Iterable[Verdict | None]) -> Generator[None, None, list[Verdict]]:
    """Take what is said, and give way where nothing is."""
    found = []
    for one in steps:
        if one is None:
            yield
        else:
            found.append(one)
    return found


def _elsewhere(foreign: Foreign | None, handle: int) -> Elsewhere:
    assert foreign is not None, "rows of other files are named by nobody else"
    row, file = foreign.name(handle)
    return Elsewhere(row, file, foreign.uri(file))


def _successors(change: Change) -> dict[Line, Line]:
    """The lines that an edit has put in place of others: of as many, or of those with the same text."""
    pairs = [*zip(change.removed, change.added, strict=False)]
    if len(change.removed) != len(change.added):
        pairs = [*takewhile(_is_same, pairs)]
        behind = zip(change.removed[len(pairs) :][::-1], change.added[len(pairs) :][::-1], strict=False)
        pairs += takewhile(_is_same, behind)
    return dict(pairs)


def _is_same(pair: tuple[Line, Line]) -> bool:
    return pair[0].text == pair[1].text


def _size(line: Line) -> int:
    """The bytes of a line in a file."""
    length = len(line.text) if line.text.isascii() else len(row_bytes(line.text))
    return length + len(line.end)
