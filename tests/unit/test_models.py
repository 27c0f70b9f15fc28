"""Models: what their names mean, and what holds for them at each target."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from turnlint.config import ConfigError, Counting, all_targets, resolve
from turnlint.config.models import MODELS, all_models, find_model, longest, plain
from turnlint.model import Severity, TokenCosts
from turnlint.tokens.vocabulary import ENCODINGS

FILES = sorted(MODELS.glob("*.toml"))


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("gpt-4.1-mini", "gpt-4.1-mini"),
        ("gpt-4.1-mini-2025-04-14", "gpt-4.1-mini"),
        ("ft:gpt-4.1-mini-2025-04-14:org::id", "gpt-4.1-mini"),
        ("ft:gpt-4.1-mini-2025-04-14:org:my-suffix:id:ckpt-step-100", "gpt-4.1-mini"),
        ("ft:gpt-4.1-2025-04-14:org::id", "gpt-4.1"),
        ("ft:o4-mini-2025-04-16:org::id", "o4-mini"),
        ("ft-o4-mini-2025-04-16", "o4-mini"),
        ("openai/ft:gpt-4o-2024-08-06:org::id", "gpt-4o"),
        ("gpt-4.1-mini-2025-04-14.ft-0123abcd", "gpt-4.1-mini"),
        ("gpt-35-turbo-0125.ft-0123abcd-my-suffix", "gpt-3.5-turbo"),
        ("davinci-002:ft-org:suffix-2023-08-30-10-00-00", "davinci-002"),
        ("openai/gpt-oss-20b", "gpt-oss-20b"),
        ("azure/openai/gpt-oss-120b", "gpt-oss-120b"),
        ("meta-llama/Llama-3.3-70B-Instruct", "llama-3.3-70b-instruct"),
        ("GPT-4o", "gpt-4o"),
        ("chatgpt-4o-latest", "chatgpt-4o"),
        ("gpt-35-turbo", "gpt-3.5-turbo"),
        ("gpt-35-turbo-16k-0613", "gpt-3.5-turbo-16k"),
        ("gpt-3.5-turbo-0301", "gpt-3.5-turbo-0301"),
        ("gpt-3.5-turbo-1106", "gpt-3.5-turbo"),
        ("gpt-4-0613", "gpt-4"),
        ("gpt-4-32k-0613", "gpt-4-32k"),
        ("gpt-4-1106-preview", "gpt-4-1106"),
        ("gpt-4.5-preview-2025-02-27", "gpt-4.5"),
        ("o1-preview-2024-09-12", "o1"),
        ("gpt-5-mini-2025-08-07", "gpt-5-mini"),
        ("gpt-4.1-mni", None),
        ("gpt-4.11", None),
        ("gpt-4o-minimal", None),
        ("gpt-4.1-2025-99-99", None),
        ("gpt-4.1-2025-13-01", None),
        ("gpt-4.1-0100", None),
        ("gpt-4.1-9913", None),
        ("gpt-4.1-latests", None),
        ("gpt-4.1:nonsense", None),
        ("gpt-4.1 ", None),
        ("gpt-4.1\n", None),
        ("xgpt-4.1", None),
        ("gpt", None),
        ("ft:", None),
        ("ft::::", None),
        ("", None),
        ("/" * 1_000, None),
        ("gpt-4.1" + "-0101" * 20_000 + "!", None),
    ],
)
def test_names(name: str, known: str | None) -> None:
    assert longest(plain(name), all_models()) == known
    assert (find_model(name) is None) == (known is None)


@pytest.mark.parametrize(
    ("target", "tokenizer", "limit"),
    [
        ("openai", "o200k_base", 65_536),
        ("openai:gpt-4.1-nano", "o200k_base", 65_536),
        ("openai:ft:gpt-4.1-mini-2025-04-14:org::id", "o200k_base", 65_536),
        ("openai:gpt-3.5-turbo", "cl100k_base", 16_385),
        ("openai:gpt-3.5-turbo-0125", "cl100k_base", 16_385),
        ("openai:gpt-3.5-turbo-0613", "cl100k_base", 4_096),
        ("openai:o4-mini", "o200k_base", 0),
        ("openai:davinci-002", "cl100k_base", 16_384),
        ("azure", "o200k_base", 65_536),
        ("azure:gpt-4.1-nano", "o200k_base", 32_768),
        ("azure:gpt-4.1-nano-2025-04-14.ft-0123", "o200k_base", 32_768),
        ("azure:o4-mini", "o200k_base", 65_536),
        ("azure:gpt-35-turbo", "cl100k_base", 16_385),
        ("azure:gpt-3.5-turbo-0125", "cl100k_base", 16_385),
        ("azure:gpt-35-turbo-0613", "cl100k_base", 0),
        ("azure:openai/gpt-oss-20b", "o200k_harmony", 0),
        ("azure:qwen-32b", "o200k_base", 0),
        ("generic", "o200k_base", 0),
        ("generic:openai/gpt-oss-120b", "o200k_harmony", 0),
    ],
)
def test_what_a_target_counts_by(target: str, tokenizer: str, limit: int) -> None:
    tokens = resolve(target).tokens
    assert (tokens.tokenizer, tokens.limit) == (tokenizer, limit)


def test_costs_are_those_of_the_model() -> None:
    old = resolve("generic:gpt-3.5-turbo-0301").tokens.costs
    assert (old.message, old.name, old.tools.function, old.published) == (4, -1, 10, True)
    small = resolve("openai:gpt-4o-mini-2024-07-18").tokens
    assert (small.costs.images.base, small.costs.images.tile) == (2_833, 5_667)
    assert small.context == 128_000
    assert small.model == "gpt-4o-mini-2024-07-18"
    assert resolve("azure:gpt-4.1-mini").tokens.costs.images.patch == 1.62
    assert not resolve("openai").tokens.costs.published


def test_without_a_target_each_format_counts_as_its_home_does() -> None:
    settings = resolve("generic")
    assert settings.judging("openai-chat").tokens == resolve("openai").tokens
    assert settings.judging("alpaca").tokens.limit == 0
    named = resolve("generic:gpt-4.1").judging("openai-chat")
    assert named.tokens == resolve("openai:gpt-4.1").tokens
    assert "model-lacks-vision" in named.rules
    assert resolve("generic:gpt-oss-20b").judging("openai-chat").tokens.limit == 0


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("openai:gpt-4.1-mni", "unknown model `gpt-4.1-mni` of target `openai`; did you mean `gpt-4.1-mini`"),
        ("openai:ft:gpt-4.1-mni-2025-04-14:org::id", "did you mean `gpt-4.1-mini`"),
        ("generic:gpt-oss-21b", "did you mean `gpt-oss-20b`"),
        ("openai:gpt-oss-20b", "OpenAI does not train `gpt-oss-20b`; it trains gpt-4.1, "),
        ("openai:gpt-4-32k", "OpenAI does not train `gpt-4-32k`"),
        ("openai:gpt-4-1106-preview", "OpenAI does not train `gpt-4-1106-preview`"),
        ("openai:gpt-3.5-turbo-0301", "OpenAI does not train `gpt-3.5-turbo-0301`"),
        ("openai:gpt-4o-mini:x", "unknown model `gpt-4o-mini:x`"),
        ("azure:my-deployment", "unknown model `my-deployment` of target `azure`; `turnlint target azure` "),
        ("openai:", "unknown model `` of target `openai`; known: "),
        ("OPENAI", "unknown target `OPENAI`; did you mean `openai`?"),
        ("gpt-4o", "unknown target `gpt-4o`; did you mean `azure:gpt-4o` or `openai:gpt-4o`?"),
        ("ft:gpt-5:org::id", "unknown target `ft`; did you mean `azure:gpt-5`?"),
        ("openai:" + "x" * 100_000, "unknown model `xxx"),
        ("x" * 100_000, "unknown target `xxx"),
        ("openai:gpt-4o\x1b[31m", "unknown model `gpt-4o\ufffd[31m`"),
    ],
)
def test_what_is_no_model_is_said(target: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        resolve(target)
    assert words in str(caught.value)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("openai:o4-mini", "OpenAI takes no new jobs for o4-mini since 2026-10-23."),
        ("azure:gpt-35-turbo", "Azure OpenAI takes no new jobs for gpt-3.5-turbo."),
        (
            "azure:qwen-32b",
            "turnlint does not have the vocabulary of qwen-32b: tokens are counted by o200k_base",
        ),
        (
            "generic:qwen-32b",
            "turnlint does not have the vocabulary of qwen-32b: tokens are counted by o200k_base, and no "
            "limit is applied",
        ),
        ("openai:gpt-4.1", None),
        ("azure:o4-mini", None),
        ("generic:o4-mini", None),
    ],
)
def test_notes(target: str, words: str | None) -> None:
    notes = resolve(target).notes
    assert [note[: len(words or "")] for note in notes] == ([words] if words else [])


@pytest.mark.parametrize("model", ["gpt-4", "babbage-002", "davinci-002"])
def test_a_limit_that_no_document_names_is_advice_and_called_an_assumption(model: str) -> None:
    settings = resolve(f"openai:{model}", select=["tokens"])
    limited = ("example-too-long", "no-trainable-tokens-left", "identical-within-limit", "near-limit")
    assert {settings.rules[name].severity for name in limited} == {Severity.INFO}
    assert any("no document names it" in note for note in settings.notes)
    own = resolve(f"openai:{model}", counting=Counting(limit=5))
    assert not any("no document" in note for note in own.notes)


def test_a_limit_does_not_hold_for_tokens_of_another_vocabulary() -> None:
    other = resolve("azure:qwen-32b", counting=Counting(tokenizer="cl100k_base"))
    assert (other.tokens.tokenizer, other.tokens.limit) == ("cl100k_base", 0)
    assert "counted by cl100k_base, and no limit is applied" in other.notes[0]
    named = resolve("azure:qwen-32b", counting=Counting(tokenizer="cl100k_base", limit=9))
    assert named.tokens.limit == 9
    assert "no limit" not in named.notes[0]
    own = resolve("azure:qwen-32b", counting=Counting(tokenizer="/models/qwen/tokenizer.json"))
    assert (own.tokens.limit, own.notes) == (8_192, ())


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.stem))
def test_files_say_what_can_be_said(path: Path) -> None:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    assert data["source"]
    assert data["date"]
    assert data.get("encoding", "o200k_base") in ENCODINGS
    assert data["names"][0].startswith(path.stem)
    costs = data.get("costs", {})
    written = msgspec.to_builtins(msgspec.convert(costs, TokenCosts))
    assert _without_defaults(costs, written) == costs


def _without_defaults(said: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    """What of the whole was said: keys that the program does not know are lost."""
    return {
        key: _without_defaults(said[key], value) if isinstance(value, dict) else value
        for key, value in whole.items()
        if key in said
    }


def test_no_name_stands_in_two_files() -> None:
    names = [name for path in FILES for name in tomllib.loads(path.read_text(encoding="utf-8"))["names"]]
    assert len(names) == len(set(names)) == len(all_models())
    assert all(plain(name) == name for name in names)


@pytest.mark.parametrize("target", all_targets().values(), ids=lambda one: str(one.name))
def test_every_model_of_a_target_is_known(target: Any) -> None:
    assert len(list(target.listed())) == len(all_models() if target.name == "generic" else target.models)
    assert target.encoding in ENCODINGS
    for name, trained, _ in target.listed():
        assert resolve(f"{target.name}:{name}")
        assert not target.models or trained.status


def test_a_format_that_the_target_does_not_take_is_left_to_the_rows() -> None:
    said = resolve("trl", format="openai-chat")
    assert (said.format, said.notes) == (
        None,
        ("TRL does not take `openai-chat`: the rows tell their format.",),
    )
    for target, format_name in (("trl", "chat"), ("openai", "openai-chat"), ("generic", "alpaca")):
        assert resolve(target, format=format_name).format == format_name
        assert not resolve(target, format=format_name).notes
