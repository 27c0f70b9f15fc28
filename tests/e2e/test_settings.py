"""Settings on the command line: exceptions, what is said in vain, words and variables, `turnlint config`."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.e2e.test_cli import BAD, GOOD, LINES, Done, environment, rows, turnlint, write

from turnlint.config.baseline import NAME

SETTINGS = 'target = "openai"\nignore = ["dataset"]\n'
EXCEPTION = """
[[exception]]
rules = ["unknown-role"]
paths = ["old/*.jsonl"]
reason = "imported, reviewed"
"""
SPLITS = {"train.jsonl": rows(GOOD, 20), "valid.jsonl": rows(GOOD, 3)}


def found(done: Done) -> list[tuple[str, str]]:
    """Path and rule of the findings in JSON lines."""
    return [(one["path"], one["rule"]) for one in map(json.loads, done.stdout.splitlines())]


def files(folder: Path, settings: str, **others: str) -> None:
    write(folder, {"old/a.jsonl": rows(BAD, 2), "new.jsonl": rows(GOOD), "turnlint.toml": settings, **others})


# Exceptions


def test_an_exception_hides_and_counts(tmp_path: Path) -> None:
    files(tmp_path, SETTINGS + EXCEPTION)
    hidden = "2 findings are hidden by exceptions in the settings; --config 'exception=[]' shows all.\n"
    done = turnlint("check", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "No problems found in 2 files.\n", hidden)
    shown = turnlint("check", "--config", "exception=[]", *LINES, cwd=tmp_path)
    assert (shown.returncode, found(shown)) == (1, [("old/a.jsonl", "unknown-role")] * 2)
    assert turnlint("check", "--no-baseline", cwd=tmp_path).returncode == 0
    assert turnlint("check", "--isolated", cwd=tmp_path).returncode == 1


def test_after_its_last_day_it_hides_nothing(tmp_path: Path) -> None:
    today = date.today()
    files(tmp_path, f"{SETTINGS}{EXCEPTION}until = {today + timedelta(days=1)}")
    assert turnlint("check", cwd=tmp_path).returncode == 0
    gone = today - timedelta(days=1)
    files(tmp_path, f"{SETTINGS}{EXCEPTION}until = {gone}")
    done = turnlint("check", cwd=tmp_path)
    assert done.returncode == 1
    name = f"{tmp_path}/turnlint.toml"
    about = "the exception for `unknown-role` in `old/*.jsonl`"
    assert done.stderr == f"Note: {name}: {about} ended on {gone}: it hides nothing any more.\n"
    assert turnlint("check", "--quiet", cwd=tmp_path).stderr == ""
    assert "ended" not in turnlint("check", "new.jsonl", cwd=tmp_path).stderr


def test_what_is_an_exception_goes_into_no_baseline(tmp_path: Path) -> None:
    files(tmp_path, SETTINGS + EXCEPTION)
    turnlint("check", "--add-baseline", cwd=tmp_path)
    assert json.loads((tmp_path / NAME).read_text())["accepted"] == [] if (tmp_path / NAME).exists() else True
    turnlint("check", "--add-baseline", "--config", "exception=[]", cwd=tmp_path)
    accepted = (tmp_path / NAME).read_bytes()
    assert accepted.count(b"unknown-role") == 2
    turnlint("check", "--prune-baseline", cwd=tmp_path)
    assert (tmp_path / NAME).read_bytes() == accepted, "what is hidden twice is there all the same"


def test_an_exception_for_rows_that_are_compared(tmp_path: Path) -> None:
    text = SETTINGS + EXCEPTION.replace("unknown-role", "duplicates")
    files(tmp_path, text, **{"old/b.jsonl": rows(GOOD, 1) * 3})
    done = turnlint("check", "old/b.jsonl", cwd=tmp_path)
    assert (done.returncode, done.stderr[:10]) == (0, "2 findings")


# What is said in vain


def vain(*arguments: str, cwd: Path) -> list[str]:
    lines = turnlint("check", *arguments, cwd=cwd).stderr.splitlines()
    return [line for line in lines if line.startswith("turnlint.toml: ") or "no more;" in line]


def test_an_exception_that_hid_nothing(tmp_path: Path) -> None:
    files(tmp_path, SETTINGS + EXCEPTION.replace("unknown-role", "json") + EXCEPTION)
    words = (
        "turnlint.toml: the exception for `json` in `old/*.jsonl` hid nothing in 1 file: it may be deleted."
    )
    assert vain(cwd=tmp_path) == [words]
    for narrow in (["old/a.jsonl"], ["old"], ["--select", "roles"], ["--ignore", "json"], ["--quiet"]):
        assert vain(*narrow, cwd=tmp_path) == [], narrow
    (tmp_path / "old" / "b.jsonl.gz").write_bytes(b"damaged")
    both = SETTINGS + EXCEPTION.replace("unknown-role", "json").replace("*.jsonl", "*")
    write(tmp_path, {"turnlint.toml": both})
    assert vain(cwd=tmp_path) == [], "it may hide something in the file that was not read"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--select", "roles"),
        ("--ignore", "roles"),
        ("--config", 'ignore = ["unknown-role"]'),
        ("--target", "hf-datasets"),
        ("--format", "sharegpt"),
    ],
)
def test_no_exception_is_idle_where_the_run_asks_otherwise(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    files(tmp_path, SETTINGS + EXCEPTION.replace("unknown-role", "json"))
    assert any("hid nothing" in line for line in vain(cwd=tmp_path))
    assert not any("hid nothing" in line for line in vain(*arguments, cwd=tmp_path))


def test_two_exceptions_for_one_finding_are_both_of_use(tmp_path: Path) -> None:
    files(tmp_path, SETTINGS + EXCEPTION + EXCEPTION.replace("unknown-role", "roles"))
    assert vain(cwd=tmp_path) == []


def test_patterns_that_match_no_file(tmp_path: Path) -> None:
    settings = f"""{SETTINGS}exclude = ["left-out/"]
[per-file-ignores]
"old/*.jsonl" = ["roles"]
"odl/*.jsonl" = ["json"]
"hidden.jsonl" = ["json"]
"left-out/*" = ["json"]
"!new.jsonl" = ["json"]
[[dataset]]
train = ["new.jsonl"]
validation = ["valid*.jsonl"]
"""
    others = {"hidden.jsonl": rows(GOOD), ".gitignore": "hidden.jsonl", "left-out/a.jsonl": rows(GOOD)}
    files(tmp_path, settings, **others)
    (tmp_path / ".git").mkdir()
    assert vain(cwd=tmp_path) == [
        "turnlint.toml: no file matches `odl/*.jsonl` in [per-file-ignores].",
        "turnlint.toml: no file matches `valid*.jsonl` in `validation` of [[dataset]].",
    ]
    assert vain("new.jsonl", cwd=tmp_path) == []
    assert vain("old", cwd=tmp_path) == []


def test_entries_of_the_baseline_that_are_found_no_more(tmp_path: Path) -> None:
    files(tmp_path, SETTINGS)
    turnlint("check", "--add-baseline", cwd=tmp_path)
    assert vain(cwd=tmp_path) == []
    write(tmp_path, {"old/a.jsonl": rows(GOOD, 2)})
    words = f"2 entries of {NAME} are found no more; --prune-baseline forgets them."
    assert vain(cwd=tmp_path) == [words]
    assert vain("old/a.jsonl", cwd=tmp_path) == [words]
    for narrow in (
        ["new.jsonl"],
        ["--ignore", "roles"],
        ["--no-baseline"],
        ["--quiet"],
        ["--prune-baseline"],
    ):
        assert vain(*narrow, cwd=tmp_path) == [], narrow


def test_a_leak_is_not_gone_where_the_other_file_is_not_checked(tmp_path: Path) -> None:
    leaked = {
        "train.jsonl": rows(GOOD, 20),
        "valid.jsonl": rows(GOOD, 1),
        "turnlint.toml": 'target = "openai"',
    }
    write(tmp_path, leaked)
    assert turnlint("check", "--add-baseline", cwd=tmp_path).returncode == 0
    before = (tmp_path / NAME).read_bytes()
    assert b"leaked-row" in before
    assert vain("valid.jsonl", cwd=tmp_path) == []
    turnlint("check", "valid.jsonl", "--prune-baseline", cwd=tmp_path)
    assert (tmp_path / NAME).read_bytes() == before
    write(tmp_path, {"valid.jsonl": GOOD.replace("%d", "more") + "\n"})
    assert any("found no more" in line for line in vain(cwd=tmp_path))


# Words and variables


def test_settings_as_words(tmp_path: Path) -> None:
    files(tmp_path, SETTINGS)
    as_info = ["--config", 'severity.unknown-role="info"']
    assert turnlint("check", cwd=tmp_path).returncode == 1
    assert turnlint("check", *as_info, cwd=tmp_path).returncode == 0
    assert turnlint("check", *as_info, "--config", 'fail-on="info"', cwd=tmp_path).returncode == 1
    write(tmp_path, {"ci.toml": SETTINGS + 'fail-on = "error"', "odd=name.toml": SETTINGS})
    both = turnlint("check", *as_info, "--config", "ci.toml", cwd=tmp_path)
    assert both.returncode == 0
    assert turnlint("check", "--config", "odd=name.toml", cwd=tmp_path).returncode == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--config", "fail-on=eror"], "turnlint: --config `fail-on=eror` is not valid TOML"),
        (
            ["--config", 'fail-on="eror"'],
            'turnlint: --config: `fail-on` cannot be `"eror"`; did you mean `error`?',
        ),
        (["--config", "nowhere.toml"], "turnlint: nowhere.toml: No such file or directory"),
        (
            ["--config", "a.toml", "--config", "b.toml"],
            "turnlint: --config names two settings files, a.toml and b.toml",
        ),
    ],
)
def test_words_that_cannot_be_obeyed(tmp_path: Path, arguments: list[str], words: str) -> None:
    write(tmp_path, {"a.toml": "", "b.toml": "", "a.jsonl": rows(GOOD)})
    done = turnlint("check", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(words)


def test_variables_stand_in_for_options(tmp_path: Path) -> None:
    files(tmp_path, "")
    write(tmp_path, {"ci.toml": 'select = ["unknown-role"]\nfail-on = "error"'})

    def check(*arguments: str, **variables: str) -> Done:
        return turnlint("check", "old/a.jsonl", *arguments, cwd=tmp_path, env=environment(**variables))

    lines = check(TURNLINT_OUTPUT_FORMAT="json-lines", TURNLINT_CONFIG="ci.toml", TURNLINT_TARGET="openai")
    assert found(lines) == [("old/a.jsonl", "unknown-role")] * 2
    assert "OpenAI refuses the file" in lines.stdout
    concise = check("--output-format", "concise", TURNLINT_OUTPUT_FORMAT="json-lines")
    assert concise.stdout.startswith("old/a.jsonl:1:")
    check(TURNLINT_OUTPUT_FILE="out.txt", TURNLINT_NO_CACHE="true", TURNLINT_OUTPUT_FORMAT="")
    assert (tmp_path / "out.txt").read_text().startswith("old/a.jsonl:1:")
    assert "Azure" in check("--target", "azure", TURNLINT_TARGET="nobody").stdout


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("TURNLINT_TARGET", "opnai", "unknown target `opnai`; did you mean `openai`?"),
        ("TURNLINT_OUTPUT_FORMAT", "jsn", "unknown output format `jsn`; did you mean `json`"),
        ("TURNLINT_CONFIG", "nowhere.toml", "nowhere.toml: No such file or directory"),
        ("TURNLINT_NO_CACHE", "perhaps", "`perhaps` is neither true nor false"),
    ],
)
def test_a_variable_that_cannot_be_obeyed_is_named(
    tmp_path: Path, variable: str, value: str, words: str
) -> None:
    write(tmp_path, {"a.jsonl": rows(GOOD)})
    done = turnlint("check", cwd=tmp_path, env=environment(**{variable: value}))
    assert done.returncode == 2
    assert done.stderr.startswith(f"turnlint: {variable}: {words}")
    assert f"[env: {variable}]" in " ".join(turnlint("check", "--help", cwd=tmp_path).stdout.split())


# turnlint config


def test_config_says_where_each_value_comes_from(tmp_path: Path) -> None:
    settings = """target = "openai"
ignore = [
  "json",
]
[severity]
blank-row = "error"
unknown-role = "hint"
[rules.exact-duplicate]
max_copies = 3
[[dataset]]
name = "one"
train = ["train*.jsonl"]
validation = ["valid.jsonl"]
format = "openai-chat"
"""
    write(tmp_path, {**SPLITS, "turnlint.toml": settings})
    arguments = (
        "train.jsonl",
        "--target",
        "azure",
        "--ignore",
        "vision",
        "--config",
        'severity.odd-name="error"',
    )
    done = turnlint("config", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    for line in (
        "settings file: turnlint.toml",
        "target: azure (--target)",
        "format: openai-chat (turnlint.toml:14)",
        "data set: `one` (turnlint.toml:11)",
        "split: train (turnlint.toml:12)",
        "fail on: warning (default)",
        'ignore ["json"] (turnlint.toml:2)',
        'ignore ["vision"] (--ignore)',
        'severity.odd-name "error" (--config)',
        'one train 1 file of ["train*.jsonl"] (turnlint.toml:12)',
        'one validation 1 file of ["valid.jsonl"] (turnlint.toml:13)',
        "roles/unknown-role hint (turnlint.toml:7)",
        "duplicates/exact-duplicate warning, max_copies = 3 (turnlint.toml:9)",
        "json/invalid-json off (turnlint.toml:2)",
        "vision/image-bad-url off (--ignore)",
        "roles/odd-name error (--config)",
        "roles/no-user error (target azure)",
    ):
        assert line in lines, line
    shown = json.loads(turnlint("config", *arguments, "--output-format", "json", cwd=tmp_path).stdout)
    assert shown["holds"]["target"] == {"value": "azure", "origin": "--target"}
    assert shown["rules"]["roles/unknown-role"]["severity"] == "hint"
    assert shown["datasets"][0]["files"]["train"] == ["train.jsonl"]


def test_config_in_a_project_file_and_by_a_variable(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": '[project]\nname = "x"\n[tool.turnlint]\nfail-on = "error"\n'})
    env = environment(TURNLINT_TARGET="openai")
    shown = turnlint("config", cwd=tmp_path, env=env).stdout
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert "fail on: error (pyproject.toml:4)" in lines
    assert "target: openai (TURNLINT_TARGET)" in lines


def test_config_says_which_exceptions_hold(tmp_path: Path) -> None:
    files(tmp_path, SETTINGS + EXCEPTION + "until = 2001-01-01")
    shown = turnlint("config", "old/a.jsonl", cwd=tmp_path).stdout
    assert "`imported, reviewed`; until 2001-01-01, which is over" in shown
    assert "imported" not in turnlint("config", "new.jsonl", cwd=tmp_path).stdout


def test_nothing_in_settings_reaches_the_terminal_as_an_order(tmp_path: Path) -> None:
    evil = "\\u001b]0;evil\\u0007\\u202e"
    pattern = f'"{evil}*"'
    settings = f"""[per-file-ignores]
{pattern} = ["json"]
[[exception]]
rules = ["json"]
reason = "{evil}"
paths = [{pattern}]
until = 2001-01-01
[[dataset]]
name = "{evil}"
train = [{pattern}]
"""
    name = tmp_path / "\x1b[31m"
    write(name, {"a.jsonl": rows(GOOD), "turnlint.toml": settings})
    for arguments in (["config", "\x1b[31m"], ["config", "\x1b[31m/a.jsonl"], ["check", "\x1b[31m"]):
        done = turnlint(*arguments, cwd=tmp_path)
        assert done.returncode in (0, 1)
        assert not {"\x1b", "\x07", "\u202e"} & {*done.stdout, *done.stderr}


def test_config_of_what_is_not_there(tmp_path: Path) -> None:
    done = turnlint("config", "nope.jsonl", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, "turnlint: nope.jsonl: no such file or folder\n")


LIMIT = ["So many tokens of an example are trained on.", "Type: integer, from 1 on.", "  limit = 4096"]
HERE = 'Here: "info" (turnlint.toml:3), as severity.unknown-role'

IDLE = '[[exception]]\nrules = ["tools"]\nreason = "so"'


@pytest.mark.parametrize(
    ("key", "lines"),
    [
        ("tokens.limit", LIMIT),
        ("severity.unknown-role", ['Type: one of "error", "hint", "info", "warning".', HERE]),
        ("rules.exact-duplicate.max_copies", ["Type: integer, from 1 on.", "Default: 1"]),
        ("exception", ["Keys: rules, reason, paths, until."]),
        ("exception.until", ["Type: date.", "  until = 2027-03-31"]),
        ("exception[0].reason", ['Here: "so" (turnlint.toml:6), as exception[0].reason']),
        ('severity."unknown-role"', [HERE]),
    ],
)
def test_config_explains_a_setting(tmp_path: Path, key: str, lines: list[str]) -> None:
    write(tmp_path, {"turnlint.toml": 'target = "openai"\n[severity]\nunknown-role = "info"\n' + IDLE})
    done = turnlint("config", "--key", key, cwd=tmp_path)
    assert done.returncode == 0
    assert not set(lines) - set(done.stdout.splitlines()), done.stdout


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("toknes", "unknown setting `toknes`; did you mean `tokens`?"),
        ("tokens.limits", "`tokens` has no `limits`; did you mean `limit`?"),
        ("target.x", "`target` has no `x`"),
        ("", "unknown setting ``"),
        ("# = 1", "unknown setting `# = 1`"),
    ],
)
def test_config_knows_no_such_setting(tmp_path: Path, key: str, words: str) -> None:
    done = turnlint("config", "--key", key, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, f"turnlint: {words}\n")


# turnlint rule


def test_a_family_is_listed(tmp_path: Path) -> None:
    listed = turnlint("rule", "roles", cwd=tmp_path).stdout.splitlines()
    assert len(listed) > 3
    assert all(line.startswith("roles/") for line in listed)
    objects = json.loads(turnlint("rule", "roles", "--output-format", "json", cwd=tmp_path).stdout)
    assert [one["name"] for one in objects] == [line.split()[0].partition("/")[2] for line in listed]
    done = turnlint("rule", "rolse", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("turnlint: unknown rule or family `rolse`; did you mean `roles`")
