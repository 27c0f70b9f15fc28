"""What the settings say of tokens: which files are meant, and which may be used."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from turnlint.config import ConfigError
from turnlint.config.discovery import Overrides, SettingsFinder
from turnlint.config.hub import cached_model, is_hub_name
from turnlint.lsp.settings import ClientSettings
from turnlint.model import Settings, TokenSettings

MODEL = "org/tiny-1.5B"
REVISION = "0123456789abcdef0123456789abcdef01234567"


def write(folder: Path, *names: str) -> None:
    """Make the files of a model; only whether there is a chat template matters here."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        said = {"chat_template": "{{ messages }}"} if name == "tokenizer_config.json" else {}
        (folder / name).write_text(json.dumps(said), encoding="utf-8")


@pytest.fixture(autouse=True)
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the hub with one model, laid out as its client does: files are links to blobs."""
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    cache = tmp_path / "cache"
    model = cache / "models--org--tiny-1.5B"
    write(model / "blobs", "tokenizer.json", "tokenizer_config.json")
    snapshot = model / "snapshots" / REVISION
    snapshot.mkdir(parents=True)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (snapshot / name).symlink_to(f"../../blobs/{name}")
    (model / "refs").mkdir()
    (model / "refs" / "main").write_text(REVISION)
    monkeypatch.setenv("HF_HUB_CACHE", str(cache))
    return cache


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the settings, with a model in it and one outside."""
    folder = tmp_path / "work"
    write(folder / "tiny", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja")
    write(tmp_path / "outside", "tokenizer.json", "chat_template.jinja")
    (folder / "bare").mkdir()
    (folder / "link.json").symlink_to("../outside/tokenizer.json")
    (folder / "tunnel").symlink_to("../outside")
    (folder / "half").mkdir()
    (folder / "half" / "tokenizer.json").symlink_to("../../outside/tokenizer.json")
    (folder / "loop").symlink_to("loop")
    os.mkfifo(folder / "pipe")
    monkeypatch.chdir(folder)
    return folder


def settings(folder: Path, table: str, said: Overrides | None = None, *, trusted: bool = False) -> Settings:
    (folder / "turnlint.toml").write_text(f"[tokens]\n{table}", encoding="utf-8")
    return SettingsFinder(said, trusted=trusted).settings(folder / "a.jsonl")


def tokens(
    folder: Path, table: str, said: Overrides | None = None, *, trusted: bool = False
) -> TokenSettings:
    return settings(folder, table, said, trusted=trusted).tokens


def test_a_limit_wins_over_that_of_the_target(folder: Path) -> None:
    openai = Overrides("openai")
    assert tokens(folder, "limit = 4096", openai).limit == 4_096
    assert tokens(folder, "", openai).limit == 65_536
    assert tokens(folder, "limit = 4096", Overrides(token_limit=99)).limit == 99
    assert settings(folder, "limit = 4096").judging("openai-chat").tokens.limit == 4_096


def test_the_limit_of_a_target_holds_for_its_own_vocabulary_alone(folder: Path) -> None:
    assert tokens(folder, 'tokenizer = "o200k_base"', Overrides("openai:gpt-4.1")).limit == 65_536
    other = tokens(folder, 'tokenizer = "cl100k_base"', Overrides("openai:gpt-4o"))
    assert (other.tokenizer, other.limit, other.context, other.costs.published) == (
        "cl100k_base",
        0,
        0,
        False,
    )
    assert tokens(folder, 'tokenizer = "tiny"', Overrides("azure:qwen-32b")).limit == 8_192
    both = tokens(folder, 'tokenizer = "tiny"\nlimit = 5', Overrides("openai"))
    assert (both.tokenizer, both.limit) == (str(folder / "tiny" / "tokenizer.json"), 5)


@pytest.mark.parametrize(
    "word", ["tiny", "tiny/", "./tiny/tokenizer.json", "bare/../tiny", "tiny/tokenizer.json"]
)
def test_paths_are_relative_to_the_settings_file(folder: Path, word: str) -> None:
    found = settings(folder, f'tokenizer = "{word}"')
    assert found.tokens.tokenizer == str(folder / "tiny" / "tokenizer.json")
    assert found.tokens.template is None
    assert len(found.notes) == 1
    assert "chat template is a program" in found.notes[0]


def test_with_a_settings_file_that_is_named_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "turnlint.toml").write_text('tokens.tokenizer = "tiny"', encoding="utf-8")
    monkeypatch.chdir("/")
    for path in (folder / "turnlint.toml", Path(os.path.relpath(folder / "turnlint.toml"))):
        found = SettingsFinder(file=path).settings(folder / "a.jsonl").tokens
        assert found.tokenizer == str(folder / "tiny" / "tokenizer.json")


@pytest.mark.parametrize(
    "word",
    [
        *("../outside", "tiny/../../outside/tokenizer.json", "/etc/hostname", "link.json", "tunnel"),
        *("tunnel/tokenizer.json", "loop", "//host/share/tokenizer.json", r"\\\\host\\share\\t.json"),
        *(r"C:\\models\\tiny", "C:tiny", "..", "nul\\u0000", "x/../../work/../outside"),
    ],
)
def test_a_settings_file_names_nothing_outside(folder: Path, word: str) -> None:
    for table in (f'tokenizer = "{word}"', f'tokenizer = "tiny"\nchat-template = "{word}"'):
        with pytest.raises(
            ConfigError, match=r"toml: `.*` leads out of the folder of the settings: name it with"
        ):
            settings(folder, table)


def test_nor_does_what_stands_in_a_model(folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"`half/tokenizer\.json` leads out"):
        settings(folder, 'tokenizer = "half"')


@pytest.mark.parametrize("name", ["tokenizer_config.json", "special_tokens_map.json"])
@pytest.mark.parametrize("word", ["tiny", "tiny/tokenizer.json"])
def test_nor_does_what_is_read_beside_a_tokenizer(folder: Path, name: str, word: str) -> None:
    (folder / "tiny" / name).unlink(missing_ok=True)
    (folder / "tiny" / name).symlink_to("../../outside/tokenizer.json")
    with pytest.raises(ConfigError, match=rf"`tiny/{name}` leads out"):
        settings(folder, f'tokenizer = "{word}"')
    assert settings(folder, f'tokenizer = "{word}"', trusted=True).tokens.template


@pytest.mark.parametrize("word", ["../outside", "link.json", "tunnel", "half"])
def test_but_where_it_is_trusted(folder: Path, word: str) -> None:
    found = settings(folder, f'tokenizer = "{word}"', trusted=True)
    assert Path(found.tokens.tokenizer).samefile(folder.parent / "outside" / "tokenizer.json")
    assert found.notes == ()


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('tokenizer = "o200k"', "there is no encoding and no file `o200k`; did you mean `o200k_base`"),
        ('tokenizer = "O200K_BASES"', "did you mean `o200k_base`"),
        ('tokenizer = "ft:gpt-4.1-mini:org::id"', "; the encoding of this model is `o200k_base`"),
        ('tokenizer = "qwen-32b"', "no file `qwen-32b`; known: o200k_base, "),
        (f"limit = {'9' * 5_000}", "not valid TOML"),
        ('tokenizer = ""', None),
        ('tokenizer = "bare"', "there is no file `bare/tokenizer.json`"),
        ('tokenizer = "pipe"', "`pipe` is not a file"),
        ('tokenizer = "org/nothing"', "`org/nothing` is no file, and no model in the cache"),
        ('tokenizer = "a/b/c"', "there is no encoding and no file `a/b/c`"),
        ('tokenizer = "tiny"\nchat-template = "gone.jinja"', "there is no file `gone.jinja`"),
        ('tokenizer = "tiny"\nchat-template = "tiny"', "`tiny` is not a file"),
        ('chat-template = "tiny/chat_template.jinja"', "name that too"),
        ('tokenizer = "o200k_base"\nchat-template = "tiny/chat_template.jinja"', "name that too"),
        (f'tokenizer = "{"x" * 9_000}"', "there is no encoding and no file"),
        ("limit = 0", "`tokens.limit"),
        ("limit = true", "`tokens.limit` must be an integer, not `true`"),
        ("limit = 1.5", "`tokens.limit` must be an integer"),
        ("tokenizer = 1", "`tokens.tokenizer` must be a string, not `1`"),
        ("tokeniser = 'x'", "unknown key `tokens.tokeniser`; did you mean `tokenizer`"),
        ("chat_template = 'x'", "did you mean `chat-template`"),
    ],
)
def test_what_is_wrong_is_said(folder: Path, table: str, words: str | None) -> None:
    for trusted in (True, False):
        if words is None:
            assert tokens(folder, table, trusted=trusted).tokenizer == "o200k_base"
            continue
        with pytest.raises(ConfigError) as caught:
            settings(folder, table, trusted=trusted)
        assert words in str(caught.value)
        assert str(caught.value).startswith(f"{folder / 'turnlint.toml'}: ")
        assert len(str(caught.value)) < 500 + len(str(folder))


def test_a_template_is_used_where_the_settings_are_trusted(folder: Path) -> None:
    found = settings(folder, 'tokenizer = "tiny"', trusted=True)
    assert found.tokens.template == str(folder / "tiny" / "chat_template.jinja")
    (folder / "tiny" / "chat_template.jinja").unlink()
    found = settings(folder, 'tokenizer = "tiny"', trusted=True)
    assert found.tokens.template == str(folder / "tiny" / "tokenizer_config.json")
    (folder / "own.jinja").write_text("")
    table = 'tokenizer = "tiny"\nchat-template = "own.jinja"'
    assert tokens(folder, table, trusted=True).template == str(folder / "own.jinja")
    assert tokens(folder, table).template is None


def test_what_the_user_names_is_trusted(folder: Path) -> None:
    found = settings(folder, 'tokenizer = "bare"', Overrides(tokenizer="../outside"))
    assert found.tokens.tokenizer == str(folder.parent / "outside" / "tokenizer.json")
    assert found.tokens.template == str(folder.parent / "outside" / "chat_template.jinja")
    assert found.notes == ()
    found = settings(folder, 'tokenizer = "tiny"', Overrides(chat_template="../outside/chat_template.jinja"))
    assert found.tokens.tokenizer == str(folder / "tiny" / "tokenizer.json")
    assert found.tokens.template == str(folder.parent / "outside" / "chat_template.jinja")
    assert found.notes == ()
    with pytest.raises(ConfigError, match="name that too"):
        settings(folder, "", Overrides(chat_template="../outside/chat_template.jinja"))


def test_a_template_of_the_file_does_not_follow_another_tokenizer(folder: Path) -> None:
    table = 'tokenizer = "tiny"\nchat-template = "tiny/chat_template.jinja"'
    assert tokens(folder, table, Overrides(tokenizer="o200k_base"), trusted=True).template is None
    found = tokens(folder, table, Overrides(tokenizer="../outside"), trusted=True)
    assert found.template == str(folder.parent / "outside" / "chat_template.jinja")


def test_what_the_user_names_is_checked_at_once(folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"^there is no encoding and no file `nowhere`"):
        SettingsFinder(Overrides(tokenizer="nowhere"))


def test_a_lenient_finder_keeps_the_other_settings(folder: Path) -> None:
    (folder / "turnlint.toml").write_text('target = "azure"\n[tokens]\ntokenizer = "org/x"\nlimit = 7')
    found = SettingsFinder(lenient=True).settings(folder / "a.jsonl")
    assert (found.target, found.tokens.limit, found.tokens.tokenizer) == ("azure", 7, "o200k_base")
    assert "`org/x` is no file" in found.notes[0]


# The cache of the hub


def test_a_model_of_the_hub(folder: Path, hub: Path) -> None:
    snapshot = hub / "models--org--tiny-1.5B" / "snapshots" / REVISION
    found = settings(folder, f'tokenizer = "{MODEL}"')
    assert found.tokens.tokenizer == str(snapshot / "tokenizer.json")
    assert found.tokens.template is None
    assert len(found.notes) == 1
    named = settings(folder, "", Overrides(tokenizer=MODEL))
    assert named.tokens.template == str(snapshot / "tokenizer_config.json")
    (snapshot / "tokenizer.json").unlink()
    with pytest.raises(ConfigError, match=r"hub has no tokenizer\.json"):
        settings(folder, f'tokenizer = "{MODEL}"')


@pytest.mark.parametrize(
    "environment",
    [
        {"HF_HUB_CACHE": "{}"},
        {"HUGGINGFACE_HUB_CACHE": "{}"},
        {"HF_HOME": "{}/home"},
        {"XDG_CACHE_HOME": "{}/xdg"},
        {"HOME": "{}/user"},
    ],
)
def test_where_the_hub_is(hub: Path, monkeypatch: pytest.MonkeyPatch, environment: Mapping[str, str]) -> None:
    for place in ("home/hub", "xdg/huggingface/hub", "user/.cache/huggingface/hub"):
        (hub / place).parent.mkdir(parents=True, exist_ok=True)
        (hub / place).symlink_to(hub)
    monkeypatch.delenv("HF_HUB_CACHE")
    for name, value in environment.items():
        monkeypatch.setenv(name, value.format(hub))
    assert cached_model(MODEL) is not None
    assert cached_model("org/other") is None


@pytest.mark.parametrize("revision", ["x" * 10_000_000, "", "..", "../../..", "a/b", "gone", "\udcff", "\0"])
def test_a_broken_cache_has_no_model(hub: Path, revision: str) -> None:
    main = hub / "models--org--tiny-1.5B" / "refs" / "main"
    main.write_bytes(revision.encode("utf-8", "surrogateescape"))
    assert cached_model(MODEL) is None


def test_a_cache_that_would_wait_has_no_model(hub: Path) -> None:
    main = hub / "models--org--tiny-1.5B" / "refs" / "main"
    main.unlink()
    os.mkfifo(main)
    assert cached_model(MODEL) is None


def test_without_a_home_there_is_no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", "~nobody-of-this-name/hub")
    assert cached_model(MODEL) is None


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("org/name", True),
        ("meta-llama/Llama-3.3-70B_x", True),
        *(
            (word, False)
            for word in ("name", "a/b/c", "../x", "x/..", "./x", "/x", "x/", "a\\b/c", "a b/c", "", "a/b\n")
        ),
    ],
)
def test_names_of_the_hub(word: str, expected: bool) -> None:
    assert is_hub_name(word) is expected


# What an editor says


def told(options: Mapping[str, object], path: Path | None) -> tuple[Settings, list[str]]:
    words: list[str] = []
    client = ClientSettings(words.append)
    client.begin(options)
    return client.of(path).settings, words


@pytest.mark.parametrize(
    "said",
    [{"tokenizer": "{}/tiny"}, {"tokenizer": MODEL}, {"tokenizer": "{}/tiny", "chatTemplate": "{}/t.jinja"}],
)
def test_an_editor_names_files_only_where_the_workspace_is_trusted(
    folder: Path, said: Mapping[str, str]
) -> None:
    (folder / "t.jinja").write_text("")
    options = {"target": "azure", **{key: value.format(folder) for key, value in said.items()}}
    settings, words = told(options, folder / "a.jsonl")
    assert (settings.target, settings.tokens.tokenizer, settings.tokens.template) == (
        "azure",
        "o200k_base",
        None,
    )
    assert len(words) == 1
    assert "only where the workspace is trusted" in words[0]
    settings, words = told({**options, "trusted": True}, folder / "a.jsonl")
    assert settings.tokens.tokenizer.endswith("tokenizer.json")
    assert settings.tokens.template
    assert words == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"tokenlimit": 3}, "unknown key `tokenlimit`; did you mean `tokenLimit`"),
        ({"tokenizer": "o200k"}, "`trusted`), else an encoding; did you mean `o200k_base`?"),
        ({"tokenizer": "/models/tiny"}, "`trusted`), else an encoding; known: o200k_base, "),
    ],
)
def test_a_slip_in_the_settings_of_an_editor_is_put_right(
    folder: Path, options: Mapping[str, object], said: str
) -> None:
    settings, words = told(options, folder / "a.jsonl")
    assert settings.tokens.tokenizer == "o200k_base"
    assert len(words) == 1
    assert said in words[0]


@pytest.mark.parametrize("key", ["tokenizer", "chatTemplate"])
def test_what_an_editor_may_not_name_is_not_even_looked_at(
    folder: Path, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    exists = Path.exists

    def look(path: Path) -> bool:
        seen.append(str(path))
        return exists(path)

    monkeypatch.setattr(Path, "exists", look)
    said = {"tokenizer": str(folder / "tiny"), key: "//host/share/x"}
    told(said, folder / "a.jsonl")
    assert not [one for one in seen if "share" in one or "tiny" in one]
    told({**said, "trusted": True}, folder / "a.jsonl")
    assert [one for one in seen if "share" in one]


def test_an_editor_may_leave_names_empty(folder: Path) -> None:
    settings, words = told({"target": "openai", "tokenizer": "", "chatTemplate": ""}, folder / "a.jsonl")
    assert (settings.tokens.tokenizer, settings.tokens.limit, words) == ("o200k_base", 65_536, [])


def test_an_editor_names_encodings_and_limits(folder: Path) -> None:
    settings, words = told({"tokenizer": "cl100k_base", "tokenLimit": 7}, None)
    assert (settings.tokens.tokenizer, settings.tokens.limit, words) == ("cl100k_base", 7, [])


@pytest.mark.parametrize("limit", [0, -1, "7", 1.5, True])
def test_an_editor_is_told_of_a_wrong_limit(folder: Path, limit: object) -> None:
    settings, words = told({"target": "openai", "tokenLimit": limit}, folder / "a.jsonl")
    assert settings.target == "generic"
    assert "turnlint ignores the settings of the editor" in words[0]


def test_an_editor_is_told_what_is_withheld_and_what_is_missing(folder: Path) -> None:
    (folder / "turnlint.toml").write_text('tokens.tokenizer = "tiny"', encoding="utf-8")
    settings, words = told({}, folder / "a.jsonl")
    assert settings.tokens.tokenizer == str(folder / "tiny" / "tokenizer.json")
    assert "chat template is a program" in words[0]
    settings, words = told({"trusted": True}, folder / "a.jsonl")
    assert settings.tokens.template == str(folder / "tiny" / "chat_template.jinja")
    assert words == []
    settings, words = told({"trusted": True, "target": "openai", "tokenizer": "/gone"}, folder / "a.jsonl")
    assert (settings.target, settings.tokens.tokenizer) == ("openai", "o200k_base")
    assert "there is no encoding and no file `/gone`" in words[0]


def test_trust_is_no_setting(folder: Path) -> None:
    words: list[str] = []
    client = ClientSettings(words.append)
    client.begin({})
    client.update({"trusted": True})
    assert not client.options.trusted
    assert "unknown key `trusted`" in words[0]
