"""Graders: what their templates read of a row, and which files settings may name for them."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from turnlint.config import ConfigError
from turnlint.config.discovery import SettingsFinder
from turnlint.config.graders import FIELDS
from turnlint.engine.row import RowChecker
from turnlint.formats import get_format
from turnlint.model import Finding, Settings
from turnlint.text.templates import has_item, items_in

ROW = {"messages": [{"role": "user", "content": "6 x 7?"}]}

GRADER = {
    "type": "multi",
    "name": "both",
    "calculate_output": "0.5 * exact + 0.5 * close",
    "graders": {
        "exact": {
            "type": "string_check",
            "name": "exact",
            "operation": "eq",
            "input": "{{sample.output_json.value}}",
            "reference": "{{ item.reference.value }} {{item.unit}}",
        },
        "judge": {
            "type": "score_model",
            "name": "judge",
            "model": "o4-mini",
            "input": [
                {
                    "role": "user",
                    "content": [{"type": "input_text", "text": "Q: {{ item.messages[0].content }}"}],
                }
            ],
        },
        "close": {
            "type": "text_similarity",
            "input": "{{ sample.output_text }}",
            "reference": "{{item.unit}}",
        },
        "code": {
            "type": "python",
            "name": "code",
            "source": "def grade(sample, item):\n  '{{ item.other }}'",
        },
    },
}


def settings(
    folder: Path, grader: Any, *, table: str = "", lenient: bool = False, trusted: bool = False
) -> Settings:
    """The settings of a file of a data set whose grader is this object."""
    (folder / "grader.json").write_text(grader if isinstance(grader, str) else json.dumps(grader))
    text = table or 'grader = "grader.json"\ntrain = ["*.jsonl"]\nformat = "openai-reinforcement"'
    (folder / "turnlint.toml").write_text(f"[[dataset]]\n{text}\n")
    return SettingsFinder(lenient=lenient, trusted=trusted).settings(folder / "train.jsonl")


def judged(row: Any, settings: Settings) -> tuple[Finding, ...]:
    """What is found in a row, which is one for reinforcement."""
    return RowChecker(get_format("openai-reinforcement"), settings).findings(json.dumps(row).encode())


def fields(settings: Settings) -> Any:
    return settings.rules["missing-grader-item"].parameters["fields"]


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("{{ item.answer }}", ["item.answer"]),
        ("{{item.a.b}} and {{  item.c  }}", ["item.a.b", "item.c"]),
        ("{{ item.messages[0].content }}", ["item.messages[0].content"]),
        ("{{ item.messages.0.content }}", ["item.messages.0.content"]),
        ("{{ item['a b'][\"c\"] }}", ["item['a b'][\"c\"]"]),
        ("{{ item.größe-in_m | tojson }}", ["item.größe-in_m"]),
        ("{{ sample.output_text }}{{ items.a }}{{ item }}{{ item. }}{{ item.a.. }}{{ item.a() }}", []),
        ("{ item.a } {{ item.a", []),
        ("{{ {{ item.a }} }}", ["item.a"]),
    ],
)
def test_what_templates_read(text: str, items: list[str]) -> None:
    assert list(items_in(text)) == items


@pytest.mark.parametrize(
    ("item", "has"),
    [
        ("item.a", True),
        ("item.b", False),
        ("item.a.x", False),
        ("item.list[1]", True),
        ("item.list.1", True),
        ("item.list[2]", False),
        ("item.list.x", False),
        ("item['1']", True),
        ("item[1]", True),
        ("item.null", True),
        ("item.null.x", False),
        ("nonsense", True),
    ],
)
def test_what_a_row_has(item: str, has: bool) -> None:
    assert has_item({"a": "text", "list": [0, {}], "1": 1, "null": None}, item) == has


@pytest.mark.parametrize(
    "unit", ["{{ item.a", "{{", "{{ item" + ".a" * 400, "{{item['", "{{ item.a" + " " * 900]
)
def test_templates_take_linear_time(unit: str) -> None:
    started = time.process_time()
    list(items_in(unit * (1_000_000 // len(unit))))
    assert time.process_time() - started < 2


def test_every_template_of_a_grader_is_read_and_no_source(tmp_path: Path) -> None:
    assert fields(settings(tmp_path, GRADER)) == {
        "item.reference.value": "exact",
        "item.unit": "exact",
        "item.messages[0].content": "judge",
    }


def test_rows_are_judged_by_the_grader(tmp_path: Path) -> None:
    known = settings(tmp_path, GRADER)
    assert [one.message for one in judged({**ROW, "reference": {"value": 42}}, known)] == [
        "This row lacks `item.unit`, which the grader `exact` reads: its template cannot be filled in, and "
        "the answer gets no grade. Add it, or take it out of the grader."
    ]
    assert not judged({**ROW, "reference": {"value": 42}, "unit": "m"}, known)


def test_a_known_grader_says_which_fields_it_needs(tmp_path: Path) -> None:
    unknown = settings(tmp_path, {"type": "python", "source": "def grade(sample, item): ..."})
    assert [one.rule for one in judged(ROW, unknown)] == ["no-grader-field"]
    known = settings(tmp_path, {"type": "score_model", "input": "{{ item.messages[0].content }}"})
    assert not judged(ROW, known)


def test_a_hostile_grader(tmp_path: Path) -> None:
    many = settings(tmp_path, {"input": "".join(f"{{{{ item.a{number} }}}}" for number in range(5_000))})
    assert len(fields(many)) == FIELDS
    loud = settings(tmp_path, {"name": "\x1b[31m`x`", "input": "{{ item.\x1b[31m\u202e`x` }}"})
    assert [one.message.isprintable() for one in judged(ROW, loud)] == [True]


@pytest.mark.parametrize(
    ("grader", "words"),
    [
        ("{", "is no JSON"),
        ("[]", "must be a JSON object"),
        ("[" * 100_000, "is no JSON"),
        ('{"a": "' + "a" * (1 << 20) + '"}', "has more than 1,048,576 bytes"),
    ],
)
def test_what_is_no_grader(tmp_path: Path, grader: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        settings(tmp_path, grader)
    assert str(tmp_path / "turnlint.toml") in str(caught.value)
    noted = settings(tmp_path, grader, lenient=True)
    assert [words in note for note in noted.notes] == [True]
    assert not fields(noted)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("none.json", "there is no file `none.json`"),
        ("../outside.json", "leads out"),
        ("link.json", "leads out"),
        ("/etc/hostname", "leads out"),
        ("//host/share/grader.json", "leads out"),
        (r"\\\\host\\share\\grader.json", "leads out"),
        ("C:/grader.json", "leads out"),
        (".", "is not a file"),
        ("pipe", "is not a file"),
        ("a\\u0000b", "leads out"),
    ],
)
def test_which_files_may_be_named(tmp_path: Path, path: str, words: str) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    (tmp_path / "outside.json").write_text("{}")
    (folder / "link.json").symlink_to("../outside.json")
    os.mkfifo(folder / "pipe")
    table = f'grader = "{path}"\ntrain = ["*.jsonl"]'
    with pytest.raises(ConfigError, match=words):
        settings(folder, "{}", table=table)


def test_who_trusts_the_workspace_may_name_any_file(tmp_path: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    (tmp_path / "outside.json").write_text('{"input": "{{ item.a }}"}')
    table = 'grader = "../outside.json"\ntrain = ["*.jsonl"]'
    assert fields(settings(folder, "{}", table=table, trusted=True)) == {"item.a": "outside.json"}


def test_the_grader_holds_for_its_data_set_alone(tmp_path: Path) -> None:
    settings(tmp_path, GRADER)
    assert not fields(SettingsFinder().settings(tmp_path / "train.txt"))
