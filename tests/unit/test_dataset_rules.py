"""Rules about the files of a data set as a whole: the same rows twice, what to validate with."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import pytest

from turnlint.config import resolve
from turnlint.engine import Input, check_files
from turnlint.model import DatasetSettings, Settings

RULES = ("same-file-twice", "missing-validation-split", "few-validation-rows", "split-skew")


def labelled(**counts: int) -> bytes:
    """Rows with so many of each answer, each row with a question of its own."""
    answers = [answer for answer, count in counts.items() for _ in range(count)]
    rows = [{"prompt": f"{sorted(counts)} {n}?", "completion": answer} for n, answer in enumerate(answers)]
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def told(files: Mapping[str, bytes], settings: Settings | None = None, **rules: Any) -> list[tuple[str, str]]:
    """What these rules say of files that are compared, each with the file."""
    judged = settings or resolve(extend_select=RULES, parameters=rules)
    inputs = [Input(io.BytesIO(data), judged, f"data/{name}", name) for name, data in files.items()]
    return [
        (one.file_name, located.finding.message)
        for one, located in check_files(inputs)
        if located.finding.rule in RULES
    ]


def messages(found: list[tuple[str, str]], start: str) -> list[str]:
    """The files of which something is told that begins so."""
    return [name for name, message in found if message.startswith(start)]


ROWS = labelled(Yes=20, No=20)
SAME = "The file has the same rows as"


def test_files_with_the_same_rows() -> None:
    found = told({"valid.jsonl": ROWS, "test.jsonl": labelled(Yes=11), "train.jsonl": ROWS})
    assert found == [
        (
            "valid.jsonl",
            "The file has the same rows as `data/train.jsonl`, in the same order: what is trained on says "
            "nothing when it is validated with. Take one of them out of the data set.",
        )
    ]


def test_a_training_file_twice() -> None:
    found = told({"train-1.jsonl": ROWS, "train-2.jsonl": ROWS, "train-3.jsonl": ROWS})
    assert messages(found, SAME) == ["train-2.jsonl", "train-3.jsonl"]
    assert "sees each of them twice as often" in found[0][1]


@pytest.mark.parametrize(
    "other",
    [
        b"\n".join(reversed(ROWS.splitlines())),
        ROWS.splitlines()[0],
        ROWS + b'{"prompt": "and?", "completion": "one more"}\n',
        b"",
    ],
)
def test_files_that_are_not_the_same(other: bytes) -> None:
    assert not messages(told({"train.jsonl": ROWS, "valid.jsonl": other}), SAME)
    assert not messages(told({"train.jsonl": b"", "valid.jsonl": b"\n"}), SAME)


def test_line_ends_and_blank_rows_make_no_difference() -> None:
    other = b"\r\n\r\n".join(ROWS.splitlines())
    assert messages(told({"train.jsonl": ROWS, "valid.jsonl": other}), SAME) == ["valid.jsonl"]


def test_the_rows_of_such_a_file_are_not_told_one_by_one() -> None:
    inputs = [Input(io.BytesIO(ROWS), resolve(), name, name) for name in ("train.jsonl", "valid.jsonl")]
    rules = [located.finding.rule for one, located in check_files(inputs) if one is inputs[1]]
    assert rules == ["same-file-twice"]


def test_a_file_that_is_named_for_two_splits() -> None:
    both = DatasetSettings("", ("train", "validation"), ("train", "validation"))
    found = told({"a.jsonl": ROWS}, resolve(extend_select=RULES, dataset=both))
    assert messages(found, "The settings name the file for train and for validation") == ["a.jsonl"]
    assert "It is judged as train data: narrow the other pattern." in found[0][1]


@pytest.mark.parametrize(
    ("splits", "split", "stages", "fires"),
    [
        (("train",), "train", None, True),
        (("train", "test"), "train", None, True),
        (("train",), "train", ["reinforcement"], False),
        (("train", "validation"), "train", None, False),
        ((), "train", None, False),
        (("test",), "test", None, False),
    ],
)
def test_no_files_to_validate_with(
    splits: tuple[str, ...], split: str, stages: list[str] | None, fires: bool
) -> None:
    parameters = {"missing-validation-split": {"stages": stages}} if stages else {}
    known = DatasetSettings("", splits, (split,) if splits else ())
    settings = resolve(extend_select=RULES, split=split, dataset=known, parameters=parameters)
    assert bool(told({"a.jsonl": ROWS}, settings)) == fires


@pytest.mark.parametrize("target", ["openai", "azure"])
def test_a_reinforcement_job_needs_rows_to_validate_with(target: str) -> None:
    known = DatasetSettings("", ("train",), ("train",))
    row = {"messages": [{"role": "user", "content": "6 x 7?"}], "answer": "42"}
    one = Input(io.BytesIO(json.dumps(row).encode()), resolve(target, dataset=known), "a.jsonl", "a.jsonl")
    found = [located.finding for _, located in check_files([one])]
    errors = [one.message for one in found if one.rule == "missing-validation-split"]
    assert len(errors) == 1
    assert "refuses the job" in errors[0]
    chats = told({"a.jsonl": labelled(Yes=12)}, resolve(target, dataset=known))
    assert not messages(chats, "The settings name no files to validate with")


def test_few_rows_to_validate_with() -> None:
    few = {"train.jsonl": ROWS, "valid-1.jsonl": labelled(Yes=4), "valid-2.jsonl": labelled(No=5)}
    start = "The data set has 9 rows to validate with"
    assert messages(told(few), start) == ["valid-2.jsonl"]
    assert not messages(told(few | {"valid-3.jsonl": labelled(Yes=1, No=0)}), "The data set has")


SKEW = "3 rows have the answer `Maybe`, which no row to train on has"


def test_a_label_that_is_never_trained_on() -> None:
    files = {
        "train.jsonl": ROWS,
        "valid.jsonl": labelled(Yes=10, Maybe=3),
        "test.jsonl": labelled(Maybe=2, No=9),
    }
    assert messages(told(files), SKEW) == ["valid.jsonl"]


@pytest.mark.parametrize(
    ("train", "valid"),
    [
        (labelled(Yes=20, No=20, Maybe=1), labelled(Maybe=3)),
        (labelled(Yes=19, No=19), labelled(Maybe=3)),
        (labelled(Yes=20, **{f"a{n}": 1 for n in range(3)}), labelled(Maybe=3)),
        (labelled(Yes=20, No=20), labelled(Maybe=2, Yes=9)),
    ],
)
def test_answers_that_are_no_labels(train: bytes, valid: bytes) -> None:
    assert not messages(told({"train.jsonl": train, "valid.jsonl": valid}), SKEW)
