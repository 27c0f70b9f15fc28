"""What is planted is found, and nothing else: copies, conflicts, and traps of which nothing may be said.

Of 4,000 rows; `make planted` takes 100,000.
"""

from __future__ import annotations

import os
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.planted import Plant, corpus
from turnlint.config import resolve
from turnlint.corpus.exact import ExactIndex
from turnlint.corpus.frequency import Sample
from turnlint.engine import check_stream, facts_of, row_key
from turnlint.engine.compare import Judge
from turnlint.engine.facts import example_of, exchanges
from turnlint.engine.near import NearRows, common_of, said_of
from turnlint.engine.resources import Resources
from turnlint.formats import get_format
from turnlint.rules.alike import near_text
from turnlint.rules.compare import Member, Origin, Verdict

ROWS = int(os.environ.get("PLANTED_ROWS", "4000"))
EDITS = 3_000
RULES = {
    "exact": {"exact-duplicate"},
    "normalised": {"normalised-duplicate"},
    "edited": {"near-duplicate"},
    "conflict": {"conflicting-label", "conflicting-answer"},
}
"""The rules that tell what is planted."""
SETTINGS = resolve(select=[*set().union(*RULES.values()), "prefix-repeated"])
CHAT = get_format("openai-chat")


class Told(NamedTuple):
    """A finding, with the rows that it names."""

    rule: str
    message: str
    related: tuple[int | None, ...]


class Planted(NamedTuple):
    path: Path
    plants: list[Plant]


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    path = tmp_path_factory.mktemp("planted") / "train.jsonl"
    plants = []
    with path.open("wb") as stream:
        for raw, plant in corpus(ROWS):
            stream.write(raw + b"\n")
            plants.append(plant)
    return Planted(path, plants)


@pytest.fixture(scope="module")
def told(planted: Planted) -> dict[int, list[Told]]:
    return _told(planted.path)


def _told(path: Path, **resources: Any) -> dict[int, list[Told]]:
    """What is said of each row."""
    found = defaultdict(list)
    with path.open("rb") as stream:
        for one in check_stream(stream, SETTINGS, name=path.name, resources=Resources(**resources)):
            assert one.row is not None
            related = tuple(other.row for other in one.finding.related)
            found[one.row].append(Told(one.finding.rule, one.finding.message, related))
    return dict(found)


def _is_found(plant: Plant, told: Iterable[Told]) -> bool:
    return any(one.rule in RULES[plant.kind] and plant.of in one.related for one in told)


@pytest.mark.parametrize("kind", ["exact", "normalised", "conflict"])
def test_every_copy_and_every_conflict_is_found(
    kind: str, planted: Planted, told: Mapping[int, list[Told]]
) -> None:
    expected = {row: plant for row, plant in enumerate(planted.plants) if plant.kind == kind}
    assert len({plant.domain for plant in expected.values()}) >= 3
    assert [row for row, plant in expected.items() if not _is_found(plant, told.get(row, ()))] == []


@pytest.mark.parametrize(("least", "most", "recall"), [(0.7, 0.8, 0.8), (0.8, 0.9, 0.99), (0.9, 1.0, 0.99)])
def test_edited_copies_are_found(
    least: float, most: float, recall: float, planted: Planted, told: Mapping[int, list[Told]]
) -> None:
    edited = [(row, plant) for row, plant in enumerate(planted.plants) if plant.kind == "edited"]
    wanted = [(row, plant) for row, plant in edited if least <= plant.likeness < most]
    assert len(wanted) >= ROWS // 200
    assert {plant.domain for _, plant in wanted} == {"prose", "chinese", "japanese", "code"}
    found = [_is_found(plant, told.get(row, ())) for row, plant in wanted]
    assert sum(found) >= recall * len(found)


def test_nothing_else_is_said(planted: Planted, told: Mapping[int, list[Told]]) -> None:
    """Not of questions about a passage, of rows of a template, nor of one row because of two rules."""
    wrong = Counter[tuple[str, ...]]()
    for row, found in told.items():
        plant = planted.plants[row]
        is_right = len(found) == 1 and _is_found(plant, found) and found[0].related == (plant.of,)
        wrong[plant.kind, plant.domain, *(one.rule for one in found)] += not is_right
    assert +wrong == Counter()
    kinds = Counter(plant.kind for plant in planted.plants)
    assert kinds["template"] > 0.04 * ROWS
    assert kinds["passage"] > 0.015 * ROWS


@pytest.mark.parametrize(
    "resources",
    [
        {"jobs": 2, "alone_bytes": 0, "task_bytes": 1 << 16},
        {"task_bytes": 1 << 12, "task_rows": 7, "chunk_bytes": 1 << 12},
        {"joined_keys": 512, "held_findings": 16, "compared_bytes": 1 << 14},
    ],
    ids=["two processes", "small pieces", "little memory"],
)
def test_the_same_however_it_is_done(
    resources: dict[str, Any], planted: Planted, told: Mapping[int, list[Told]]
) -> None:
    assert _told(planted.path, **resources) == told


class _Rows:
    """Rows that are added and removed, and what is said of them."""

    def __init__(self, rows: list[bytes]) -> None:
        self.rows = rows
        self.text = cache(self._text)
        self.member = cache(self._member)
        self.judge = Judge(CHAT, SETTINGS, self.member)
        sample = Sample()
        for handle, raw in enumerate(rows):
            sample.add(row_key(raw), handle, len(raw))
        self.common = common_of(sample, self.text)
        self.exact, self.near = ExactIndex(), NearRows(self.common)
        self.joins = cache(lambda handle: set(facts_of(rows[handle], CHAT).joins))

    def _text(self, handle: int) -> str:
        example = example_of(self.rows[handle], CHAT)
        return near_text(example) if example is not None else ""

    def _member(self, handle: int) -> Member:
        example = partial(example_of, format=CHAT)
        return Member(handle, Origin(stage="sft"), self.rows.__getitem__, example, exchanges, row_key)

    def add(self, handle: int) -> None:
        for key in self.joins(handle):
            self.exact.add(key, handle)
        self.near.add(handle, self.text(handle))

    def remove(self, handle: int) -> None:
        for key in self.joins(handle):
            self.exact.remove(key, handle)
        self.near.remove(handle)

    def rebuild(self, handles: Iterable[int]) -> None:
        self.exact, self.near = ExactIndex(), NearRows(self.common)
        for handle in handles:
            for key in self.joins(handle):
                self.exact.add(key, handle)
        self.near.extend((handle, self.text(handle)) for handle in handles)

    def verdicts(self) -> list[Verdict]:
        found = [one for key in self.exact.groups() for one in self.judge.group(key, self.exact.group(key))]
        found += [one for row, earlier in self.near.pairs() for one in said_of(self.judge, row, earlier)]
        return sorted(found, key=repr)


def test_the_same_after_many_edits() -> None:
    chance = random.Random(5)
    rows = _Rows([raw for raw, _ in corpus(1_500, seed=2)])
    there = set(chance.sample(range(1_500), 1_000))
    rows.rebuild(sorted(there))
    for _ in range(EDITS):
        handle = chance.randrange(1_500)
        (rows.remove if handle in there else rows.add)(handle)
        there ^= {handle}
    edited = rows.verdicts()
    rows.rebuild(sorted(there))
    assert edited == rows.verdicts()
    assert {one.rule for one in edited} >= {"exact-duplicate", "normalised-duplicate", "near-duplicate"}
