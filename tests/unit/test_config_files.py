"""Settings files: which one counts, what they say of a path, and how they are refused."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import jsonschema_rs
import msgspec
import pytest

from turnlint.config import ConfigError
from turnlint.config.discovery import Config, Overrides, SettingsFile, SettingsFinder, absolute, read_config
from turnlint.config.inline import laid_over, read_inline
from turnlint.config.schema import settings_schema
from turnlint.config.shape import checked
from turnlint.model import Severity

EXAMPLE = """
target = "azure:gpt-4.1"
ignore = ["duplicates"]
extend-select = ["roles/unknown-role"]
include = ["data/**/*.jsonl"]
exclude = ["old"]
fail-on = "error"

[severity]
consecutive-assistant = "info"

[per-file-ignores]
"data/legacy/*.jsonl" = ["roles"]

[rules.too-few-examples]
minimum = 3

[[dataset]]
stage = "sft"
train = ["data/train*.jsonl"]
validation = ["data/valid.jsonl"]
format = "openai-chat"

[[dataset]]
stage = "preference"
test = ["data/dpo.jsonl"]
target = "openai"
"""

EXCEPTION = """
[[exception]]
rules = ["roles"]
reason = "so"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "turnlint.toml").write_text(EXAMPLE)
    return tmp_path


def read(folder: Path, text: str, name: str = "turnlint.toml") -> Config | None:
    path = folder / name
    path.write_text(text)
    return read_config(path, root=folder)


def test_every_key_arrives(folder: Path) -> None:
    settings = SettingsFinder().settings(folder / "data" / "train-1.jsonl")
    assert settings.target == "azure:gpt-4.1"
    assert (settings.format, settings.stage, settings.split) == ("openai-chat", "sft", "train")
    assert "exact-duplicate" not in settings.rules
    assert settings.rules["consecutive-assistant"].severity == Severity.INFO
    assert settings.rules["too-few-examples"].parameters["minimum"] == 3
    assert "unknown-role" in settings.rules


@pytest.mark.parametrize(
    ("path", "target", "stage", "split"),
    [
        ("data/valid.jsonl", "azure:gpt-4.1", "sft", "validation"),
        ("data/dpo.jsonl", "openai", "preference", "test"),
        ("data/other.jsonl", "azure:gpt-4.1", None, None),
        ("elsewhere/data/dpo.jsonl", "azure:gpt-4.1", None, None),
    ],
)
def test_datasets(folder: Path, path: str, target: str, stage: str | None, split: str | None) -> None:
    settings = SettingsFinder().settings(folder / path)
    assert (settings.target, settings.stage, settings.split) == (target, stage, split)


def test_ignores_hold_for_their_files_alone(folder: Path) -> None:
    finder = SettingsFinder()
    (folder / "turnlint.toml").write_text('[per-file-ignores]\n"legacy/*.jsonl" = ["roles"]')
    assert "unknown-role" not in finder.settings(folder / "legacy" / "a.jsonl").rules
    assert "unknown-role" in finder.settings(folder / "a.jsonl").rules
    assert "unknown-role" in finder.settings(folder / "legacy" / "deep" / "a.jsonl").rules


def test_include_and_exclude(folder: Path) -> None:
    config = SettingsFinder().config(folder)
    assert config.names(folder / "data" / "deep" / "a.jsonl")
    assert not config.names(folder / "a.jsonl")
    assert not config.names(folder.parent / "data" / "a.jsonl")
    assert config.excludes(folder / "old")
    assert config.excludes(folder / "data" / "old" / "a.jsonl")
    assert not config.excludes(folder / "older")


def test_the_user_wins(folder: Path) -> None:
    overrides = Overrides("openai", "openai-chat", "preference", ("json",), ("blank-row",), ("secret",))
    settings = SettingsFinder(overrides).settings(folder / "data" / "train.jsonl")
    assert (settings.target, settings.format, settings.stage) == ("openai", "openai-chat", "preference")
    assert "invalid-json" in settings.rules
    assert "secret" in settings.rules
    assert "blank-row" not in settings.rules


def test_what_the_user_calls_for_is_on_though_a_file_ignores_it(folder: Path) -> None:
    (folder / "turnlint.toml").write_text(
        'ignore = ["roles", "secret"]\n[per-file-ignores]\n"b.jsonl" = ["roles"]'
    )
    chosen = SettingsFinder(Overrides(select=("unknown-role",)))
    assert set(chosen.settings(folder / "a.jsonl").rules) == {"unknown-role"}
    assert not chosen.settings(folder / "b.jsonl").rules
    more = SettingsFinder(Overrides(extend_select=("unknown-role",))).settings(folder / "a.jsonl").rules
    assert "unknown-role" in more
    assert not {"no-user", "secret"} & more.keys()


def test_fail_on(folder: Path) -> None:
    assert SettingsFinder().fail_on(folder / "a.jsonl") == Severity.ERROR
    assert SettingsFinder(isolated=True).fail_on(folder / "a.jsonl") is None


def test_the_nearest_file_alone_counts(folder: Path) -> None:
    near = folder / "a" / "b"
    near.mkdir(parents=True)
    (folder / "a" / "pyproject.toml").write_text("[project]\nname = 'x'\n[tool.other]\n")
    assert SettingsFinder().config(near).path == folder / "turnlint.toml"
    (folder / "a" / "pyproject.toml").write_text("[tool.turnlint]\ntarget = 'openai'\n")
    assert SettingsFinder().config(near).settings.target == "openai"
    assert SettingsFinder().config(near).root == folder / "a"
    (near / "turnlint.toml").write_text("")
    assert SettingsFinder().config(near).settings == SettingsFile()
    (near / ".turnlint.toml").write_text("format = 'alpaca'")
    assert SettingsFinder().config(near).settings.format == "alpaca"


def test_isolated_and_named_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert SettingsFinder(isolated=True).settings(folder / "a.jsonl").target == "generic"
    work = folder / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    finder = SettingsFinder(file=folder / "turnlint.toml")
    assert finder.settings(folder / "a.jsonl").target == "azure:gpt-4.1"
    assert finder.config(folder).root == work
    (folder / "pyproject.toml").write_text("[project]")
    with pytest.raises(ConfigError, match=r"no \[tool.turnlint\]"):
        SettingsFinder(file=folder / "pyproject.toml")


def test_a_pyproject_of_somebody_else_is_passed_over(tmp_path: Path) -> None:
    for text in ("", "tool = 1\n#turnlint", "[tool]\nturnlint-like = 1", "not toml at all"):
        assert read(tmp_path, text, "pyproject.toml") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('targt = "openai"', "unknown key `targt`; did you mean `target`"),
        ("[[dataset]]\ntrian = []", r"unknown key `dataset\[0\].trian`; did you mean `train`"),
        ("target = 3", "`target` must be a string, not `3`"),
        ('select = "json"', 'must be an array, not `"json"`'),
        ('stage = "stf"', 'cannot be `"stf"`; did you mean `sft`'),
        ('fail-on = "warn"', "did you mean `warning`"),
        ('target = "opnai"', "unknown target `opnai`; did you mean `openai`"),
        ('target = "openai:gpt-4.11"', "unknown model `gpt-4.11`"),
        ('format = "openai-chta"', "unknown format `openai-chta`; did you mean `openai-chat`"),
        ('ignore = ["rolse"]', "unknown rule or family `rolse`; did you mean `roles`"),
        ('[per-file-ignores]\n"a" = ["rolse"]', "did you mean `roles`"),
        ('[[dataset]]\ntarget = "opnai"', "did you mean `openai`"),
        ('[severity]\nunknown-role = "fatal"', '`severity.unknown-role` cannot be `"fatal"`'),
        ('[severity]\nunknown-rol = "error"', "unknown rule `unknown-rol`"),
        ("[rules.too-few-exampels]\nminimum = 1", "did you mean `too-few-examples`"),
        ("[rules.too-few-examples]\nminimun = 1", "did you mean `minimum`"),
        ('[rules.too-few-examples]\nminimum = "1"', 'must be an integer, not `"1"`'),
        ("[rules.near-limit]\nshare = nan", "`rules.near-limit.share` must be a number, not `nan`"),
        ("[rules.near-limit]\nshare = inf", "must be a number, not `inf`"),
        ("[rules]\ntoo-few-examples = 1", "`rules.too-few-examples` must be a table, not `1`"),
        (
            "[rules.exact-duplicate]\nmax_copies = 0",
            "`rules.exact-duplicate.max_copies` must be 1 or more, not `0`",
        ),
        ("[rules.too-few-examples]\nminimum = -1", "must be 0 or more, not `-1`"),
        ("[rules.near-limit]\nshare = 1.5", "must be from 0 to 1, not `1.5`"),
        ("[rules.near-duplicate]\nalike = 0.2", "must be from 0.5 to 1, not `0.2`"),
        ('[per-file-ignores]\n"a" = "roles"', "`per-file-ignores.a` must be an array of strings"),
        ('[per-file-ignores]\n"a" = [1]', "`per-file-ignores.a` must be an array of strings"),
        ("tokens = 1", "`tokens` must be a table, not `1`"),
        ("target = { a = 1 }", "`target` must be a string, not a table"),
        ("target = 2027-01-02", "`target` must be a string, not `2027-01-02`"),
        ("[tokens]\nlimit = 0", "`tokens.limit` must be 1 or more, not `0`"),
        ('[[exception]]\nrules = ["roles"]', r"`exception\[0\]` needs `reason`"),
        ('[[exception]]\nreason = "so"', r"`exception\[0\]` needs `rules`"),
        ('[[exception]]\nrules = []\nreason = "so"', r"`exception\[0\].rules` must not be empty"),
        ('[[exception]]\nrules = ["roles"]\nreason = ""', r"`exception\[0\].reason` must not be empty"),
        ('[[exception]]\nrules = ["rolse"]\nreason = "so"', "did you mean `roles`"),
        ('[[exception]]\nrules = ["roles"]\nraeson = "so"', r"unknown key `exception\[0\].raeson`"),
        (EXCEPTION + 'until = "2027-03-31"', "must be a date without quotes, such as 2027-03-31"),
        (EXCEPTION + "until = 2027-03-31T00:00:00", "must be a date without quotes"),
        (EXCEPTION + "paths = []", r"`exception\[0\].paths` must not be empty"),
        (EXCEPTION + 'paths = ["!"]', "not a file pattern"),
        ("a = ", "not valid TOML"),
        ("a = " + "[" * 5_000, "nested too deep"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        read(tmp_path, text)
    assert str(caught.value).startswith(str(tmp_path / "turnlint.toml"))


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    config = read(tmp_path, "\ufefftarget = 'openai'")
    assert config is not None
    assert config.settings.target == "openai"


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "turnlint.toml").write_bytes(b"target = '\xff'")
    with pytest.raises(ConfigError, match="not UTF-8"):
        read_config(tmp_path / "turnlint.toml", root=tmp_path)
    with pytest.raises(ConfigError, match="No such file"):
        read_config(tmp_path / "nowhere.toml", root=tmp_path)


def test_what_the_user_says_is_checked_at_once() -> None:
    with pytest.raises(ConfigError, match="unknown target"):
        SettingsFinder(Overrides(target="nobody"))


def test_deep_folders() -> None:
    assert SettingsFinder().config(Path("/" + "a/" * 1_500)).path is None


def test_absolute_keeps_links_and_resolves_dots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    monkeypatch.chdir(tmp_path)
    assert absolute("link/../a.jsonl") == Path.cwd() / "a.jsonl"
    assert absolute("link/a.jsonl") == Path.cwd() / "link" / "a.jsonl"


def test_the_schema_has_every_key() -> None:
    properties = settings_schema()["$defs"]["SettingsFile"]["properties"]
    assert set(properties) == {one.encode_name for one in msgspec.structs.fields(SettingsFile)}
    assert all(one.get("description") for one in properties.values())


def test_the_schema_takes_what_is_read_and_nothing_else(folder: Path) -> None:
    schema = jsonschema_rs.validator_for(settings_schema())
    document = tomllib.loads(EXAMPLE + EXCEPTION + "until = 2027-03-31")
    document["exception"][0]["until"] = "2027-03-31"  # as editors hand dates of TOML to a schema
    assert schema.is_valid(document)
    for wrong in (
        {"targt": "openai"},
        {"target": "opnai"},
        {"ignore": ["rolse"]},
        {"severity": {"unknown-rol": "error"}},
        {"severity": {"unknown-role": "fatal"}},
        {"rules": {"exact-duplicate": {"max_copies": 0}}},
        {"rules": {"exact-duplicate": {"max_copy": 2}}},
        {"exception": [{"rules": ["roles"]}]},
        {"dataset": [{"format": "openai-chta"}]},
    ):
        assert not schema.is_valid(wrong), wrong


def test_the_examples_of_the_schema_are_settings() -> None:
    tables = settings_schema()["$defs"]
    for table, key in (("SettingsFile", None), ("Dataset", "dataset"), ("Tokens", "tokens")):
        for name, member in tables[table]["properties"].items():
            for example in member.get("examples", ()):
                said = {name: example}
                checked(said if key is None else {key: [said] if key == "dataset" else said})
    said = {name: one["examples"][0] for name, one in tables["Exemption"]["properties"].items()}
    checked({"exception": [{**said, "until": date.fromisoformat(said["until"])}]})


# Exceptions


@pytest.mark.parametrize(
    ("today", "until", "holds"),
    [
        (date(2027, 3, 31), "until = 2027-03-31", True),
        (date(2027, 4, 1), "until = 2027-03-31", False),
        (date(2099, 1, 1), "", True),
        (None, "until = 2000-01-01", True),
    ],
)
def test_an_exception_holds_until_its_day_is_over(
    tmp_path: Path, today: date | None, until: str, holds: bool
) -> None:
    (tmp_path / "turnlint.toml").write_text(EXCEPTION + until)
    settings = SettingsFinder(today=today).settings(tmp_path / "a.jsonl")
    assert settings.exempt.get("unknown-role", ()) == (0,) * holds
    assert "unknown-role" in settings.rules
    assert [note for note in settings.notes if "ended on 2027-03-31" in note] == list(settings.notes)
    assert bool(settings.notes) != holds
    assert all(one.exempt == settings.exempt for one in settings.homes.values())


def test_exceptions_are_about_their_files(tmp_path: Path) -> None:
    paths = 'paths = ["old/*.jsonl", "!old/new.jsonl"]\n'
    (tmp_path / "turnlint.toml").write_text(EXCEPTION + paths + EXCEPTION.replace("roles", "unknown-role"))
    finder = SettingsFinder()
    numbers = {
        name: finder.settings(tmp_path / name).exempt["unknown-role"]
        for name in ("a.jsonl", "old/a.jsonl", "old/new.jsonl", "old/deep/a.jsonl")
    }
    assert numbers == {
        "a.jsonl": (1,),
        "old/a.jsonl": (0, 1),
        "old/new.jsonl": (1,),
        "old/deep/a.jsonl": (1,),
    }


# Settings as words


def test_words_win_over_files_table_by_table(folder: Path) -> None:
    words = (
        'severity.unknown-role="hint"',
        'target="openai"',
        "ignore=[]",
        "rules.too-few-examples.minimum=9",
    )
    finder = SettingsFinder(inline=read_inline(words))
    settings = finder.settings(folder / "a.jsonl")
    assert (settings.target, settings.rules["exact-duplicate"].severity) == ("openai", Severity.WARNING)
    assert settings.rules["unknown-role"].severity == Severity.HINT
    assert settings.rules["consecutive-assistant"].severity == Severity.INFO
    assert settings.rules["too-few-examples"].parameters["minimum"] == 9
    bare = SettingsFinder(inline=read_inline(words), isolated=True)
    assert bare.settings(folder / "a.jsonl").target == "openai"


def test_of_two_words_the_later_one_wins() -> None:
    assert read_inline(["a.b=1", "a.c=2", "a.b=3"]) == {"a": {"b": 3, "c": 2}}
    assert laid_over({"a": 1}, {"a": {"b": 2}}) == {"a": {"b": 2}}
    assert laid_over("no table", {"a": 1}) == "no table"


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("fail-on=error", "not valid TOML.*write KEY=VALUE with strings in quotes"),
        ("a=" + "[" * 5_000, "nested too deep"),
    ],
)
def test_words_that_are_no_settings(word: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        read_inline([word])


def test_what_a_word_says_is_checked_at_once() -> None:
    with pytest.raises(ConfigError, match=r"^--config: unknown key `targt`; did you mean `target`"):
        SettingsFinder(inline={"targt": "openai"})
