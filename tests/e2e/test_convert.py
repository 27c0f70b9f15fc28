"""`turnlint convert` as users see it: rows in, rows or reasons out, and never half of a file."""

from __future__ import annotations

import gzip
import json
import os
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.test_cli import Done, program, shell, turnlint, write

from turnlint.formats import all_formats

SHARED = '{"conversations":[{"from":"human","value":"Say %d"},{"from":"gpt","value":"It is %d."}]}'
CHAT = '{"messages":[{"role":"user","content":"Say %d"},{"role":"assistant","content":"It is %d."}]}'
WEIGHED = '{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b","weight":0}]}'
CALLING = (
    '{"messages":[{"role":"user","content":"a"},{"role":"assistant","tool_calls":[{"id":"x","type":"function",'
    '"function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"x","content":"1"},'
    '{"role":"assistant","content":"b"}]}'
)


def convert(*arguments: str, cwd: Path, **options: Any) -> Done:
    return turnlint("convert", *arguments, cwd=cwd, **options)


def rows(pattern: str, count: int = 3) -> str:
    return "".join(pattern % (number, number) + "\n" for number in range(count))


def files(folder: Path) -> list[str]:
    return sorted(str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file())


def test_a_file_to_standard_output(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(SHARED)})
    done = program("convert", "--to", "openai-chat", "a.jsonl", cwd=tmp_path)
    assert done == Done(0, rows(CHAT), "Wrote 3 rows as OpenAI chat.\n")
    assert convert("--to", "openai-chat", "a.jsonl", "-q", cwd=tmp_path) == Done(0, rows(CHAT), "")


def test_standard_input(tmp_path: Path) -> None:
    done = shell("$TURNLINT convert --to sharegpt", tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    done = convert("--to", "sharegpt", cwd=tmp_path, stdin=rows(CHAT))
    assert (done.returncode, done.stdout) == (0, rows(SHARED))
    assert convert("--to", "sharegpt", "-", cwd=tmp_path, stdin=rows(CHAT)).stdout == rows(SHARED)


def test_a_refused_row_leaves_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(CHAT, 1) + WEIGHED + "\n" + CALLING + "\n", "old.jsonl": "old"})
    for output in ((), ("-o", "new.jsonl"), ("-o", "old.jsonl"), ("--output-dir", "out"), ("--in-place",)):
        done = convert("--to", "alpaca", "a.jsonl", *output, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.splitlines() == [
            "a.jsonl:2:87: /messages/1/weight: Alpaca has no place for weights of messages, "
            "which say what is learnt (weights)",
            "a.jsonl:3:78: /messages/1/tool_calls/0: Alpaca has no place for a call of a tool",
            "Refused 2 rows, so nothing is written; 1 row as Alpaca could be.",
            "To do without what they say: --lossy weights. To leave them out: --skip-refused.",
        ]
    assert files(tmp_path) == ["a.jsonl", "old.jsonl"]
    assert (tmp_path / "old.jsonl").read_text() == "old"
    assert (tmp_path / "a.jsonl").read_text().endswith(CALLING + "\n")


def test_refused_rows_left_out_and_losses_accepted(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": WEIGHED + "\n" + rows(CHAT, 1) + CALLING})
    done = convert("--to", "alpaca", "a.jsonl", "--skip-refused", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, '{"input":"","instruction":"Say 0","output":"It is 0."}\n')
    assert done.stderr.endswith("Wrote 1 row as Alpaca, 2 refused.\n")
    done = convert("--to", "alpaca", "a.jsonl", "--skip-refused", "--lossy", "weights", cwd=tmp_path)
    assert (done.returncode, done.stdout.count("\n")) == (1, 2)
    done = convert("--to", "sharegpt", "a.jsonl", "--lossy", "ALL", "-q", cwd=tmp_path)
    assert (done.returncode, done.stdout.count("\n"), done.stderr) == (0, 3, "")


def test_refusals_for_programs(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(CHAT, 1) + WEIGHED + "\n"})
    done = convert("--to", "alpaca", "a.jsonl", "--output-format", "json", cwd=tmp_path)
    assert done.returncode == 1
    assert json.loads(done.stderr) == [
        {
            "path": "a.jsonl",
            "row": 2,
            "pointer": "/messages/1/weight",
            "location": {"line": 2, "column": 87},
            "reason": "Alpaca has no place for weights of messages, which say what is learnt",
            "loss": "weights",
        }
    ]
    write(tmp_path, {"b.jsonl": rows(CHAT)})
    done = convert("--to", "alpaca", "b.jsonl", "--output-format", "json", cwd=tmp_path)
    assert (done.returncode, json.loads(done.stderr)) == (0, [])


def test_many_refusals_are_told_in_part(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": (WEIGHED + "\n") * 50})
    done = convert("--to", "alpaca", "a.jsonl", cwd=tmp_path)
    assert done.stderr.count("weights of messages") == 20
    assert "a.jsonl: 30 more refusals like these\n" in done.stderr
    done = convert("--to", "alpaca", "a.jsonl", "--output-format", "json", cwd=tmp_path)
    assert len(json.loads(done.stderr)) == 50


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(SHARED), "b.jsonl": "old"})
    (tmp_path / "b.jsonl").chmod(0o640)
    assert convert("--to", "openai-chat", "a.jsonl", "-o", "b.jsonl", cwd=tmp_path).returncode == 0
    assert (tmp_path / "b.jsonl").read_text() == rows(CHAT)
    assert (tmp_path / "b.jsonl").stat().st_mode & 0o777 == 0o640
    done = convert("--to", "openai-chat", "a.jsonl", "-o", "./a.jsonl", cwd=tmp_path)
    assert (done.returncode, (tmp_path / "a.jsonl").read_text()) == (2, rows(SHARED))
    assert "would overwrite a.jsonl" in done.stderr
    assert convert("--to", "openai-chat", "a.jsonl", "--in-place", cwd=tmp_path).returncode == 0
    assert (tmp_path / "a.jsonl").read_text() == rows(CHAT)
    assert files(tmp_path) == ["a.jsonl", "b.jsonl"]


def test_several_files(tmp_path: Path) -> None:
    write(tmp_path, {"d/a.jsonl": rows(SHARED), "d/e/b.jsonl": rows(SHARED, 1)})
    (tmp_path / "d" / "c.jsonl.gz").write_bytes(gzip.compress(rows(SHARED, 2).encode()))
    done = convert("--to", "openai-chat", "d", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "3 files would become one; name a folder for them by --output-dir, or --in-place" in done.stderr
    for _ in range(2):  # what an earlier run wrote is not read
        done = convert("--to", "openai-chat", "d", "--output-dir", "d/out", cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "Wrote 6 rows as OpenAI chat.\n")
    assert files(tmp_path / "d" / "out") == ["a.jsonl", "c.jsonl", "e/b.jsonl"]
    assert (tmp_path / "d" / "out" / "c.jsonl").read_text() == rows(CHAT, 2)
    done = convert("--to", "openai-chat", "d/a.jsonl", "--output-dir", "d", cwd=tmp_path)
    assert (done.returncode, (tmp_path / "d" / "a.jsonl").read_text()) == (2, rows(SHARED))


def test_two_files_of_one_name_are_not_written_over_each_other(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(SHARED), "a.json": f"[{SHARED % (1, 1)}]"})
    done = convert("--to", "openai-chat", "a.jsonl", "a.json", "--output-dir", "out", cwd=tmp_path)
    assert done.returncode == 2
    assert "a.jsonl and a.json would both become" in done.stderr


def test_rows_keep_their_order_whatever_their_ends(tmp_path: Path) -> None:
    text = "\ufeff" + rows(SHARED, 2).replace("\n", "\r\n") + "\r\n  \r\n" + rows(CHAT, 1) + SHARED % (7, 7)
    (tmp_path / "a.jsonl").write_bytes(text.encode())
    done = convert("--to", "openai-chat", "a.jsonl", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, rows(CHAT, 2) + rows(CHAT, 1) + CHAT % (7, 7) + "\n")
    assert done.stderr == "Wrote 4 rows as OpenAI chat, 2 blank rows left out.\n"


def test_an_array_is_read_as_rows(tmp_path: Path) -> None:
    weighed = json.dumps(json.loads(WEIGHED), indent=1)
    write(tmp_path, {"a.json": f"[\n{SHARED % (0, 0)},\n{weighed}\n]"})
    done = convert("--to", "alpaca", "a.json", cwd=tmp_path)
    line = done.stderr.partition("\n")[0]
    spot = 2 + weighed[: weighed.index("0\n")].count("\n") + 1
    assert line.startswith(f"a.json:{spot}:14: /messages/1/weight: ")
    assert convert("--to", "alpaca", "a.json", "--lossy", "weights", cwd=tmp_path).stdout.count("\n") == 2


def test_broken_rows_are_refused(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(CHAT, 1) + '{"messages":[\n7\n'})
    done = convert("--to", "sharegpt", "a.jsonl", cwd=tmp_path)
    assert done.returncode == 1
    assert [line.partition(": ")[0] for line in done.stderr.splitlines()[:2]] == [
        "a.jsonl:2:1",
        "a.jsonl:3:1",
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("a.jsonl",), "the following arguments are required: --to"),
        (("--to", "sharegtp", "a.jsonl"), "did you mean `sharegpt`"),
        (("--to", "tokenized", "a.jsonl"), "unknown format to write `tokenized`"),
        (("--to", "alpaca", "a.jsonl", "--lossy", "weight"), "did you mean `weights`"),
        (("--to", "alpaca", "a.jsonl", "-o", "b.jsonl.gz"), "leave out `.gz`"),
        (("--to", "alpaca", "a.jsonl", "-o", "b.jsonl", "--in-place"), "contradict each other"),
        (("--to", "alpaca", "-", "--in-place"), "it is standard input"),
        (("--to", "alpaca", "none.jsonl"), "none.jsonl: No such file or directory"),
        (
            ("--to", "alpaca", "a.jsonl", "--target", "openai"),
            "OpenAI does not take alpaca; it takes openai-chat",
        ),
        (("--to", "alpaca", "a.jsonl", "-o", "no/b.jsonl"), "cannot write to no/b.jsonl"),
        (("--to", "alpaca", "binary.jsonl"), "binary.jsonl: This"),
    ],
)
def test_what_cannot_be_done(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    write(tmp_path, {"a.jsonl": rows(CHAT)})
    (tmp_path / "binary.jsonl").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 99)
    done = convert(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr


def test_a_target_judges_what_is_written(tmp_path: Path) -> None:
    twice = SHARED.replace('},{"from":"gpt"', '},{"from":"human","value":"and %d"},{"from":"gpt"')
    write(tmp_path, {"a.jsonl": twice % (1, 2, 3)})
    assert convert("--to", "chat", "a.jsonl", cwd=tmp_path).returncode == 0
    done = convert("--to", "chat", "a.jsonl", "--target", "torchtune", cwd=tmp_path)
    assert done.returncode == 1
    assert "would have an error at /messages/1" in done.stderr


def test_settings_name_the_format(tmp_path: Path) -> None:
    settings = '[[dataset]]\ntrain = ["a.jsonl"]\nformat = "prompt-completion"\n'
    settings += 'columns = { prompt = "question", completion = "answer" }\n'
    write(tmp_path, {"turnlint.toml": settings, "a.jsonl": '{"question":"Say 0","answer":"It is 0."}\n'})
    done = convert("--to", "openai-chat", "a.jsonl", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, rows(CHAT, 1))


def test_a_name_cannot_move_the_cursor(tmp_path: Path) -> None:
    name = "\x1b[2J##vso[x]\u202e"
    write(tmp_path, {"a.jsonl": json.dumps({"prompt": "a", "completion": "b", name: 1}) + "\n"})
    done = convert("--to", "openai-chat", "a.jsonl", cwd=tmp_path)
    assert done.returncode == 1
    assert not set(done.stderr) & {"\x1b", "\u202e"}
    assert "##" not in done.stderr


def test_a_reader_that_leaves(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(CHAT, 20_000)})
    for more in ("", "--skip-refused"):
        done = shell(f"$TURNLINT convert --to sharegpt a.jsonl -q {more} | head -1", tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (0, rows(SHARED, 1), "")


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    if not os.path.exists("/dev/full"):  # noqa: PTH110
        pytest.skip("no /dev/full here")
    write(tmp_path, {"a.jsonl": rows(CHAT, 20_000)})
    done = shell("$TURNLINT convert --to sharegpt a.jsonl > /dev/full", tmp_path)
    assert done.returncode == 2
    assert "cannot write to standard output" in done.stderr
    done = shell("ulimit -f 100; $TURNLINT convert --to sharegpt a.jsonl -o b.jsonl", tmp_path)
    assert done.returncode != 0
    assert files(tmp_path) == ["a.jsonl"]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    peaks = []
    for count in (100, 1_000, 4_000):  # the first loads what is needed
        write(tmp_path, {"a.jsonl": rows(CHAT.replace("Say", "Say this " * 270), count)})
        tracemalloc.start()
        assert convert("--to", "sharegpt", "a.jsonl", "-o", "b.jsonl", cwd=tmp_path).returncode == 0
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] < peaks[1] * 1.25


def test_help_lists_what_can_be_written(tmp_path: Path) -> None:
    done = convert("--help", cwd=tmp_path)
    assert done.returncode == 0
    assert all(word in done.stdout for word in ("--lossy", "--skip-refused", "weights", "sharegpt"))
    assert any(one.compose is None for one in all_formats())
