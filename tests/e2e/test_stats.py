"""`turnlint stats` as users see it: in a terminal, as JSON for programs, and as a page in a real browser."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import signal
import stat
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import jsonschema_rs
import pytest
from tests.e2e.test_cli import START, Done, environment, program, rows, shell, turnlint, write

from turnlint.cli import main
from turnlint.engine.statistics import Statistics, Survey, survey
from turnlint.formats import all_formats
from turnlint.report.statistics import Bill, Section, html

CHAT = '{"messages":[{"role":"user","content":"Say %d"},{"role":"assistant","content":"It is %d."}]}'
LONG = '{"messages":[{"role":"user","content":"%s"},{"role":"assistant","content":"Yes."}]}' % ("Hi " * 300)
FIXTURES = Path(__file__).parents[2] / "fixtures" / "valid"
HOSTILE = "<script>fetch('http:x')<script>&amp;\"' onload=x \u202egnp\u2066\x1b[2J.jsonl"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def stats(*arguments: str, cwd: Path, **options: Any) -> Done:
    return turnlint("stats", *arguments, cwd=cwd, **options)


def as_json(*arguments: str, cwd: Path) -> Any:
    done = stats("--output-format", "json", *arguments, cwd=cwd)
    assert done.returncode == 0
    return json.loads(done.stdout)


# Text


PREFERENCE = {one.title for one in all_formats() if one.kind == "preference"}


def test_a_file_in_text(tmp_path: Path) -> None:
    write(tmp_path, {"train.jsonl": rows(CHAT) + LONG + "\n\n{\n"})
    done = stats("train.jsonl", "--target", "openai:gpt-4o", "--token-limit", "100", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    # "Say 1" is 3 tokens, "It is 1." 5, "Hi Hi … " 301, "Yes." 2; 4 more for each message, 3 for the reply.
    assert done.stdout.splitlines() == SHOWN.splitlines()


SHOWN = """\
train.jsonl
13 examples in OpenAI chat format (train). 2 rows are left out: 1 blank, 1 not a JSON object.
No row repeats or contradicts another.
Tokens are counted by o200k_base for OpenAI (gpt-4o).
1 example is over the limit of 100 tokens (7.7%). Beyond it: 214 tokens, 2 of them to be trained on.
1 example has nothing left to train on.
Billed: 2,296 tokens, 7 epochs (OpenAI's default) of 328.

                     min  p5  median  p95  max  mean  sum
tokens per example    19  19      19  314  314  41.7  542
trained per example    2   2       5    5    5   4.8   62
trained per answer     2   2       5    5    5   4.8   62
turns per example      2   2       2    2    2   2.0   26

tokens per example
  10-19  12  92.3%  ################################################################################
  20-49   0   0.0%
 50-100   0   0.0%
101-199   0   0.0%
200-499   1   7.7%  #######

tokens by role
user       13 turns  389  71.8%  ###################################################################
assistant  13 turns  114  21.0%  ####################
other                 39   7.2%  #######
"""


def test_several_files_and_all_together(tmp_path: Path) -> None:
    write(tmp_path, {"train.jsonl": rows(CHAT, 10), "valid.jsonl": rows(CHAT, 20)})
    done = stats("--price", "2.5", "--target", "openai", cwd=tmp_path)
    parts = done.stdout.split("\n\n")
    assert [part.splitlines()[0] for part in parts if "examples in" in part] == [
        "train.jsonl",
        "valid.jsonl",
        "all files",
    ]
    found = as_json("--price", "2.5", "--target", "openai", cwd=tmp_path)
    train, valid = found["files"]
    assert [train["splits"], valid["splits"]] == [["train"], ["validation"]]
    assert train["billing"]["epochs"] == 10
    assert train["billing"]["tokens"] == 10 * train["tokens"]["sum"]
    assert train["billing"]["cost"] == pytest.approx(train["billing"]["tokens"] * 2.5e-6)
    assert valid["billing"] is None
    total = found["total"]
    assert (total["path"], total["examples"], total["splits"]) == (None, 30, ["train", "validation"])
    assert total["tokens"]["sum"] == train["tokens"]["sum"] + valid["tokens"]["sum"]
    assert total["billing"] == train["billing"]


def test_several_training_files_are_the_data_of_one_job(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(CHAT, 10), "b.jsonl": rows(CHAT, 15)})
    found = as_json("--target", "openai", cwd=tmp_path)
    assert [one["billing"]["epochs"] for one in found["files"]] == [10, 6]
    assert found["total"]["billing"]["epochs"] == 4
    chosen = as_json("--target", "openai", "--epochs", "2", cwd=tmp_path)
    assert [one["billing"]["epochs"] for one in (*chosen["files"], chosen["total"])] == [2, 2, 2]
    assert not chosen["total"]["billing"]["default_epochs"]


def test_each_training_method_is_a_job_of_its_own(tmp_path: Path) -> None:
    for name in ("openai-chat", "openai-preference", "openai-reinforcement"):
        shutil.copy(FIXTURES / f"{name}.jsonl", tmp_path)
    options = ("--target", "openai:gpt-4o", "--price", "3", "--html", "page.html")
    found = as_json(*options, cwd=tmp_path)
    bills = [one["billing"] for one in found["files"] if one["billing"]]
    assert [one["stage"] for one in bills] == ["sft", "preference"]
    assert (found["total"]["billing"], found["total"]["bills"]) == (None, bills)
    shown = " ".join(stats(*options, cwd=tmp_path).stdout.split("all files")[1].split())
    assert f"Billed for supervised fine-tuning: about {bills[0]['tokens']:,} tokens" in shown
    assert f"Billed for preference fine-tuning: about {bills[1]['tokens']:,} tokens" in shown
    assert "billed for preference fine-tuning (about)" in Page((tmp_path / "page.html").read_text()).texts


def test_what_is_not_billed(tmp_path: Path) -> None:
    shutil.copy(FIXTURES / "openai-reinforcement.jsonl", tmp_path)
    shutil.copy(FIXTURES / "sharegpt.jsonl", tmp_path)
    assert [one["billing"] for one in as_json(cwd=tmp_path)["files"]] == [None, None]
    priced = as_json("--price", "1", cwd=tmp_path)["files"]
    assert priced[0]["billing"] is None
    assert priced[1]["billing"]["price"] == 1


def test_counts_that_are_a_guess_say_so(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(CHAT)})
    exact = stats("--target", "openai:gpt-4o", cwd=tmp_path).stdout
    assert "about" not in exact
    guessed = stats("--target", "openai:gpt-4.1", "--price", "3", cwd=tmp_path).stdout
    assert "All counts are about right" in guessed
    assert "Billed: about " in guessed
    assert "Cost: about " in guessed
    call = '{"messages":[{"role":"user","content":"x"},{"role":"assistant","tool_calls":[{"id":"a","type":'
    call += '"function","function":{"name":"f","arguments":"{}"}}]}]}\n'
    write(tmp_path, {"a.jsonl": rows(CHAT) + call})
    some = stats("--target", "openai:gpt-4o", cwd=tmp_path).stdout
    assert "Counts are exact but for 1 example, of which parts are estimated." in some.replace("\n", " ")


@pytest.mark.parametrize(
    ("price", "words"),
    [
        ("0", "Cost: 0.00 at 0 a million."),
        ("3", "Cost: 0.01 at 3 a million."),
        ("0.3", "Cost: <0.01 at 0.3 a million."),
        (".5", "Cost: <0.01 at 0.5 a million."),
        ("1234567.50", "Cost: 5,864.20 at 1,234,567.5 a million."),
        ("0.0000001", "Cost: <0.01 at 0.0000001 a million."),
    ],
)
def test_costs(tmp_path: Path, price: str, words: str) -> None:
    write(tmp_path, {"a.jsonl": rows(CHAT, 10)})
    options = ("--price", price, "--target", "openai:gpt-4o", "--epochs", "25", "--html", "a.html")
    shown = " ".join(stats(*options, cwd=tmp_path).stdout.split())
    assert words in shown
    cost = words.split()[1]
    assert cost in Page((tmp_path / "a.html").read_text()).texts


def test_preference_says_which_answers_count(tmp_path: Path) -> None:
    shutil.copy(FIXTURES / "openai-preference.jsonl", tmp_path)
    shown = " ".join(stats("--target", "openai:gpt-4o", cwd=tmp_path).stdout.split())
    assert "Of two answers, the longer one counts per example, and both by role." in shown
    pair: dict[str, Any] = {"input": {"messages": [{"role": "user", "content": "x"}]}}
    pair |= {
        f"{name}_output": [{"role": "assistant", "content": name}] for name in ("preferred", "non_preferred")
    }
    write(tmp_path, {"openai-preference.jsonl": json.dumps(pair)})
    shown = stats("--target", "openai:gpt-4o", cwd=tmp_path).stdout
    assert "estimated" not in shown
    assert "Billed: about " in shown  # nobody has published how pairs are billed


def test_files_with_limits_of_their_own(tmp_path: Path) -> None:
    settings = "[tokens]\nlimit = %d\n"
    for name, limit in (("one", 20), ("two", 30), ("none", 0)):
        (tmp_path / name).mkdir()
        write(tmp_path / name, {"a.jsonl": LONG, "turnlint.toml": settings % limit if limit else ""})
    done = stats("one", "two", "--target", "openai:gpt-4o", "--html", "a.html", cwd=tmp_path)
    assert "2 examples are over their limit of 20 or 30 tokens" in done.stdout
    assert "of 20 or 30 tokens" in Page((tmp_path / "a.html").read_text()).texts
    assert "1 example is over the limit of 20 tokens" in done.stdout
    write(tmp_path / "none", {"a.jsonl": json.dumps({"instruction": "Hi " * 3_000, "output": "Yes"})})
    shown = stats("one", "none/a.jsonl", "--color", "always", cwd=tmp_path).stdout.split("all files")[1]
    assert "1 example is over its limit of 20 tokens" in shown
    assert "\x1b[1;33m" not in shown  # where an example has no limit, no bar is over it


@pytest.mark.parametrize("width", ["1", "5", "52"])
def test_no_word_is_taken_apart(tmp_path: Path, width: str) -> None:
    write(tmp_path, {"train.jsonl": rows(CHAT)})
    shown = terminal("stats", "--target", "openai:gpt-4o", cwd=tmp_path, COLUMNS=width, TERM="dumb")
    assert "(gpt-4o)" in shown
    assert "counted" in shown


def test_no_target(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(CHAT)})
    done = stats(cwd=tmp_path)
    assert "counted by o200k_base for OpenAI (no target is set)." in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("data", ["", "\n\n", '{"a": \n[]\n"x"\n'])
def test_files_without_examples(tmp_path: Path, data: str) -> None:
    write(tmp_path, {"a.jsonl": data})
    done = stats("--html", "a.html", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.splitlines()[:2][1].startswith("0 examples.")
    assert len(done.stdout.splitlines()) == 2
    assert "0 examples." in (tmp_path / "a.html").read_text()


def terminal(*arguments: str, cwd: Path, **changes: str) -> str:
    """What a terminal of 70 columns is sent."""
    main, side = pty.openpty()
    env = environment(**{"COLUMNS": "70", "TERM": "xterm", "LC_ALL": "C.UTF-8", **changes})
    with subprocess.Popen([*START, *arguments], cwd=cwd, stdout=side, env=env) as process:
        os.close(side)
        shown = b""
        with suppress(OSError):  # the other end was closed
            while piece := os.read(main, 1 << 16):
                shown += piece
        assert process.wait(timeout=60) == 0
    os.close(main)
    return shown.decode().replace("\r\n", "\n")


def test_in_a_terminal(tmp_path: Path) -> None:
    lines = "".join(CHAT.replace("Say", "Say " * (at % 50)) % (at, at) + "\n" for at in range(2_000))
    write(tmp_path, {"train.jsonl": lines})
    shown = terminal("stats", "--target", "openai:gpt-4o", cwd=tmp_path)
    plain = re.sub(r"\x1b\[[\d;]*m", "", shown)
    assert plain != shown
    assert max(map(len, plain.splitlines())) == 70  # the longest bar ends there
    bars = [line for line in plain.splitlines() if line.endswith(("█", "▏", "▎", "▍", "▌", "▋", "▊", "▉"))]
    assert len(bars) >= 8
    assert "–" in bars[0]
    for changes in (
        {"NO_COLOR": "1"},
        {"TERM": "dumb"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ):
        simple = terminal("stats", "--target", "openai:gpt-4o", cwd=tmp_path, **changes)
        assert re.sub(r"\x1b\[[\d;]*m", "", simple).isascii()
        assert re.search(r"^ *\d+-\d+ .* #+$", re.sub(r"\x1b\[[\d;]*m", "", simple), re.MULTILINE)
    piped = program("stats", "--target", "openai:gpt-4o", cwd=tmp_path).stdout
    assert piped.isascii()
    assert max(map(len, piped.splitlines())) == 100


def test_examples_over_the_limit_are_marked(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(CHAT, 100) + LONG + "\n"})
    done = stats("--token-limit", "100", "--color", "always", "--target", "openai", cwd=tmp_path)
    marked = [line for line in done.stdout.splitlines() if "\x1b[1;33m" in line]
    assert [line.split()[0] for line in marked] == ["101-314"]


# Programs


def test_json_keeps_its_contract(tmp_path: Path) -> None:
    for file in FIXTURES.iterdir():
        shutil.copy(file, tmp_path)
    write(tmp_path, {"empty.jsonl": "", HOSTILE.replace("/", ""): rows(CHAT)})
    found = as_json("--token-limit", "40", cwd=tmp_path)
    schema = json.loads(turnlint("schema", "stats", cwd=tmp_path).stdout)
    judge = jsonschema_rs.validator_for(schema)
    assert [error.message for error in judge.iter_errors(found)] == []
    assert len(found["files"]) == len(list(FIXTURES.iterdir())) + 2
    for one in (*found["files"], found["total"]):
        for name in ("tokens", "trained", "turns", "tool_calls", "images"):
            spread = one[name]
            assert spread["count"] == one["examples"]
            assert spread["min"] <= spread["p5"] <= spread["median"] <= spread["p95"] <= spread["max"]
            assert sum(each["count"] for each in spread["histogram"]) == spread["count"]
        turns = sum(role["turns"] for role in one["roles"].values())
        assert turns == one["turns"]["sum"]
        if not PREFERENCE & {*one["formats"]}:
            tokens = sum(role["tokens"] for role in one["roles"].values())
            assert tokens + one["other_tokens"] == one["tokens"]["sum"]
    assert found["total"]["over"]["examples"] == sum(one["over"]["examples"] for one in found["files"]) > 0


def test_json_of_nothing(tmp_path: Path) -> None:
    done = stats("nowhere.jsonl", "--output-format", "json", cwd=tmp_path)
    assert done.returncode == 2
    found = json.loads(done.stdout)
    assert (found["files"], found["total"]["examples"]) == ([], 0)


# Rows that repeat or contradict others


def chat(question: str, answer: str) -> str:
    turns = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return json.dumps({"messages": turns}) + "\n"


def write_data_set(folder: Path, **files: str) -> None:
    """Ten rows to train on, of which two repeat one and one contradicts one; half of the others is leaked."""
    said = [chat(f"Say {n}", f"It is {n}.") for n in range(6)]
    train = "".join((*said, said[0], said[0], chat("Is it open?", "Yes"), chat("Is it open?", "No")))
    write(folder, {"train.jsonl": train, "valid.jsonl": said[3] + chat("Say 50", "It is 50."), **files})


def test_rows_that_repeat_or_contradict_others(tmp_path: Path) -> None:
    write_data_set(tmp_path)
    done = stats(cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    shown = " ".join(done.stdout.split())
    repeat, contradict = "2 rows repeat another (%s): 2 exact-duplicate.", "1 row contradicts another (%s): 1"
    leaked = "1 row is in another file, too (%s): 1 leaked-row. Tokens"
    assert f"(train). {repeat} {contradict} conflicting-answer. Tokens" % ("20.0%", "10.0%") in shown
    assert f"(validation). {leaked}" % "50.0%" in shown
    assert (
        f"validation). {repeat} {contradict} conflicting-answer. {leaked}" % ("16.7%", "8.3%", "8.3%")
        in shown
    )


def test_rules_that_are_off_are_counted_all_the_same(tmp_path: Path) -> None:
    write_data_set(tmp_path)
    shown = stats("--ignore", "duplicates,exact-duplicate", cwd=tmp_path).stdout
    assert "2 rows repeat another" in shown
    write(tmp_path, {"turnlint.toml": "[rules.exact-duplicate]\nmax_copies = 2\n"})
    assert "1 row repeats another" in stats(cwd=tmp_path).stdout


def test_a_file_that_repeats_another(tmp_path: Path) -> None:
    write_data_set(tmp_path)
    shutil.copy(tmp_path / "train.jsonl", tmp_path / "test.jsonl")
    test, *_ = as_json(cwd=tmp_path)["files"]
    assert test["path"] == "test.jsonl"
    assert test["overlap"] == [{"rule": "same-file-twice", "family": "dataset", "rows": 10, "share": 1.0}]


def test_files_of_no_data_set_are_not_compared(tmp_path: Path) -> None:
    write(tmp_path, {name: rows(CHAT) for name in ("a.jsonl", "b.jsonl")})
    found = as_json(cwd=tmp_path)
    assert [one["overlap"] for one in (*found["files"], found["total"])] == [[], [], []]


def test_overlap_as_json(tmp_path: Path) -> None:
    write_data_set(tmp_path)
    found = as_json(cwd=tmp_path)
    assert found["total"]["overlap"] == [
        {"rule": "exact-duplicate", "family": "duplicates", "rows": 2, "share": 2 / 12},
        {"rule": "conflicting-answer", "family": "consistency", "rows": 1, "share": 1 / 12},
        {"rule": "leaked-row", "family": "dataset", "rows": 1, "share": 1 / 12},
    ]


def test_rows_that_are_nearly_the_same_are_counted(tmp_path: Path) -> None:
    note = "Please write a {} note that thanks the neighbours for feeding the cat while we were away."
    said = "Dear neighbours, thank you so much for feeding our cat while we were away. She looks happy."
    write(tmp_path, {"a.jsonl": "".join(chat(note.format(one), said) for one in ("short", "brief", "short"))})
    found = as_json(cwd=tmp_path)["total"]["overlap"]
    assert {one["rule"]: one["rows"] for one in found} == {"exact-duplicate": 1, "near-duplicate": 1}


def test_so_many_rows_with_one_prompt_that_not_all_are_compared(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": chat("Say it", "It.") * 1_200})
    found = as_json(cwd=tmp_path)["total"]
    assert (found["overlap"][0]["rows"], found["crowds"]) == (1_199, 1)
    shown = stats(cwd=tmp_path).stdout
    assert "no more than 1,000 of a split were compared, but for copies byte by byte." in " ".join(
        shown.split()
    )


# What cannot be done


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.jsonl"], "nowhere.jsonl: No such file"),
        (["--price", "much"], "`much` is not a price"),
        (["--price", "-1"], "`-1` is not a price"),
        (["--price", "1/0"], "`1/0` is not a price"),
        (["--price", "nan"], "`nan` is not a price"),
        (["--price", "1e400"], "`1e400` is not a price"),
        (["--price", "1e999999999"], "`1e999999999` is not a price"),
        (["--price", "."], "`.` is not a price"),
        (["--price", "1" * 5_000], "is not a price"),
        (["--epochs", "0"], "`0` is not a number of epochs"),
        (["--epochs", "²"], "`²` is not a number of epochs"),
        (["--jobs", "0"], "`0` is not a number of threads"),
        (["--output-format", "yaml"], "unknown output format `yaml`"),
        (["--target", "opnai"], "did you mean `openai`"),
        (["--tokenizer", "o200k"], "o200k"),
        (["--html", "no/where.html"], "cannot write to no/where.html: No such file"),
        (["--html", "link.html"], "cannot write to link.html: a link"),
        (["--html", "."], "cannot write to .: "),
        (["-o", "out.txt", "--html", "no/where.html"], "cannot write to no/where.html: No such file"),
        (["--html", ""], "cannot write to a file without a name"),
        (["a.jsonl", "--html", "./a.jsonl"], "--html would overwrite a.jsonl"),
        (["a.jsonl", "-o", "a.jsonl"], "--output-file would overwrite a.jsonl"),
        (["--html", "b.html", "-o", "./b.html"], "name the same file"),
    ],
)
def test_what_cannot_be_done_is_told_in_words(tmp_path: Path, arguments: list[str], words: str) -> None:
    write(tmp_path, {"a.jsonl": rows(CHAT), "page.html": "mine"})
    (tmp_path / "link.html").symlink_to("page.html")
    done = stats(*arguments, cwd=tmp_path)
    assert words in done.stderr
    assert (done.returncode, done.stdout) == (2, "")
    assert (tmp_path / "page.html").read_text() == "mine"
    assert (tmp_path / "a.jsonl").read_text() == rows(CHAT)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.jsonl", "link.html", "page.html"]


@pytest.mark.parametrize("command", ["stats - --html", "stats - -o", "check - -o"])
def test_what_comes_by_standard_input_is_not_overwritten(tmp_path: Path, command: str) -> None:
    write(tmp_path, {"a.jsonl": rows(CHAT)})
    done = shell(f"$TURNLINT {command} a.jsonl < a.jsonl", tmp_path)
    assert done.returncode == 2
    assert "would overwrite standard input" in done.stderr
    assert (tmp_path / "a.jsonl").read_text() == rows(CHAT)


def test_what_can_be_read_is_counted_though_other_files_cannot(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(CHAT)})
    (tmp_path / "b.jsonl").write_bytes(b"PAR1\x15\x00" * 40)
    done = stats("--html", "a.html", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("turnlint: b.jsonl: This is a Parquet file, not JSONL.")
    assert done.stdout.startswith("a.jsonl\n12 examples")
    assert "12 examples" in (tmp_path / "a.html").read_text()


def test_standard_input_and_output_files(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(CHAT)})
    named = stats("a.jsonl", cwd=tmp_path).stdout
    piped = stats("-", "--stdin-filename", "a.jsonl", cwd=tmp_path, stdin=rows(CHAT)).stdout
    assert piped == named
    assert stats("a.jsonl", "-o", "out.txt", cwd=tmp_path).stdout == ""
    assert (tmp_path / "out.txt").read_text() == named
    gathered = shell("$TURNLINT stats -q <(cat a.jsonl)", tmp_path)
    assert gathered.stdout.splitlines()[1:] == named.splitlines()[1:]


def test_a_reader_that_has_seen_enough(tmp_path: Path) -> None:
    write(tmp_path, {f"{at}.jsonl": rows(CHAT) for at in range(100)})
    done = shell("$TURNLINT stats -q --html a.html | head -n 1; echo ${PIPESTATUS[0]}", tmp_path)
    assert done.stdout.splitlines() == ["0.jsonl", "0"]
    assert done.stderr == ""
    assert (tmp_path / "a.html").exists()


def test_interrupt(tmp_path: Path) -> None:
    command = [*START, "stats", "-", "--html", "a.html"]
    with subprocess.Popen(command, cwd=tmp_path, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(rows(CHAT, 40_000).encode())
        process.stdin.flush()
        while process.poll() is None:
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=5)
        assert process.returncode in (130, -signal.SIGINT)  # the latter before the program has begun
        assert b"Traceback" not in process.stderr.read() or process.returncode < 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("jobs", "threads"), [((), 2), (("--jobs", "1"), 1), (("--jobs", "2"), 2), (("--jobs", "999999999"), 2)]
)
def test_no_more_threads_than_processors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: tuple[str, ...], threads: int
) -> None:
    write(tmp_path, {"a.jsonl": rows(CHAT)})
    seen = []

    def noted(*positional: Any, threads: int) -> Survey:
        seen.append(threads)
        return survey(*positional, threads=threads)

    monkeypatch.setattr("turnlint.cli.stats.processors", lambda: 2)
    monkeypatch.setattr("turnlint.cli.stats.survey", noted)
    assert main(["stats", "-q", *jobs, str(tmp_path / "a.jsonl")]) == 0
    assert seen == [threads]


# The page


def test_the_page_is_written_as_a_whole(tmp_path: Path) -> None:
    write(tmp_path, {"a.jsonl": rows(CHAT), "page.html": "old"})
    (tmp_path / "page.html").chmod(0o640)
    before = (tmp_path / "page.html").stat().st_ino
    assert stats("--html", "page.html", cwd=tmp_path).returncode == 0
    after = (tmp_path / "page.html").stat()
    assert (after.st_ino != before, stat.S_IMODE(after.st_mode)) == (True, 0o640)
    again = (tmp_path / "page.html").read_text()
    assert stats("--html", "page.html", cwd=tmp_path).returncode == 0
    assert (tmp_path / "page.html").read_text() == again
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.jsonl", "page.html"]


@pytest.mark.parametrize("name", ["x" * 250 + ".html", "漢" * 80 + ".html"])
def test_the_page_may_have_any_name_that_a_file_can_have(tmp_path: Path, name: str) -> None:
    write(tmp_path, {"a.jsonl": rows(CHAT)})
    assert stats("--html", name, cwd=tmp_path).stderr == ""
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted(["a.jsonl", name])


class Page(HTMLParser):
    """A page taken apart as a browser does it."""

    ELEMENTS = frozenset(
        (
            *(
                "html",
                "head",
                "meta",
                "title",
                "style",
                "body",
                "main",
                "header",
                "p",
                "h1",
                "h2",
                "bdi",
                "dl",
            ),
            *("dt", "dd", "div", "figure", "figcaption", "details", "summary", "table", "thead", "tbody"),
            *("tr", "th", "td", "svg", "g", "rect", "line", "path", "text"),
        )
    )
    ATTRIBUTES = frozenset(
        (
            *("lang", "charset", "http-equiv", "content", "name", "class", "scope", "role", "aria-label"),
            *("aria-hidden", "width", "height", "x", "y", "x1", "x2", "y1", "y2", "dx", "dy", "rx", "d"),
            "text-anchor",
        )
    )

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []
        self.styles: list[str] = []
        self.policy = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self.ELEMENTS
        for name, value in attrs:
            assert name in self.ATTRIBUTES
            assert "://" not in (value or "")
        named = dict(attrs)
        if named.get("http-equiv") == "Content-Security-Policy":
            assert self.open == ["html", "head"]
            assert not self.styles
            self.policy = named["content"] or ""
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        (self.styles if self.open[-1:] == ["style"] else self.texts).append(data)


def hostile(folder: Path) -> str:
    """A page about files whose names and rows do what they can."""
    texts = ("<script>alert(1)</script>", "</style><img src=http://evil.example/x.png>", "\u202e\u2066")
    lines = [
        json.dumps({"messages": [{"role": role, "content": text}, {"role": "assistant", "content": text}]})
        for text in texts
        for role in (text, "user")
    ]
    names = (HOSTILE, "</title></style><img src=x onerror=alert(1)>.jsonl".replace("/", "\u2215"))
    for name in names:
        (folder / name).write_text("\n".join(lines))
    (folder / os.fsdecode(b"caf\xe9\xff.jsonl")).write_text(lines[0])
    assert stats("--html", "page.html", cwd=folder).returncode == 0
    return (folder / "page.html").read_text(encoding="utf-8")


def test_the_page_holds_nothing_that_could_act(tmp_path: Path) -> None:
    text = hostile(tmp_path)
    page = Page(text)
    words = "".join(page.texts)
    assert "<script>fetch('http:x')<script>&amp;\"' onload=x \ufffdgnp\ufffd␛[2J.jsonl" in words
    assert "caf\ufffd\ufffd.jsonl" in words
    assert "alert(1)>.jsonl" in words
    assert "evil.example" not in text
    assert not set("\u202e\u2066\x1b") & set(text)
    assert all("url(" not in style and "@import" not in style for style in page.styles)
    assert page.policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in page.policy


@pytest.mark.parametrize("limit", ["1000", "60", "5"])
def test_the_page_of_one_file(tmp_path: Path, limit: str) -> None:
    write(tmp_path, {"train.jsonl": rows(CHAT, 40) + LONG + "\n"})
    options = ("--target", "openai:gpt-4o", "--token-limit", limit, "--price", "25")
    stats("--html", "page.html", *options, cwd=tmp_path)
    page = Page((tmp_path / "page.html").read_text())
    words = page.texts
    assert "train.jsonl" in words
    assert {"examples", "tokens", "trained on", "over the limit", "billed", "cost"} <= set(words)
    found = as_json("train.jsonl", *options, cwd=tmp_path)["total"]
    assert f"{found['tokens']['sum']:,}" in words
    assert f"{found['billing']['cost']:,.2f}" in words
    assert any(f"limit {int(limit):,}" in one for one in words)


def test_a_page_of_huge_numbers() -> None:
    numbers = Statistics()
    numbers.tokens.update({10**9: 10**7, 1: 3})
    numbers.role_tokens["user"] = 10**16
    numbers.role_turns["user"] = 1
    bill = Bill("sft", 50, 10**16, is_default=False, price=Decimal(1_000))
    section = Section("a", numbers, (bill,), tokenizers=("o200k_base",))
    assert "10,000,000,000,000,003" in Page(html.render([section], section)).texts


class Listener(BaseHTTPRequestHandler):
    """Serves one page, and writes down what else is asked for."""

    page = b""
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200 if self.path == "/page.html" else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.page if self.path == "/page.html" else b"")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def served() -> Iterator[tuple[str, type[Listener]]]:
    handler = type("Served", (Listener,), {"asked": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", handler
        server.shutdown()


def chromium(url: str, folder: Path, *options: str) -> str:
    """Load a page in a real browser and give its document as it is then."""
    assert CHROMIUM is not None
    quiet = (
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
    )
    contained = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic")
    done = subprocess.run(
        [CHROMIUM, *contained, *quiet, f"--user-data-dir={folder}/profile", *options, "--dump-dom", url],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=True,
    )
    return done.stdout


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
def test_the_page_in_a_browser(tmp_path: Path, served: tuple[str, type[Listener]]) -> None:
    url, handler = served
    data = tmp_path / "data"
    data.mkdir()
    text = hostile(data)
    # What a hole would let in: all of it asks for something, and the policy refuses it.
    hole = f'<img src="{url}/image"><script src="{url}/script"></script><script>fetch("{url}/fetch")</script>'
    hole += f'<style>body{{background:url({url}/style)}}</style><iframe src="{url}/frame"></iframe>'
    hole += '<script>document.body.textContent="taken over"</script>'
    open_page = re.sub("<meta http-equiv=[^>]*>", "", text).replace("</main>", f"{hole}</main>")
    handler.page = open_page.encode()
    assert "<body>taken over" in chromium(f"{url}/page.html", tmp_path)
    assert {"/image", "/script", "/fetch"} <= set(handler.asked)
    handler.asked.clear()
    handler.page = text.replace("</main>", f"{hole}</main>").encode()
    document = chromium(f"{url}/page.html", tmp_path)
    assert set(handler.asked) <= {"/page.html", "/favicon.ico"}
    assert "<body>taken over" not in document
    assert "&lt;script&gt;fetch('http:x')&lt;script&gt;" in document
    handler.asked.clear()
    handler.page = text.encode()
    chromium(f"{url}/page.html", tmp_path, f"--screenshot={tmp_path}/page.png", "--window-size=1200,900")
    assert set(handler.asked) <= {"/page.html", "/favicon.ico"}
