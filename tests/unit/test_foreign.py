"""Rows of other files: found by what they have in common with a row, and read again from disk."""

from __future__ import annotations

import asyncio
import os
import random
from pathlib import Path

import pytest

from turnlint.config.discovery import Overrides
from turnlint.engine.facts import facts_of
from turnlint.formats import get_format
from turnlint.lsp import foreign as foreign_module
from turnlint.lsp.foreign import ForeignFile, ForeignRows, IndexedFile, read_file
from turnlint.lsp.indexing import IndexJob
from turnlint.rules.compare import Origin

CHAT = '{"messages":[{"role":"user","content":"%s"},{"role":"assistant","content":"%s"}]}'
CHAT_FORMAT = get_format("openai-chat")
ROWS = [
    CHAT % ("a 😀", "1"),
    CHAT % ("b", "2"),
    "",
    '{"broken',
    f"\t{CHAT % ('a 😀', '3')} ",
    CHAT % ("long " * 20_000, "4"),
    CHAT % ("A  😀", "1"),
]


def read(path: Path) -> IndexedFile:
    return asyncio.run(read_file(IndexJob(os.fsencode(path), Overrides()), lambda done: None))


def key(row: str) -> int:
    return facts_of(row.encode(), CHAT_FORMAT).joins[-1]


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("final", [True, False])
def test_a_file_is_indexed(tmp_path: Path, start: bytes, end: str, final: bool) -> None:
    path = tmp_path / "train.jsonl"
    path.write_bytes(start + (end.join(ROWS) + end * final).encode())
    index = read(path)
    assert index.format is CHAT_FORMAT
    assert index.stage == "sft"
    assert list(index.having(key(ROWS[0]))) == [0, 4, 6]
    assert list(index.having(key(ROWS[1]))) == [1]
    assert list(index.having(key(CHAT % ("nobody", "asks")))) == []
    assert [index.read(row).decode() for row in range(len(ROWS))] == ROWS


def test_all_rows_of_a_large_file_are_found(tmp_path: Path) -> None:
    chosen = random.Random(4)
    rows = [CHAT % (chosen.randrange(2_000), "😀" * chosen.randrange(200)) for _ in range(5_000)]
    path = tmp_path / "train.jsonl"
    path.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    index = read(path)
    expected: dict[int, list[int]] = {}
    for number, row in enumerate(rows):
        expected.setdefault(key(row), []).append(number)
    assert {one: list(index.having(one)) for one in expected} == expected
    assert all(index.read(row).decode() == rows[row] for row in chosen.sample(range(len(rows)), 500))
    bytes_ = sum(
        len(one) * one.itemsize for one in (index.keys, index.rows, index.marks.firsts, index.marks.offsets)
    )
    assert bytes_ < 20 * len(rows)


@pytest.mark.parametrize("data", [b"", b"\n\n", b"[1]\n2", b"\x1f\x8b\x08", b'{"a": 1}\n', b'[{"a": 1}]'])
def test_a_file_of_no_known_format_has_nothing_to_compare(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "train.jsonl"
    path.write_bytes(data)
    index = read(path)
    assert index.format is None
    assert len(index.keys) == 0


@pytest.mark.parametrize("name", ["gone.jsonl", "."])
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(OSError, match=r"^(No such file or directory|Is a directory)$"):
        read(tmp_path / name)


def test_a_file_that_has_changed_is_read_no_more(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text("\n".join(ROWS), encoding="utf-8")
    index = read(path)
    path.write_text("\n".join(ROWS[1:]), encoding="utf-8")
    with pytest.raises(OSError, match="changed"):
        index.read(0)
    index = read(path)
    found = path.stat()
    path.write_text("\n".join(ROWS[:-1]), encoding="utf-8")
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
    with pytest.raises(OSError, match="changed"):
        index.read(0)
    path.unlink()
    with pytest.raises(OSError, match="No such file"):
        index.read(0)


def test_rows_stand_in_the_order_of_the_files(tmp_path: Path) -> None:
    files = []
    for name, count in (("a", 2), ("b", 1), ("c", 3)):
        path = tmp_path / f"{name}.jsonl"
        path.write_text(f"{ROWS[1]}\n" + f"{ROWS[0]}\n" * count, encoding="utf-8")
        files.append(ForeignFile(read(path), Origin(path.name, "train", "sft")))
    foreign = ForeignRows(Origin("own.jsonl", "validation"), files[:2], files[2:])
    before, behind = foreign.rows(key(ROWS[0]))
    assert [foreign.name(handle) for handle in before] == [(1, "a.jsonl"), (2, "a.jsonl"), (1, "b.jsonl")]
    assert [foreign.name(handle) for handle in behind] == [(1, "c.jsonl"), (2, "c.jsonl"), (3, "c.jsonl")]
    assert all(handle < 0 for handle in (*before, *behind))
    member = foreign.member(before[0])
    assert (member.raw.decode(), member.origin) == (ROWS[0], Origin("a.jsonl", "train", "sft"))
    assert member.handle == before[0]
    assert [turn.text for turn in member.exchanges[0].turns] == ["1"]
    assert foreign.uri("c.jsonl") == (tmp_path / "c.jsonl").as_uri()
    assert foreign.read("b.jsonl", 0).decode() == ROWS[1]
    with pytest.raises(KeyError):
        foreign.read("own.jsonl", 0)


def test_of_very_many_rows_those_of_each_split_are_given(tmp_path: Path) -> None:
    files = []
    for name, split, count in (("train.jsonl", "train", 1_500), ("valid.jsonl", "validation", 3)):
        path = tmp_path / name
        path.write_text(f"{ROWS[0]}\n" * count, encoding="utf-8")
        files.append(ForeignFile(read(path), Origin(name, split)))
    before, _ = ForeignRows(Origin("test.jsonl", "test"), files, []).rows(key(ROWS[0]))
    assert len(before) == 1_003


def test_of_very_many_rows_the_first_are_given(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f"{ROWS[0]}\n" * 3_000, encoding="utf-8")
    file = ForeignFile(read(path), Origin("a.jsonl"))
    foreign = ForeignRows(Origin(), [file, file], [])
    before, behind = foreign.rows(key(ROWS[0]))
    assert [foreign.name(handle)[0] for handle in before] == list(range(1_000))
    assert behind == []


def test_the_rows_of_few_files_are_compared_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = []
    for name, rows in (("a", ROWS), ("b", ROWS[:3]), ("c", ROWS[:2]), ("d", ROWS[1:2])):
        path = tmp_path / f"{name}.jsonl"
        path.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
        files.append(ForeignFile(read(path), Origin(path.name)))
    monkeypatch.setattr(foreign_module, "NEAR_ROWS", len(ROWS) + 3)
    few = ForeignRows(Origin(), files[:3], files[3:])
    assert few.not_near == [tmp_path / "c.jsonl", tmp_path / "d.jsonl"]
    monkeypatch.setattr(foreign_module, "NEAR_BYTES", 1 << 10)
    few = ForeignRows(Origin(), files[:3], files[3:])
    assert few.not_near == [tmp_path / "a.jsonl"]
    found = [(*few.name(one.handle), one.raw.decode()) for one in few.members()]
    rows_of_c = [(at, "c.jsonl", ROWS[at]) for at in (0, 1)]
    assert found == [(0, "b.jsonl", ROWS[0]), (1, "b.jsonl", ROWS[1]), *rows_of_c, (0, "d.jsonl", ROWS[1])]
    assert [few.is_before(one.handle) for one in few.members()] == [True] * 4 + [False]
    assert all(few.member(one.handle).raw == one.raw for one in few.members())
    files[1].index.path.write_text("{}")
    assert [few.name(one.handle)[1] for one in few.members()] == ["c.jsonl", "c.jsonl", "d.jsonl"]
