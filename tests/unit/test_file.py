"""A run over a file: what is read, how often, and what is kept."""

from __future__ import annotations

import io
import json
import random

import pytest

from turnlint.config import resolve
from turnlint.engine import Located, check_stream, file_findings, vote
from turnlint.engine.election import cast, elect


def _row(number: int) -> bytes:
    messages = [{"role": "user", "content": f"question {number}"}, {"role": "assistant", "content": "yes"}]
    return json.dumps({"messages": messages}).encode()


def _check(data: bytes, **settings: object) -> list[tuple[int | None, str]]:
    ignored = ["too-few-examples", "near-duplicate", "near-leak"]
    found = check_stream(io.BytesIO(data), resolve(ignore=ignored, **settings))  # type: ignore[arg-type]
    return [(one.row, one.finding.rule) for one in found]


class _Counting(io.BytesIO):
    """Counts the bytes that are read."""

    count = 0

    def read(self, size: int | None = -1, /) -> bytes:
        chunk = super().read(size)
        self.count += len(chunk)
        return chunk


def test_a_row_that_comes_again_and_again_is_fetched_once() -> None:
    stream = _Counting(b"\n".join([_row(1)] * 20_000))
    found = [one.row for one in check_stream(stream, resolve()) if one.finding.rule == "exact-duplicate"]
    assert found == list(range(1, 20_000))
    assert stream.count < 8 * len(stream.getvalue())


def test_copies_of_any_earlier_row() -> None:
    chance = random.Random(1)
    rows = [_row(number) for number in range(2_000)]
    chosen = [chance.randrange(2_000) for _ in range(2_000)]
    data = b"\n".join(rows + [rows[number] for number in chosen])
    found = [one for one in check_stream(io.BytesIO(data), resolve()) if one.row is not None]
    assert [one.row for one in found] == list(range(2_000, 4_000))
    assert [one.finding.related[0].row for one in found] == chosen


def test_copies_that_are_allowed() -> None:
    data = b"\n".join([_row(1)] * 5 + [_row(2)] * 2)
    allowed = {"exact-duplicate": {"max_copies": 3}}
    assert _check(data, parameters=allowed) == [(3, "exact-duplicate"), (4, "exact-duplicate")]


class _Shrinking(io.BytesIO):
    """A file that is cut to nothing once it was read."""

    def read(self, size: int | None = -1, /) -> bytes:
        chunk = super().read(size)
        return b"" if self.gone else chunk

    gone = False


def test_a_file_that_shrinks() -> None:
    stream = _Shrinking(b"\n".join([_row(1), b"{", _row(1)]))
    found = check_stream(stream, resolve())
    assert next(found).finding.rule == "invalid-json"
    stream.gone = True
    with pytest.raises(OSError, match="shorter"):
        list(found)


def test_a_stream_is_judged_from_where_it_stands() -> None:
    stream = io.BytesIO(b"{broken\n" + b"\n".join([_row(1), _row(2), _row(1)]))
    stream.seek(8)
    rows = [one for one in check_stream(stream, resolve()) if one.row is not None]
    assert [(one.row, one.finding.rule) for one in rows] == [(2, "exact-duplicate")]


def test_rows_that_vote_are_not_kept() -> None:
    """A thousand rows of a megabyte are a gigabyte."""
    import tracemalloc

    row = json.dumps({"prompt": "a" * 50_000, "completion": "b"}).encode()  # no tokens to be counted
    data = b"\n".join(row.replace(b"a", b"%d" % number, 1) for number in range(400))
    tracemalloc.start()
    _check(data)
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


def test_the_vote_goes_by_the_first_thousand_rows() -> None:
    pair, chat = b'{"prompt": "a", "completion": "b"}', _row(1)
    assert vote([pair, chat]).name == "prompt-completion"  # type: ignore[union-attr]
    assert vote([pair, *[b" "] * 5_000, chat, chat]).name == "openai-chat"  # type: ignore[union-attr]
    assert vote([*[pair] * 501, *[chat] * 5_000]).name == "prompt-completion"  # type: ignore[union-attr]
    assert vote([b"{", b"", b"7"]) is None


def test_a_format_is_no_question_where_nothing_is_json() -> None:
    assert _check(b"prompt,completion\na,b\n") == [(0, "invalid-json"), (1, "invalid-json")]
    assert _check(b'a,b\n{"a": 1}\n') == [(None, "unknown-format"), (0, "invalid-json")]
    assert not elect(cast(row, None) for row in (b"", b"{", b"'a'")).is_unknown


def test_findings_about_the_file_alone() -> None:
    data = b"\n".join([_row(1), b"{", _row(1)])
    settings = resolve()
    whole: list[Located] = [one for one in check_stream(io.BytesIO(data), settings) if one.row is None]
    assert whole
    assert list(file_findings(io.BytesIO(data), settings)) == [one.finding for one in whole]
    assert [one.rule for one in file_findings(io.BytesIO(b""), settings)] == ["empty-file"]


def test_packed_files_are_to_be_unpacked() -> None:
    row = io.BytesIO(b'{"prompt": "a", "completion": "b"}\n')
    found = check_stream(row, resolve("openai", select=["file-extension"]), name="train.jsonl.gz")
    assert [one.finding.message.split(". ")[-1] for one in found] == ["Unpack the file."]
