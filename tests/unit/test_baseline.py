"""Accepted findings: what they hide, what they do not, and the file that lists them."""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnlint.config import ConfigError, baseline, resolve
from turnlint.config.baseline import NAME, BaselineFinder, accepted_in, entry_path, revise_baseline
from turnlint.engine import RowChecker, check_stream
from turnlint.engine.baseline import Accepted, Baseline, Counts, Ledger, parse, spell
from turnlint.formats import get_format
from turnlint.lsp.rows import Rows
from turnlint.text.lines import LineStore

SELECT = ["json", "unknown-role", "schema", "content", "duplicates"]
SETTINGS = resolve(select=SELECT, format="openai-chat")
GOOD = '{"messages":[{"role":"user","content":"%s"},{"role":"assistant","content":"b"}]}'
SAMPLES = (
    GOOD % "a",
    GOOD % "😀 漢",
    GOOD.replace("user", "usr") % "c",
    GOOD.replace("user", "usr").replace("assistant", "bot") % "d",
    '{"messages":[{"role":"user","content":"","extra":1},{"role":"assistant","content":"","name":2}]}',
    '{"messages":[',
    "{'a': NaN}",
    "[]",
    "",
    " \t",
)
"""Rows with no, one and several findings of a rule, broken ones and blank ones."""


def found(rows: Sequence[str], ledger: Ledger | None = None) -> list[tuple[int | None, str]]:
    """The rows and rules of all findings that are not accepted."""
    stream = io.BytesIO("\n".join(rows).encode())
    return [(one.row, one.finding.rule) for one in check_stream(stream, SETTINGS, ledger=ledger)]


def everything(rows: Sequence[str]) -> Counts:
    """What has to be accepted for nothing to be found."""
    ledger = Ledger(adding=True)
    assert found(rows, ledger) == []
    return ledger.increased({})


def some_rows(dice: random.Random) -> list[str]:
    return dice.choices(SAMPLES, k=dice.randrange(1, 15))


def part_of(counts: Counts, dice: random.Random) -> Counts:
    """Some of the entries, accepting fewer or more than there are."""
    return {key: dice.randrange(1, count + 2) for key, count in counts.items() if dice.random() < 0.6}


# What is accepted.


@pytest.mark.parametrize("seed", range(40))
def test_what_is_accepted_and_what_is_shown_make_all(seed: int) -> None:
    dice = random.Random(seed)
    rows = some_rows(dice)
    every = found(rows)
    ledger = Ledger(part_of(everything(rows), dice))
    shown = found(rows, ledger)
    assert ledger.hidden + len(shown) == len(every)
    left = list(every)
    for one in shown:
        left.remove(one)  # what is shown is among all
    adding = Ledger(ledger.counts, adding=True)
    assert found(rows, adding) == []
    assert (adding.hidden, adding.added) == (len(every), len(shown))
    assert found(rows, Ledger(adding.increased(ledger.counts))) == []


@pytest.mark.parametrize("seed", range(20))
def test_rows_that_move_stay_accepted(seed: int) -> None:
    dice = random.Random(seed)
    rows, last = some_rows(dice), GOOD % "the last one"
    counts = everything([*rows, last])
    dice.shuffle(rows)
    assert found([*rows, last], Ledger(counts)) == []
    assert found([*(row and f"  {row}\t" for row in rows), last], Ledger(counts)) == []


def test_a_row_that_changes_is_shown_again() -> None:
    rows = list(SAMPLES)
    counts = everything(rows)
    for number, row in enumerate(rows):
        changed = [*rows[:number], row.replace("{", "{ ", 1), *rows[number + 1 :]]
        expected = [one for one in found(changed) if one[0] == number] if changed != rows else []
        assert found(changed, Ledger(counts)) == expected


def test_a_new_copy_is_new() -> None:
    one, two = GOOD % "one", GOOD % "two"
    rows = [one, two, one, one]
    counts = everything(rows)
    assert list(counts.values()) == [3]
    assert found([one, *rows], Ledger(counts)) == [(4, "exact-duplicate")]
    assert found([*rows, two], Ledger(counts)) == [(4, "exact-duplicate")]
    assert found(rows[:3], Ledger(counts)) == []


def test_adding_keeps_what_is_accepted_more_often() -> None:
    counts = everything([GOOD % "one"] * 5)
    adding = Ledger(counts, adding=True)
    assert found([GOOD % "one"] * 3, adding) == []
    assert adding.increased(counts) == counts


def test_copies_that_the_settings_allow_need_no_entry() -> None:
    settings = resolve(select=["duplicates"], parameters={"exact-duplicate": {"max_copies": 3}})

    def told(count: int, ledger: Ledger) -> list[int | None]:
        stream = io.BytesIO("\n".join([GOOD % "one"] * count).encode())
        return [one.row for one in check_stream(stream, settings, ledger=ledger)]

    fewer, more = Ledger(adding=True), Ledger(adding=True)
    assert told(3, fewer) == told(4, more) == []
    assert (fewer.increased({}), [*more.increased({}).values()]) == ({}, [4])
    assert told(6, Ledger(more.increased({}))) == [4, 5]
    low = Ledger(dict.fromkeys(more.increased({}), 2))
    assert told(5, low) == [3, 4]
    assert low.reduced(low.counts, lambda rule: True) == {}


def test_a_finding_more_in_a_row_is_new() -> None:
    row = SAMPLES[3]
    counts = everything([row])
    assert list(counts.values()) == [2]
    assert found([row], Ledger(dict.fromkeys(counts, 1))) == [(0, "unknown-role")]


def test_what_is_said_once_is_accepted_row_by_row() -> None:
    settings = resolve(select=["invalid-utf8"], format="openai-chat")
    rows = [GOOD.encode() % word for word in (b"\xff", b"ok", b"\xfe")]

    def told(ledger: Ledger | None, data: Sequence[bytes] = rows) -> list[int | None]:
        stream = io.BytesIO(b"\n".join(data))
        return [one.row for one in check_stream(stream, settings, ledger=ledger)]

    assert told(None) == [0]
    first = Ledger(adding=True)
    assert told(first, rows[:1]) == []
    assert told(Ledger(first.increased({}))) == [2]
    both = Ledger(adding=True)
    assert told(both) == []
    assert told(Ledger(both.increased({}))) == []


@pytest.mark.parametrize(("data", "select"), [(GOOD.encode(), "dataset"), (b"\x00" * 50, "encoding")])
def test_findings_about_the_file_are_accepted_by_rule(data: bytes, select: str) -> None:
    settings = resolve("openai", select=[select])

    def told(counts: Counts) -> list[str]:
        stream = io.BytesIO(data)
        return [one.finding.rule for one in check_stream(stream, settings, ledger=Ledger(counts))]

    rules = told({})
    assert rules
    assert told({(rules[0], None): 1}) == rules[1:]


# Pruning.


@pytest.mark.parametrize("seed", range(20))
def test_pruning_leaves_what_is_still_found(seed: int) -> None:
    dice = random.Random(seed)
    rows = some_rows(dice)
    counts = everything(rows)
    kept = [row for row in rows if dice.random() < 0.6]
    ledger = Ledger(counts)
    assert found(kept, ledger) == []
    assert ledger.reduced(counts, lambda rule: True) == everything(kept)
    assert ledger.reduced(counts, lambda rule: False) == counts
    other = {key: count + 1 for key, count in counts.items()}
    assert ledger.reduced(other, lambda rule: True) == other  # another process has written since


def test_nothing_is_pruned_of_a_file_that_was_not_judged() -> None:
    counts = everything(SAMPLES)
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "a" * 64 + "\nsize 12345\n"
    ledger = Ledger(counts)
    found([pointer], ledger)
    assert ledger.stale(lambda rule: True) == []
    begun = Ledger(counts)
    next(check_stream(io.BytesIO(b"{\n{"), SETTINGS, ledger=begun))
    assert begun.stale(lambda rule: True) == []


# In the editor.


def shown(rows: Rows) -> list[tuple[int, str]]:
    while rows.pending or rows.rest(1):
        rows.work(1)
    chosen, left = rows.shown(10_000)
    assert left == 0
    found = [
        (number, said.verdict.rule if said else line.result.findings[index].rule)
        for number, line, index, said in chosen
        if not (said and said.is_echo)
    ]
    return sorted(found)


@pytest.mark.parametrize("select", [SELECT, [one for one in SELECT if one != "duplicates"]])
@pytest.mark.parametrize("seed", range(10))
def test_an_editor_hides_what_a_check_hides(seed: int, select: list[str]) -> None:
    dice = random.Random(seed)
    copies = {"exact-duplicate": {"max_copies": 1 + seed % 3}}
    settings = resolve(select=select, format="openai-chat", parameters=copies)
    store = LineStore("\n".join(some_rows(dice)))
    rows = Rows(store)
    rows.judge_by(RowChecker(get_format("openai-chat"), settings), settings)
    for _ in range(30):
        data = store.text().encode()
        if dice.random() < 0.5:
            ledger = Ledger(rows.accepted.counts, adding=True)
            assert list(check_stream(io.BytesIO(data), settings, ledger=ledger)) == []
            rows.accept(part_of(ledger.increased({}), dice))
        else:
            at = dice.randrange(store.count)
            end = (at + dice.randrange(2), 0)
            rows.replace([store.replace((at, 0), end, dice.choice(SAMPLES) + "\n")])
            data = store.text().encode()
        stream, ledger = io.BytesIO(data), Ledger(rows.accepted.counts)
        wanted = [(one.row, one.finding.rule) for one in check_stream(stream, settings, ledger=ledger)]
        assert shown(rows) == sorted(wanted)


@pytest.mark.parametrize("limit", [1, 3, 7])
@pytest.mark.parametrize("seed", range(10))
def test_what_an_editor_has_no_room_for_is_counted_right(seed: int, limit: int) -> None:
    dice = random.Random(seed)
    rows = Rows(LineStore("\n".join(some_rows(dice) * 2)))
    rows.judge_by(RowChecker(get_format("openai-chat"), SETTINGS), SETTINGS)
    shown(rows)
    counts = everything([line.text for line in rows.store])
    for _ in range(10):
        rows.accept(part_of(counts, dice))
        shown(rows)
        every, none = rows.shown(10_000)
        few, more = rows.shown(limit)
        assert (len(few) + more, none) == (len(every), 0)


def test_few_lines_are_judged_again_when_one_is_accepted() -> None:
    store = LineStore("\n".join(GOOD.replace("user", "usr") % number for number in range(500)))
    rows = Rows(store)
    rows.judge_by(RowChecker(get_format("openai-chat"), SETTINGS), SETTINGS)
    assert len(shown(rows)) == 500
    accepting = rows.accepting(store.line(7), "unknown-role")
    assert accepting is not None
    rows.accept(dict([accepting]))
    rows.work(0)
    assert not rows.pending
    assert [number for number, _ in shown(rows)] == [*range(7), *range(8, 500)]


def test_what_is_to_be_accepted_of_a_line() -> None:
    store = LineStore("\n".join([*SAMPLES, SAMPLES[2], SAMPLES[2], GOOD % "z"]))
    rows = Rows(store)
    rows.judge_by(RowChecker(get_format("openai-chat"), SETTINGS), SETTINGS)
    while wrong := shown(rows):
        number, rule = wrong[0]
        accepting = rows.accepting(store.line(number), rule)
        assert accepting is not None
        rows.accept({**rows.accepted.counts, accepting[0]: accepting[1]})
        assert (number, rule) not in shown(rows)
    assert rows.accepted.counts == everything([line.text for line in store])
    assert rows.accepting(store.line(2), "exact-duplicate") is None  # accepted already
    assert rows.accepting(store.line(0), "unknown-role") is None
    assert rows.accepting(store.line(0), "exact-duplicate") is None


# The file.

ENTRIES = st.dictionaries(
    st.lists(
        st.text(min_size=1).filter(lambda one: "/" not in one and one not in (".", "..")), min_size=1
    ).map("/".join),
    st.dictionaries(
        st.tuples(
            st.sampled_from(["unknown-role", "blank-row", "a1-b"]),
            st.none() | st.integers(min_value=0, max_value=2**64 - 1),
        ),
        st.integers(min_value=1),
        min_size=1,
    ),
)


@settings(deadline=None)
@given(ENTRIES)
def test_what_is_written_is_read(counts: Baseline) -> None:
    text = spell(counts)
    assert parse(text) == counts
    assert spell(parse(text)) == text
    assert parse(b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n")) == counts
    assert len(text.splitlines()) - 2 == max(1, sum(map(len, counts.values())))


def test_names_that_are_not_utf8_are_kept() -> None:
    counts: Baseline = {
        os.fsdecode(b"caf\xe9/\x1b[2J.jsonl"): {("blank-row", None): 1},
        "café 漢.jsonl": {("a", 0): 1},
    }
    text = spell(counts)
    assert parse(text) == counts
    assert b"\x1b" not in text
    assert "café 漢.jsonl" in text.decode()


def test_an_entry_more_is_a_line_more() -> None:
    counts: Baseline = {"a.jsonl": {("a", number): 1 for number in range(0, 20, 2)}}
    before = spell(counts).splitlines()
    more = spell({"a.jsonl": {**counts["a.jsonl"], ("a", 7): 1}}).splitlines()
    assert [line for line in more if line not in before] == [
        b'{"path": "a.jsonl", "rule": "a", "row": "0000000000000007", "count": 1},'
    ]
    assert [line for line in more if line in before] == before


def entry(**changes: object) -> bytes:
    one = {"path": "a.jsonl", "rule": "unknown-role", "row": "0123456789abcdef", "count": 1} | changes
    return json.dumps({"version": 1, "accepted": [one]}).encode()


BROKEN = {
    b"": "not valid JSON",
    b'{"version": 1, "accepted": [\n<<<<<<< ours\n]}': "not valid JSON: Expecting value: line 2 column 1",
    b"\xff": "not UTF-8",
    b"[" * 200_000: "nested too deep",
    b"[]": "no `version`",
    b"{}": "no `version`",
    b'{"version": 2, "accepted": []}': "`version` is not 1",
    b'{"version": "1", "accepted": []}': "`version` is not 1",
    b'{"version": 1}': "the array `accepted`",
    b'{"version": 1, "accepted": {}}': "the array `accepted`",
    b'{"version": 1, "accepted": [], "more": 1}': "nothing else",
    b'{"version": 1, "accepted": [], "accepted": []}': "a key stands twice",
    b'{"version": 1, "accepted": [1]}': "entry 1: it must be an object",
    b'{"version": 1, "accepted": [{"path": "a"}]}': "entry 1: it must be an object with `path`, `rule`",
    entry(more=1): "and nothing else",
    entry(path=""): "`path` must be",
    entry(path="/a"): "`path` must be",
    entry(path="a//b"): "`path` must be",
    entry(path="a/../../b"): "does not leave the folder",
    entry(path="./a"): "`path` must be",
    entry(path=7): "`path` must be",
    entry(rule="Unknown Role"): "`rule` must be",
    entry(rule=None): "`rule` must be",
    entry(row=7): "`row` must be",
    entry(row="0123456789ABCDEF"): "`row` must be",
    entry(row="0123"): "`row` must be",
    entry(count=0): "`count` must be",
    entry(count=1.0): "`count` must be",
    entry(count=True): "`count` must be",
    entry().replace(b'"count": 1', b'"count": ' + b"9" * 5_000): "not valid JSON",
    entry()[:-2] + b", " + entry(count=2)[28:]: "entry 2 repeats another one",
}


@pytest.mark.parametrize(("data", "words"), BROKEN.items(), ids=range(len(BROKEN)))
def test_what_is_no_baseline_is_told_in_words(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / NAME).write_bytes(data)
    with pytest.raises(ConfigError) as error:
        accepted_in(tmp_path / "a.jsonl")
    assert words in str(error.value)
    assert str(error.value).startswith(str(tmp_path / NAME))
    with pytest.raises(ConfigError):
        revise_baseline(tmp_path / NAME, lambda known: {})
    assert (tmp_path / NAME).read_bytes() == data
    assert len(list(tmp_path.iterdir())) == 1


def test_the_nearest_file_counts(tmp_path: Path) -> None:
    low = tmp_path / "a" / "b"
    low.mkdir(parents=True)
    assert BaselineFinder().nearest(low) is None
    (tmp_path / NAME).write_bytes(spell({"a/b/x.jsonl": {("far", 1): 1}}))
    assert accepted_in(low / "x.jsonl") == {("far", 1): 1}
    assert accepted_in(low / "y.jsonl") == {}
    (tmp_path / "a" / NAME).write_bytes(spell({"b/x.jsonl": {("near", 1): 1}}))
    assert accepted_in(low / "x.jsonl") == {("near", 1): 1}
    (low / NAME).mkdir()  # no file
    assert accepted_in(low / "x.jsonl") == {("near", 1): 1}
    with pytest.raises(ConfigError, match="is not below"):
        entry_path(low / NAME, tmp_path / "x.jsonl")


def add(name: str) -> Callable[[Baseline], Baseline]:
    return lambda known: {**known, name: {("unknown-role", 1): 1}}


def test_writing_keeps_permissions_and_leaves_nothing_behind(tmp_path: Path) -> None:
    file = tmp_path / NAME
    revise_baseline(file, add("a"))
    file.chmod(0o640)
    revise_baseline(file, add("b"))
    assert parse(file.read_bytes()).keys() == {"a", "b"}
    assert file.stat().st_mode & 0o777 == 0o640
    before = file.stat()
    revise_baseline(file, add("b"))
    assert file.stat() == before  # not written where nothing changes
    assert list(tmp_path.iterdir()) == [file]


def test_links_are_never_written_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outside = tmp_path / "outside.json"
    outside.write_bytes(spell({}))
    inside = tmp_path / "in"
    inside.mkdir()
    for target in (outside, tmp_path / "nowhere.json", inside):
        (inside / NAME).symlink_to(target)
        with pytest.raises(ConfigError, match="a link or no file"):
            revise_baseline(inside / NAME, add("a"))
        (inside / NAME).unlink()
    assert outside.read_bytes() == spell({})
    (inside / f"{NAME}.lock").symlink_to(outside)
    monkeypatch.setattr(baseline, "_TRIES", 2)
    with pytest.raises(ConfigError, match="another turnlint"):
        revise_baseline(inside / NAME, add("a"))
    assert outside.read_bytes() == spell({})


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_a_failure_leaves_the_old_file(tmp_path: Path, error: type[BaseException]) -> None:
    file = tmp_path / NAME
    revise_baseline(file, add("a"))
    old = file.read_bytes()

    def fail(known: Baseline) -> Baseline:
        raise error

    with pytest.raises(error):
        revise_baseline(file, fail)
    assert list(tmp_path.iterdir()) == [file]
    assert file.read_bytes() == old


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to this user")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ConfigError, match="Permission denied"):
        revise_baseline(tmp_path / NAME, add("a"))
    tmp_path.chmod(0o700)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        revise_baseline(tmp_path / "gone" / NAME, add("a"))


def test_what_is_too_much_is_neither_read_nor_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(baseline, "_LIMIT", 1_000)
    with pytest.raises(ConfigError, match="ignore a rule"):
        revise_baseline(tmp_path / NAME, add("a" * 1_000))
    assert list(tmp_path.iterdir()) == []
    (tmp_path / NAME).write_bytes(b" " * 2_000)
    with pytest.raises(ConfigError, match="larger than"):
        accepted_in(tmp_path / "a.jsonl")


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    code = f"""
from pathlib import Path
from turnlint.config.baseline import revise_baseline
import sys
for number in range(20):
    name = sys.argv[1] + str(number)
    revise_baseline(Path({str(tmp_path / NAME)!r}), lambda known: {{**known, name: {{("a", None): 1}}}})
"""
    runs = [subprocess.Popen([sys.executable, "-c", code, name]) for name in "abcd"]
    assert [run.wait(60) for run in runs] == [0] * 4
    assert len(parse((tmp_path / NAME).read_bytes())) == 80


def test_nothing_accepted_changes_nothing() -> None:
    rows = list(SAMPLES)
    assert found(rows, Ledger()) == found(rows)
    assert not Accepted().accepts("unknown-role", None, 1)
