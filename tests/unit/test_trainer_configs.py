"""The configs of trainers beside the data: what they say of it, and that they can do no harm."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from tests.e2e.test_cli import write

from turnlint.config import all_targets
from turnlint.config.columns import Layer
from turnlint.config.discovery import Overrides, SettingsFinder
from turnlint.config.trainers import Found, TrainerConfigs
from turnlint.engine import RowChecker
from turnlint.formats import get_format
from turnlint.formats.renamed import names_of, roles_of
from turnlint.model import Settings, plain_format

AXOLOTL = "base_model: some/model\n"
TRL = "model_name_or_path: some/model\n"


def about(folder: Path, name: str, config: Any, path: str = "train.jsonl") -> Found | None:
    """What a config in a folder says of a file."""
    text = config if isinstance(config, str) else json.dumps(config)
    write(folder, {name: text})
    return TrainerConfigs().about(folder / path, folder)


def info(folder: Path, **entry: Any) -> Layer:
    """What `dataset_info.json` says of the rows of a file with this entry."""
    found = about(folder, "dataset_info.json", {"mine": {"file_name": "train.jsonl", **entry}})
    assert found is not None
    assert found.target == "llama-factory"
    return found.rows


def axolotl(folder: Path, entry: str, more: str = "") -> Layer:
    """What Axolotl's YAML says of them."""
    text = f"{AXOLOTL}{more}datasets:\n  - path: train.jsonl\n" + "".join(
        f"    {one}\n" for one in entry.split("\n")
    )
    found = about(folder, "config.yml", text)
    assert found is not None
    assert found.target == "axolotl"
    return found.rows


def settings(folder: Path, name: str = "train.jsonl", **overrides: Any) -> Settings:
    return SettingsFinder(Overrides(**overrides)).settings(folder / name)


def rules_of(row: Any, known: Settings) -> list[str]:
    checker = RowChecker(get_format(known.format or ""), known)
    raw = json.dumps(row).encode()
    found = checker.check(raw)[0]
    assert set(found) == set(checker.judge(raw))
    return [one.rule for one in found]


# LLaMA-Factory


def test_alpaca_with_its_own_columns(tmp_path: Path) -> None:
    rows = info(tmp_path, columns={"prompt": "q", "response": "a", "system": "sys"})
    assert rows.format == "alpaca"
    expected = {"instruction": "q", "output": "a", "system": "sys", "input": "", "history": ""}
    assert dict(rows.names.columns) == expected


def test_without_columns_those_of_alpaca_are_read(tmp_path: Path) -> None:
    rows = info(tmp_path)
    assert (rows.format, dict(rows.names.columns)) == ("alpaca", {"system": "", "history": ""})


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"formatting": "sharegpt"}, "sharegpt"),
        (
            {"ranking": True, "columns": {"prompt": "instruction", "chosen": "c", "rejected": "r"}},
            "alpaca-preference",
        ),
        ({"columns": {"prompt": "p", "response": "r", "kto_tag": "k"}}, "alpaca-kto"),
        (
            {
                "formatting": "sharegpt",
                "ranking": True,
                "columns": {"messages": "m", "chosen": "c", "rejected": "r"},
            },
            "sharegpt-preference",
        ),
        ({"formatting": "sharegpt", "columns": {"messages": "m", "kto_tag": "k"}}, "sharegpt-kto"),
        ({"formatting": "openai"}, "chat"),
        ({"columns": {"prompt": "content"}}, "text"),
        ({"formatting": "something"}, None),
    ],
)
def test_what_makes_the_format(tmp_path: Path, entry: dict[str, Any], expected: str | None) -> None:
    assert info(tmp_path, **entry).format == expected


def test_tags_rename_keys_and_roles_and_leave_out_the_others(tmp_path: Path) -> None:
    tags = {"role_tag": "role", "content_tag": "content", "user_tag": "user", "assistant_tag": "assistant"}
    info(tmp_path, formatting="sharegpt", columns={"messages": "messages"}, tags=tags)
    known = settings(tmp_path)
    assert (known.target, plain_format(known.format or "")) == ("llama-factory", "sharegpt")
    assert roles_of(get_format(known.format or "").shape) == frozenset(("user", "assistant"))
    turns = [{"role": "user", "content": "Tide?"}, {"role": "assistant", "content": "At four."}]
    assert rules_of({"messages": turns}, known) == []
    with_tool = [
        *turns[:1],
        {"role": "function_call", "content": "{}"},
        {"role": "observation", "content": "4"},
    ]
    assert set(rules_of({"messages": [*with_tool, turns[1]]}, known)) == {"unknown-role"}


def test_input_that_is_dropped_without_a_word(tmp_path: Path) -> None:
    info(tmp_path, columns={"prompt": "instruction", "response": "output"})
    known = settings(tmp_path)
    row = {"instruction": "Translate.", "input": "Good evening", "output": "Bonsoir"}
    assert rules_of(row, known) == ["unread-column"]
    assert rules_of({**row, "input": ""}, known) == []


def test_images_under_another_name(tmp_path: Path) -> None:
    columns = {"messages": "talk", "images": "pics"}
    info(tmp_path, formatting="sharegpt", columns=columns)
    known = settings(tmp_path)
    asked = [{"from": "human", "value": "<image>What boat is that?"}, {"from": "gpt", "value": "A lugger."}]
    assert rules_of({"talk": asked, "pics": ["a.png"]}, known) == []
    assert rules_of({"talk": asked, "pics": ["a.png", "b.png"]}, known) == ["placeholder-count"]
    info(tmp_path, formatting="sharegpt", columns={"messages": "talk"})
    assert rules_of({"talk": asked, "images": ["a.png"]}, settings(tmp_path)) == ["unread-column"]


def test_a_column_that_does_not_exist(tmp_path: Path) -> None:
    info(tmp_path, columns={"prompt": "question", "response": "output"})
    assert "missing-key" in rules_of({"qestion": "Tide?", "output": "At four."}, settings(tmp_path))


def test_entries_of_elsewhere_say_nothing(tmp_path: Path) -> None:
    document = {
        "a": {"hf_hub_url": "train.jsonl"},
        "b": {"script_url": "train.jsonl", "file_name": "train.jsonl"},
        "c": {"file_name": "other.jsonl"},
        "d": {"file_name": "../train.jsonl"},
        "e": "train.jsonl",
        "f": {"file_name": ["train.jsonl"]},
    }
    assert about(tmp_path, "dataset_info.json", document) is None


def test_a_folder_stands_for_its_files(tmp_path: Path) -> None:
    document = {"mine": {"file_name": "parts", "formatting": "sharegpt"}}
    assert about(tmp_path, "dataset_info.json", document, "parts/1.jsonl") is not None
    assert about(tmp_path, "dataset_info.json", document, "parts/deep/1.jsonl") is None
    assert about(tmp_path, "dataset_info.json", {"mine": {"file_name": "."}}) is None


# Axolotl


def test_chat_templates_with_fields_and_properties(tmp_path: Path) -> None:
    rows = axolotl(
        tmp_path,
        "type: chat_template\nfield_messages: conversations\n"
        "message_property_mappings:\n  role: from\n  content: value\n  nothing: x",
    )
    assert rows.format == "chat"
    assert rows.names.columns["messages"] == "conversations"
    assert rows.names.columns["messages.role"] == "from"
    assert rows.names.columns["messages.content"] == "value"
    known = settings(tmp_path)
    turns = [{"from": "human", "value": "Tide?"}, {"from": "gpt", "value": "At four."}]
    assert rules_of({"conversations": turns}, known) == []
    assert rules_of({"conversations": [{"from": "usr", "value": "?"}, turns[1]]}, known) == ["unknown-role"]


def test_older_words_for_properties(tmp_path: Path) -> None:
    rows = axolotl(tmp_path, "type: chat_template\nmessage_field_role: speaker\nmessage_field_content: said")
    assert dict(rows.names.columns) == {"messages.role": "speaker", "messages.content": "said"}


def test_roles_keep_their_own_names_besides(tmp_path: Path) -> None:
    rows = axolotl(tmp_path, "type: chat_template\nroles:\n  user: [guest]\n  assistant: [host, bot]")
    expected = {
        "guest": "user",
        "user": "user",
        "host": "assistant",
        "bot": "assistant",
        "assistant": "assistant",
    }
    assert dict(rows.names.roles) == expected


@pytest.mark.parametrize(
    ("entry", "more", "expected"),
    [
        ("type: alpaca", "", Layer("alpaca")),
        ("type: alpaca:phi", "", Layer("alpaca")),
        ("type: context_qa.load_v2", "", Layer("context-question-answer")),
        ("type: chatml.intel", "rl: dpo\n", Layer("intel-preference")),
        ("type: chatml.intel", "rl: kto\n", Layer("intel-kto")),
        ("type: my_own.strategy", "", Layer()),
        ("type:", "", Layer()),
    ],
)
def test_types(tmp_path: Path, entry: str, more: str, expected: Layer) -> None:
    assert axolotl(tmp_path, entry, more) == expected


def test_a_type_that_the_user_describes(tmp_path: Path) -> None:
    rows = axolotl(tmp_path, "type:\n  field_instruction: q\n  field_output: a\n  format: '{instruction}'")
    assert (rows.format, dict(rows.names.columns)) == ("alpaca", {"instruction": "q", "output": "a"})


@pytest.mark.parametrize(
    ("method", "fields", "expected", "columns"),
    [
        ("dpo", "field_prompt: q\n  field_chosen: good", "preference", {"prompt": "q", "chosen": "good"}),
        (
            "kto",
            "field_completion: a\n  field_label: ok",
            "unpaired-preference",
            {"completion": "a", "label": "ok"},
        ),
    ],
)
def test_a_type_that_the_user_describes_of_answers_that_are_judged(
    tmp_path: Path, method: str, fields: str, expected: str, columns: dict[str, str]
) -> None:
    rows = axolotl(tmp_path, f"type:\n  {fields}\n  prompt_format: '{{prompt}}'", f"rl: {method}\n")
    assert (rows.format, dict(rows.names.columns)) == (expected, columns)


def test_texts_under_another_field(tmp_path: Path) -> None:
    rows = axolotl(tmp_path, "type: completion\nfield: body")
    assert (rows.format, dict(rows.names.columns)) == ("text", {"text": "body"})


def test_data_files_patterns_and_other_lists(tmp_path: Path) -> None:
    text = f"{AXOLOTL}test_datasets:\n  - path: json\n    data_files: [data/*.jsonl]\n    type: alpaca\n"
    assert about(tmp_path, "a.yaml", text, "data/train.jsonl") is not None
    assert about(tmp_path, "a.yaml", text, "data/train.json") is None
    assert about(tmp_path, "a.yaml", text, "data/deep/train.jsonl") is None


# TRL


@pytest.mark.parametrize(
    "text",
    [
        f"{TRL}dataset_name: data\n",
        f"{TRL}dataset_name: data/train.jsonl\n",
        f"{TRL}datasets:\n  - path: json\n    data_files: data/train.jsonl\n",
        f"{TRL}datasets:\n  - path: json\n    data_files:\n      train: [data/train.jsonl]\n      test: x\n",
    ],
)
def test_trl_names_the_target(tmp_path: Path, text: str) -> None:
    found = about(tmp_path, "sft.yaml", text, "data/train.jsonl")
    assert found is not None
    assert (found.target, found.rows) == ("trl", Layer())
    (told,) = found.told(target=True, rows=True)
    assert told.startswith("Target from ")


def test_trl_may_name_the_field_of_texts(tmp_path: Path) -> None:
    found = about(tmp_path, "sft.yaml", f"{TRL}dataset_name: train.jsonl\ndataset_text_field: body\n")
    assert found is not None
    assert (found.rows.format, dict(found.rows.names.columns)) == ("text", {"text": "body"})


def test_other_yaml_is_none(tmp_path: Path) -> None:
    for text in (
        "datasets:\n  - path: train.jsonl\n",
        f"{TRL}dataset: mine\n",
        "",
        "- a\n",
        "base_model: x\n",
    ):
        assert about(tmp_path, "a.yml", text) is None


# Which config counts


def test_every_format_that_a_config_may_mean_is_one_of_the_target() -> None:
    for target in all_targets().values():
        assert set(target.types.values()) <= set(target.formats), target.name
    assert all(all_targets()[name].types for name in ("llama-factory", "axolotl", "trl"))


def test_the_nearest_config_counts_up_to_the_root(tmp_path: Path) -> None:
    far = f"{AXOLOTL}datasets:\n  - path: a/b/train.jsonl\n    type: alpaca\n"
    files = {"config.yml": far, "a/dataset_info.json": json.dumps({"x": {"file_name": "b/train.jsonl"}})}
    write(tmp_path, {**files, "a/b/train.jsonl": ""})
    near, above = tmp_path / "a/b/train.jsonl", tmp_path / "a"
    found = TrainerConfigs().about(near, tmp_path)
    assert found is not None
    assert found.target == "llama-factory"
    (above / "dataset_info.json").unlink()
    found = TrainerConfigs().about(near, tmp_path)
    assert found is not None
    assert found.target == "axolotl"
    assert TrainerConfigs().about(near, above) is None


def test_paths_are_relative_to_the_config_or_a_folder_above(tmp_path: Path) -> None:
    text = f"{AXOLOTL}datasets:\n  - path: data/train.jsonl\n    type: alpaca\n"
    write(tmp_path, {"data/config.yml": text})
    assert TrainerConfigs().about(tmp_path / "data/train.jsonl", tmp_path) is not None
    assert TrainerConfigs().about(tmp_path / "data/train.jsonl", tmp_path / "data") is None


def test_without_settings_and_repository_only_the_folder_of_the_file_counts(tmp_path: Path) -> None:
    text = f"{AXOLOTL}datasets:\n  - path: data/train.jsonl\n    type: alpaca\n"
    write(tmp_path, {"config.yml": text, "data/train.jsonl": ""})
    assert settings(tmp_path / "data").target == "generic"
    (tmp_path / ".git").mkdir()
    assert settings(tmp_path / "data").target == "axolotl"
    (tmp_path / ".git").rmdir()
    (tmp_path / "turnlint.toml").write_text("")
    assert settings(tmp_path / "data").target == "axolotl"


def test_two_configs_that_agree_and_two_that_do_not(tmp_path: Path) -> None:
    text = f"{AXOLOTL}datasets:\n  - path: train.jsonl\n    type: "
    write(tmp_path, {"a.yml": text + "alpaca", "b.yml": text + "alpaca\n    split: train"})
    assert settings(tmp_path).format == "alpaca"
    write(tmp_path, {"b.yml": text + "jeopardy"})
    known = settings(tmp_path)
    assert (known.target, known.format) == ("generic", None)
    assert "a.yml" in known.notes[0]
    assert "b.yml disagree" in known.notes[0]


def test_the_user_wins(tmp_path: Path) -> None:
    info(tmp_path, columns={"prompt": "q", "response": "a"})
    assert names_of(settings(tmp_path).format or "").columns["instruction"] == "q"
    assert settings(tmp_path, target="openai").format is None
    assert settings(tmp_path, target="llama-factory").format == settings(tmp_path).format
    assert settings(tmp_path, format="sharegpt").format == "sharegpt"
    write(tmp_path, {"turnlint.toml": "trainer-configs = false"})
    assert (settings(tmp_path).target, settings(tmp_path).format) == ("generic", None)
    write(tmp_path, {"turnlint.toml": 'columns = { instruction = "ask", output = "say" }'})
    assert dict(names_of(settings(tmp_path).format or "").columns) == {"instruction": "ask", "output": "say"}
    assert SettingsFinder(isolated=True).settings(tmp_path / "train.jsonl").format is None


def test_notes_say_what_counts_and_are_those_of_each_file(tmp_path: Path) -> None:
    known = {"columns": {"prompt": "q", "response": "a"}}
    document = {"x": {"file_name": "train.jsonl", **known, "tag": {}}, "y": {"file_name": "b.jsonl", **known}}
    write(tmp_path, {"dataset_info.json": json.dumps(document)})

    def said(name: str, text: str = "", **overrides: Any) -> list[str]:
        write(tmp_path, {"turnlint.toml": text})
        notes = SettingsFinder(Overrides(**overrides)).settings(tmp_path / name).notes
        return [one.replace(f"{tmp_path}/", "") for one in notes]

    assert said("b.jsonl") == ["Target, format and columns from dataset_info.json."]
    assert said("b.jsonl", target="llama-factory") == ["Format and columns from dataset_info.json."]
    assert said("b.jsonl", 'format = "sharegpt"') == ["Target from dataset_info.json."]
    assert said("b.jsonl", target="llama-factory", format="sharegpt") == []
    finder = SettingsFinder(lenient=True)
    assert [
        "`tags`" in "".join(finder.settings(tmp_path / one).notes) for one in ("train.jsonl", "b.jsonl")
    ] == [
        True,
        False,
    ]


# Hostile configs


def test_what_cannot_be_obeyed_is_said(tmp_path: Path) -> None:
    info(tmp_path, columns={"prompt": "x", "response": "x"})
    known = settings(tmp_path)
    assert (known.target, known.format) == ("llama-factory", None)
    assert "is not obeyed: `columns` calls both" in known.notes[0]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (
            {"colums": {"prompt": "q"}},
            "says `colums`, which LLaMA-Factory does not know; did you mean `columns`?",
        ),
        (
            {"columns": {"promt": "q"}},
            "says `promt`, which LLaMA-Factory does not know; did you mean `prompt`?",
        ),
        ({"tags": {"user_tags": "q"}, "formatting": "sharegpt"}, "did you mean `user_tag`?"),
        ({"formatting": "share_gpt"}, "says `share_gpt`, which LLaMA-Factory does not know; did you mean"),
        ({"formatting": "x" * 999}, "…`, which LLaMA-Factory does not know."),
    ],
)
def test_what_is_misspelled_is_said(tmp_path: Path, entry: dict[str, Any], said: str) -> None:
    info(tmp_path, **entry)
    known = settings(tmp_path)
    assert known.target == "llama-factory"
    assert said in known.notes[0]


def test_what_is_free_to_say_is_not_minded(tmp_path: Path) -> None:
    info(tmp_path, comment="mine", num_samples=5, columns={"prompt": "q", "note": 1}, tags=None)
    (note,) = settings(tmp_path).notes
    assert note.startswith("Target, format and columns from ")


def test_a_broken_dataset_info_is_told_and_does_not_count(tmp_path: Path) -> None:
    write(tmp_path, {"dataset_info.json": '{"mine": {"file_name": "train.jsonl",}}'})
    known = settings(tmp_path)
    assert (known.target, known.format) == ("generic", None)
    (note,) = known.notes
    assert note.endswith("dataset_info.json is not JSON, so what it says does not count.")
    write(tmp_path, {"a.yml": f"{AXOLOTL}datasets:\n  - path: train.jsonl\n    type: alpaca\n"})
    known = settings(tmp_path)
    assert (known.target, known.format) == ("axolotl", "alpaca")


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + at)}: &{chr(98 + at)} [{','.join('*' + chr(97 + at) for _ in range(9))}]\n"
    for at in range(12)
)


@pytest.mark.parametrize(
    "text",
    [
        f"{AXOLOTL}{BOMB}datasets:\n  - path: *m\n    type: *m\n    roles: {{user: *m}}\n    data_files: *m",
        f"{AXOLOTL}datasets: &a\n  - path: train.jsonl\n    type: *a\n    roles: *a\n    data_files: *a\n",
        f"{AXOLOTL}datasets: " + "[" * 10_000,
        f"{AXOLOTL}datasets: " + "{a: " * 3_000,
        f"{AXOLOTL}datasets: " + '"' + "\\ud800" * 10 + '"\n',
        f"{AXOLOTL}datasets:\n  - path: '{'*a' * 490}.jsonl'\n    type: alpaca\n",
        f"{AXOLOTL}datasets:\n  - [1, 2]\n  - {{path: [train.jsonl, {{}}]}}\n  -\n",
        f"{AXOLOTL}? [a]\n: b\ndatasets: 1\n",
        f'{AXOLOTL}datasets:\n  - path: train.jsonl\n    type: completion\n    field: "\\ud800\\0"\n',
        f"{AXOLOTL}" + "x: 1\n" * 100_000,
    ],
)
def test_no_yaml_does_harm(tmp_path: Path, text: str) -> None:
    before = process_time()
    write(tmp_path, {"a.yml": text})
    settings(tmp_path)
    assert process_time() - before < 5


def test_many_configs_cost_little(tmp_path: Path) -> None:
    nested = f"{AXOLOTL}datasets: " + "[" * 16_000
    write(tmp_path, {f"{at}.yml": nested for at in range(20)})
    entry = {"file_name": "*", "columns": {"prompt": "p", "response": "r"}}
    write(tmp_path, {"dataset_info.json": json.dumps({str(at): entry for at in range(10_000)})})
    found, before = TrainerConfigs(), process_time()
    for at in range(20):
        said = found.about(tmp_path / f"{at}.jsonl", tmp_path)
        assert said is not None
        assert said.rows.format == "alpaca"
    assert process_time() - before < 5


def test_a_config_far_above_does_not_count(tmp_path: Path) -> None:
    folders = [tmp_path.joinpath(*"abcdefgh"[:at]) for at in (7, 8)]
    write(tmp_path, {"dataset_info.json": json.dumps({"x": {"file_name": f"{'/'.join('abcdefg')}"}})})
    assert TrainerConfigs().about(folders[0] / "train.jsonl", tmp_path) is not None
    write(tmp_path, {"dataset_info.json": json.dumps({"x": {"file_name": f"{'/'.join('abcdefgh')}"}})})
    assert TrainerConfigs().about(folders[1] / "train.jsonl", tmp_path) is None


def test_tags_are_texts(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    text = (
        f"{AXOLOTL}datasets:\n  - path: !!python/object/apply:os.system ['touch {mark}']\n    type: alpaca\n"
    )
    about(tmp_path, "a.yml", text)
    assert not mark.exists()


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000 + "file_name",
        '{"file_name": 1, "a": [], "b": {"file_name": "train.jsonl", "columns": [], "tags": 7}}',
        '{"b": {"file_name": "train.jsonl", "formatting": {}, "ranking": []}}',
        '{"b": {"file_name": "train.jsonl", "formatting": "sharegpt", "tags": {"user_tag": "\\ud800"}}}',
        '{"b": {"file_name": "train.jsonl", "formatting": "openai", "tags": {"user_tag": "tool"}}}',
        '["file_name"]',
        "",
    ],
)
def test_no_json_does_harm(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"dataset_info.json": text})
    known = settings(tmp_path)
    assert known.format is None or get_format(known.format)


def test_a_config_that_leads_elsewhere_is_not_read(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    write(outside, {"secret.json": json.dumps({"x": {"file_name": "train.jsonl", "formatting": "sharegpt"}})})
    inside.mkdir()
    (inside / "dataset_info.json").symlink_to(outside / "secret.json")
    assert TrainerConfigs().about(inside / "train.jsonl", inside) is None
    (inside / "dataset_info.json").unlink()
    (inside / "dataset_info.json").mkdir()
    assert TrainerConfigs().about(inside / "train.jsonl", inside) is None


LOADED = """
import sys
from turnlint.cli import main
try:
    main()
finally:
    print("yaml" in sys.modules, file=sys.stderr)
"""


def test_yaml_is_loaded_only_where_there_is_a_config(tmp_path: Path) -> None:
    write(tmp_path, {"train.jsonl": '{"text": "The tide is high."}\n', "compose.yml": "datasets: 1\n"})
    asked = [sys.executable, "-c", LOADED, "check", "train.jsonl", "--quiet", "--no-cache"]
    plain = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert plain.stderr.endswith("False\n")
    write(tmp_path, {"config.yml": f"{AXOLOTL}datasets:\n  - path: train.jsonl\n    type: completion\n"})
    read = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert read.stderr.endswith("True\n")
