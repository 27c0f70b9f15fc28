"""Accepted findings: how they match, how they are written down, and what a run over a file changes.

A finding is accepted by its rule and by the bytes of its row, so that a row that moves keeps what was
accepted in it and one that changes does not. Nothing of what a row says is written down.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from msgspec import Struct

from turnlint.model import Finding

__all__ = ["Accepted", "Baseline", "Counts", "Exempt", "Key", "Ledger", "Noted", "parse", "spell"]

Key: TypeAlias = tuple[str, int | None]
"""A rule, and the key of a row (`Facts.exact`); None where the file as a whole is meant."""
Counts: TypeAlias = Mapping[Key, int]
"""What is accepted in one file: so many findings of the rule in each row with these bytes.

Where rows are judged together, so many rows of the group that has this key.
"""
Exempt: TypeAlias = Mapping[str, object]
"""The rules of which nothing is told, as `Settings.exempt` has them."""
Baseline: TypeAlias = Mapping[str, Counts]
"""What is accepted, by path: with `/`, relative to the folder of the baseline file, and never leaving it."""

VERSION = 1


class Accepted:
    """What is accepted in one file: what its baseline lists, and rules that the settings exempt there."""

    def __init__(self, counts: Counts | None = None, exempt: Exempt | None = None) -> None:
        self.counts = counts or {}
        self.exempt = exempt or {}

    def __bool__(self) -> bool:
        """Whether anything is."""
        return bool(self.counts or self.exempt)

    def accepts(self, rule: str, row: int | None, number: int) -> bool:
        """Whether the finding with this number, from 1 on, among those of a rule in a row is accepted.

        Where rows are judged together, `row` is the key of their group and `number` counts its rows.
        """
        return rule in self.exempt or self._lists(rule, row, number)

    def _lists(self, rule: str, row: int | None, number: int) -> bool:
        return number <= self.counts.get((rule, row), 0)

    def left(self, row: int | None, findings: Iterable[Finding]) -> list[Finding]:
        """The findings of one row by its key, or of the file, that are not accepted."""
        numbers: Counter[str] = Counter()
        kept = []
        for finding in findings:
            numbers[finding.rule] += 1
            if not self.accepts(finding.rule, row, numbers[finding.rule]):
                kept.append(finding)
        return kept


class Noted(Struct, frozen=True):
    """What a ledger has noted of a whole run over its file, to be kept."""

    hidden: int
    exempted: dict[str, int]
    found: list[tuple[str, int | None, int]]


class Ledger(Accepted):
    """What is accepted in one file, and what a run over it finds of that."""

    def __init__(
        self, counts: Counts | None = None, exempt: Exempt | None = None, *, adding: bool = False
    ) -> None:
        """`adding` accepts whatever is found, and writes down what is not exempt."""
        super().__init__(counts, exempt)
        self.exempted = Counter[str]()
        """How many findings of each rule were exempt,"""
        self.hidden = 0
        """and how many others were accepted."""
        self.added = 0
        """How many of them only because everything is."""
        self.complete = False
        """All rows were judged: what was not found is not there any more."""
        self._adding = adding
        self._found: dict[Key, int] = {}

    def accepts(self, rule: str, row: int | None, number: int) -> bool:
        """The same, noting what was accepted."""
        known, is_exempt = self._lists(rule, row, number), rule in self.exempt
        if known or (self._adding and not is_exempt):
            self._found[rule, row] = max(number, self._found.get((rule, row), 0))
        if is_exempt:
            self.exempted[rule] += 1
        elif known or self._adding:
            self.hidden += 1
            self.added += not known
        return is_exempt or known or self._adding

    def noted(self) -> Noted:
        """What it has noted so far, unless all was accepted."""
        return Noted(self.hidden, dict(self.exempted), [(*key, count) for key, count in self._found.items()])

    def recall(self, noted: Noted) -> None:
        """Take what was noted of the same rows before in place of a run over them."""
        self.hidden, self.exempted = noted.hidden, Counter(noted.exempted)
        self._found = {(rule, row): count for rule, row, count in noted.found}
        self.complete = True

    def increased(self, counts: Counts) -> dict[Key, int]:
        """Counts with what was found."""
        return {**counts, **{key: max(found, counts.get(key, 0)) for key, found in self._found.items()}}

    def stale(self, judged: Callable[[str], bool]) -> list[Key]:
        """What is accepted more often than it was found, of the rules of which `judged` is true."""
        return [
            key
            for key, count in self.counts.items()
            if self.complete and self._found.get(key, 0) < count and judged(key[0])
        ]

    def reduced(self, counts: Counts, judged: Callable[[str], bool]) -> dict[Key, int]:
        """Counts without what is stale, but for what somebody else has changed since the run began."""
        stale = {key for key in self.stale(judged) if counts.get(key) == self.counts[key]}
        lowered = {key: self._found.get(key, 0) if key in stale else count for key, count in counts.items()}
        return {key: count for key, count in lowered.items() if count}


def parse(data: bytes) -> dict[str, dict[Key, int]]:
    """Read what `spell` has written. Raises ValueError, in words for the user, for anything else."""
    document = _decode(data)
    if type(document) is not dict or "version" not in document:
        raise ValueError("no `version` in it: this is no baseline of turnlint")
    if document["version"] != VERSION:
        raise ValueError(f"its `version` is not {VERSION}: another version of turnlint has written it")
    entries = document.get("accepted")
    if len(document) > 2 or type(entries) is not list:
        raise ValueError("besides `version` there must be the array `accepted`, and nothing else")
    baseline: dict[str, dict[Key, int]] = {}
    for number, entry in enumerate(entries, 1):
        wrong = _fault(entry)
        if wrong:
            raise ValueError(f"entry {number}: {wrong}")
        counts = baseline.setdefault(entry["path"], {})
        key = entry["rule"], entry["row"] and int(entry["row"], 16)
        if key in counts:
            raise ValueError(f"entry {number} repeats another one: leave the one with the higher count")
        counts[key] = entry["count"]
    return baseline


def spell(baseline: Baseline) -> bytes:
    """Write a baseline as JSON with one entry a line, sorted, so that versions compare and merge well."""
    entries = sorted(
        (path, rule, "" if row is None else f"{row:016x}", count)
        for path, counts in baseline.items()
        for (rule, row), count in counts.items()
    )
    lines = ",\n".join(_line(path, rule, row or None, count) for path, rule, row, count in entries)
    return f'{{"version": {VERSION}, "accepted": [\n{lines}\n]}}\n'.encode()


def _line(path: str, rule: str, row: str | None, count: int) -> str:
    """One entry, escaped where its path holds what editors hide or UTF-8 cannot hold."""
    entry = {"path": path, "rule": rule, "row": row, "count": count}
    return json.dumps(entry, ensure_ascii=not path.isprintable())


def _decode(data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=_object)
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    except ValueError as error:
        raise ValueError(f"not valid JSON: {error}") from None
    except RecursionError:
        raise ValueError("nested too deep") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return made


def _fault(entry: Any) -> str:
    """What is wrong with an entry, without a word of it; empty where nothing is."""
    if type(entry) is not dict or entry.keys() != _MEMBERS.keys():
        return f"it must be an object with {', '.join(f'`{name}`' for name in _MEMBERS)}, and nothing else"
    return next(
        (f"`{name}` must be {what}" for name, (fits, what) in _MEMBERS.items() if not fits(entry[name])), ""
    )


def _is_path(value: Any) -> bool:
    return type(value) is str and not {"", ".", ".."} & set(value.split("/"))


_RULE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_ROW = re.compile(r"[0-9a-f]{16}")
_MEMBERS: Mapping[str, tuple[Callable[[Any], object], str]] = {
    "path": (_is_path, "a path with `/` that does not leave the folder of the file"),
    "rule": (lambda value: type(value) is str and _RULE.fullmatch(value), "the name of a rule"),
    "row": (
        lambda value: value is None or (type(value) is str and _ROW.fullmatch(value)),
        "16 hexadecimal digits, or null",
    ),
    "count": (lambda value: type(value) is int and value > 0, "an integer above 0"),
}
