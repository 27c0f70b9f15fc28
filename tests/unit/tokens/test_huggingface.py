"""Tokenizers from a file count as transformers does with the same file, and break where nobody is hurt."""

from __future__ import annotations

import errno
import gc
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import models
from tokenizers import AddedToken, Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import BPE

from turnlint.tokens import TokensError, forget, process, tokenizer_of
from turnlint.tokens.bounds import at_most
from turnlint.tokens.huggingface import HuggingFace, find_template, read_templates, special_tokens

os.environ["HF_HUB_OFFLINE"] = "1"
from transformers import PreTrainedTokenizerFast

TEXTS = (
    "",
    " ",
    "Hello, world!",
    "  two  spaces\n\n\tand a tab\r\n",
    "naïve café, Zürich",
    "日本語のテキストと中文文本",
    "👩‍👩‍👧‍👦 and 🏳️‍🌈, é́ ǆ ﬁ",
    "مرحبا بالعالم",
    "<|im_start|>user\nhi<|im_end|><s>[INST] </s>",
    "a" * 5_000,
    " " * 5_000,
    '{"messages": [{"role": "user", "content": "1234567890"}]}',
    "\x00\x1b[31m\u202e\ufeff\ufffd",
)
KINDS = tuple(models.KINDS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One model of each kind, in a folder named after it."""
    root = tmp_path_factory.mktemp("models")
    for kind, make in models.KINDS.items():
        models.write(root / kind, make(), bos_token="<s>", pad_token="<pad>")
    return root


@pytest.fixture(scope="module")
def byte_level(folder: Path) -> HuggingFace:
    return HuggingFace(folder / "byte-level" / "tokenizer.json")


@pytest.mark.parametrize("kind", KINDS)
def test_counts_are_those_of_transformers(folder: Path, kind: str) -> None:
    theirs = PreTrainedTokenizerFast.from_pretrained(str(folder / kind))
    ours = HuggingFace(folder / kind / "tokenizer.json")
    for text in TEXTS:
        plain = theirs(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]
        assert ours.count(text) == len(plain), text
        assert ours.count(text, rendered=True) == len(theirs.encode(text, add_special_tokens=False)), text


def test_special_tokens_in_a_text_are_plain_text(byte_level: HuggingFace) -> None:
    assert byte_level.count("<|im_end|>") > 1
    assert byte_level.count("<|im_end|>", rendered=True) == 1


def test_a_lone_surrogate_counts_as_the_replacement_character(byte_level: HuggingFace) -> None:
    assert byte_level.count("a\ud800b") == byte_level.count("a\ufffdb")
    assert byte_level.head("\ud800\udc00b", 99) == 3


def test_counts_are_kept(byte_level: HuggingFace, monkeypatch: pytest.MonkeyPatch) -> None:
    count = byte_level.count("kept")
    monkeypatch.delattr(process.Program, "ask")
    assert byte_level.count("kept") == count
    with pytest.raises(AttributeError):
        byte_level.count("not kept")


def test_tokens_of_the_configuration_are_added(byte_level: HuggingFace) -> None:
    assert byte_level.count("<pad>", rendered=True) == 1
    assert byte_level.count("<pad>") > 1


@pytest.mark.parametrize("kind", KINDS)
def test_truncation_and_padding_are_neutralised(tmp_path: Path, kind: str) -> None:
    tokenizer = models.KINDS[kind]()
    whole = len(tokenizer.encode(TEXTS[2] * 40, add_special_tokens=False))
    tokenizer.enable_truncation(8)
    tokenizer.enable_padding(length=64)
    ours = HuggingFace(models.write(tmp_path, tokenizer))
    assert ours.count(TEXTS[2] * 40) == whole > 64
    assert ours.count("a", rendered=True) < 8
    assert len(ours.layout(TEXTS[2] * 40).starts) == whole


@pytest.mark.parametrize("text", TEXTS)
def test_head_covers_whole_characters(folder: Path, byte_level: HuggingFace, text: str) -> None:
    tokenizer = Tokenizer.from_file(str(folder / "byte-level" / "tokenizer.json"))
    tokenizer.encode_special_tokens = True
    sizes = [len(token) for token in tokenizer.encode(text, add_special_tokens=False).tokens]
    sizes = sizes[:40]
    for tokens in range(len(sizes)):
        covered = text.encode()[: sum(sizes[:tokens])]
        assert byte_level.head(text, tokens) == len(covered.decode("utf-8", "ignore"))
    assert byte_level.head(text, 10_000) == len(text)


@pytest.mark.parametrize("kind", ["sentencepiece", "unigram"])
def test_head_of_other_tokenizers_grows_to_the_whole(folder: Path, kind: str) -> None:
    ours = HuggingFace(folder / kind / "tokenizer.json")
    for text in TEXTS[2:8]:
        heads = [ours.head(text, tokens) for tokens in range(ours.count(text) + 1)]
        assert heads[0] == 0
        assert heads[-1] == len(text)
        assert heads == sorted(heads)


def _bpe(**parts: Any) -> Tokenizer:
    tokenizer = models.byte_level()
    for name, part in parts.items():
        setattr(tokenizer, name, part)
    return tokenizer


def _with(*tokens: AddedToken) -> Tokenizer:
    tokenizer = models.byte_level()
    tokenizer.add_tokens(list(tokens))
    return tokenizer


BYTES = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
PROOFS: dict[str, tuple[Callable[[], Tokenizer], int | None]] = {
    "byte-level": (models.byte_level, 1),
    "composing": (lambda: _bpe(normalizer=normalizers.NFC()), 3),
    "lower case": (lambda: _bpe(normalizer=normalizers.Lowercase()), None),
    "prefix space": (lambda: _bpe(pre_tokenizer=pre_tokenizers.ByteLevel()), None),
    "whole text in one piece": (lambda: models.byte_level(split=False), 1),
    "spaces left out": (
        lambda: _bpe(pre_tokenizer=pre_tokenizers.Sequence([pre_tokenizers.Split(" ", "removed"), BYTES])),
        1,
    ),
    "a step of its own": (
        lambda: _bpe(pre_tokenizer=pre_tokenizers.Sequence([pre_tokenizers.Punctuation(), BYTES])),
        None,
    ),
    "no steps": (lambda: _bpe(pre_tokenizer=pre_tokenizers.Sequence([])), None),
    "bytes in bytes": (lambda: _bpe(model=BPE(byte_fallback=True)), None),
    "a token that takes spaces": (lambda: _with(AddedToken("<x>", lstrip=True)), 1),
    "no bytes": (models.sentencepiece, None),
    "unigram": (models.unigram, None),
}


@pytest.mark.parametrize("name", PROOFS)
def test_what_is_proved_of_a_tokenizer(tmp_path: Path, name: str) -> None:
    make, growth = PROOFS[name]
    assert HuggingFace(models.write(tmp_path, make())).growth == growth


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_bounds_hold(byte_level: HuggingFace, text: str) -> None:
    assert byte_level.count(text) <= at_most(text)
    assert byte_level.count(text, rendered=True) <= at_most(text)


HOSTILE = {
    "no JSON": "hello",
    "nothing": "",
    "another JSON": "[1, 2]",
    "no model": "{}",
    "deep": "[" * 100_000,
    "escapes": '{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a \\u001b[31mevil\\u202e"]}}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_tokenizer_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text(HOSTILE[name])
    with pytest.raises(TokensError, match=r"^tokenizer\.json: ") as caught:
        HuggingFace(path)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "large.json").touch()
    os.truncate(tmp_path / "large.json", 1 << 40)
    with pytest.raises(TokensError, match=r"large\.json is larger than 256 MiB"):
        HuggingFace(tmp_path / "large.json")
    with pytest.raises(TokensError, match="is no file"):
        HuggingFace(tmp_path)
    with pytest.raises(TokensError, match=r"^none\.json: No such file"):
        HuggingFace(tmp_path / "none.json")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes among files")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "tokenizer.json")
    with pytest.raises(TokensError, match="is no file"):
        HuggingFace(tmp_path / "tokenizer.json")


def test_a_configuration_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    path = models.write(tmp_path, models.byte_level())
    (tmp_path / "tokenizer_config.json").write_text('{"bos_token": ')
    with pytest.raises(TokensError, match=r"^tokenizer_config\.json: "):
        HuggingFace(path)
    assert find_template(tmp_path) is None


def test_a_pattern_that_backtracks_without_end_is_given_up(tmp_path: Path) -> None:
    split = pre_tokenizers.Split(Regex("(a+)+$"), behavior="isolated")
    tokenizer = _bpe(pre_tokenizer=pre_tokenizers.Sequence([split, BYTES]))
    ours = HuggingFace(models.write(tmp_path, tokenizer))
    assert ours.count("ab") == 1
    for _ in range(process._PATIENCE):
        with pytest.raises(TokensError, match=r"takes too long|breaks"):
            ours.count("a" * 40 + "b")
    with pytest.raises(TokensError, match="not tried again"):
        ours.count("xy")


def test_one_text_that_fails_does_not_spoil_the_next(tmp_path: Path) -> None:
    split = pre_tokenizers.Split(Regex("(a+)+$"), behavior="isolated")
    tokenizer = _bpe(pre_tokenizer=pre_tokenizers.Sequence([split, BYTES]))
    ours = HuggingFace(models.write(tmp_path, tokenizer))
    for _ in range(process._PATIENCE + 1):
        with pytest.raises(TokensError):
            ours.count("a" * 40 + "b")
        assert ours.count("ab") == 1


def test_the_missing_extra_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = find_spec
    monkeypatch.setattr(process, "find_spec", lambda name: None if name == "tokenizers" else found(name))
    with pytest.raises(TokensError, match="pip install tokenizers"):
        HuggingFace(folder / "byte-level" / "tokenizer.json")


def test_nothing_is_asked_of_the_network(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with _listener() as (port, listener):
        for name in ("HF_ENDPOINT", "HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
        monkeypatch.delenv("HF_HUB_OFFLINE")
        assert HuggingFace(folder / "byte-level" / "tokenizer.json").count("hello") > 0
        with pytest.raises(BlockingIOError):
            listener.accept()


@contextmanager
def _listener() -> Iterator[tuple[int, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener.getsockname()[1], listener


def _number(ours: HuggingFace) -> int:
    """The number of the process that encodes."""
    running = ours._program._process
    assert running
    return running._process.pid


def _runs(number: int) -> bool:
    """Whether a process is there and has not ended."""
    status = Path(f"/proc/{number}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def _ends(number: int) -> bool:
    deadline = time.monotonic() + 10
    while _runs(number) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not _runs(number)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells what runs")
def test_the_process_ends_with_what_asks_it(folder: Path) -> None:
    gc.disable()  # as good as it is for who has frozen what there is
    try:
        ours = HuggingFace(folder / "byte-level" / "tokenizer.json")
        ours.count("a")
        number = _number(ours)
        assert _runs(number)
        del ours
        assert _ends(number)
    finally:
        gc.enable()


def test_a_process_that_was_ended_between_two_texts_is_not_missed(folder: Path) -> None:
    ours = HuggingFace(folder / "byte-level" / "tokenizer.json")
    count = ours.count("a b c")
    number = _number(ours)
    os.kill(number, signal.SIGTERM)
    assert _ends(number)
    assert ours.count("a b c", rendered=True) == count
    assert _number(ours) != number


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells how much memory is in use")
def test_a_large_text_leaves_no_memory_behind(folder: Path) -> None:
    ours = HuggingFace(folder / "byte-level" / "tokenizer.json")
    ours.count("a")
    before = _memory(_number(ours))
    ours.layout("Some words, 1234.\n" * 200_000)
    ours.count("b")
    assert _memory(_number(ours)) - before < 100


def _memory(number: int) -> int:
    """The memory that a process holds, in MiB."""
    return int(re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{number}/status").read_text())[0]) >> 10


def test_a_system_that_starts_no_process_is_told_of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(subprocess, "Popen", refuse)
    with pytest.raises(TokensError, match="no process can be started: Too many open files"):
        HuggingFace(folder / "byte-level" / "tokenizer.json")


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells what runs")
def test_a_tokenizer_is_read_anew_once_one_of_its_files_has_changed(tmp_path: Path) -> None:
    name = str(models.write(tmp_path, models.byte_level()))
    first = tokenizer_of(name)
    assert tokenizer_of(name) is first
    assert isinstance(first, HuggingFace)
    assert first.count("<pad>", rendered=True) > 1
    number = _number(first)
    (tmp_path / "tokenizer_config.json").write_text('{"pad_token": "<pad>"}')
    del first
    second = tokenizer_of(name)
    assert isinstance(second, HuggingFace)
    assert second.count("<pad>", rendered=True) == 1
    assert _ends(number)
    forget()


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells what runs")
def test_few_tokenizers_are_kept(folder: Path, tmp_path: Path) -> None:
    numbers = []
    for n in range(6):
        path = tmp_path / f"{n}.json"
        path.write_bytes((folder / "byte-level" / "tokenizer.json").read_bytes())
        one = tokenizer_of(str(path))
        assert isinstance(one, HuggingFace)
        numbers.append(_number(one))
    del one
    assert all(map(_ends, numbers[:2]))
    assert all(map(_runs, numbers[2:]))
    forget()
    assert all(map(_ends, numbers))


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells what runs")
@pytest.mark.parametrize("ending", ["pass", "os._exit(0)", "os.kill(os.getpid(), 9)"])
def test_the_process_does_not_outlive_the_program(folder: Path, ending: str) -> None:
    path = folder / "byte-level" / "tokenizer.json"
    program = (
        "import os, sys; from turnlint.tokens.huggingface import HuggingFace; "
        "one = HuggingFace(sys.argv[1]); print(one._program._process._process.pid, flush=True); " + ending
    )
    run = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=False)
    assert _ends(int(run.stdout))


def test_templates_are_found(tmp_path: Path) -> None:
    config, jinja = tmp_path / "tokenizer_config.json", tmp_path / "chat_template.jinja"
    assert find_template(tmp_path) is None
    config.write_text('{"eos_token": "x"}')
    assert find_template(tmp_path) is None
    (tmp_path / "chat_template.json").write_text('{"chat_template": "of a processor"}')
    assert find_template(tmp_path) == tmp_path / "chat_template.json"
    config.write_text('{"chat_template": "in the configuration"}')
    assert find_template(tmp_path) == config
    assert read_templates(config) == {"default": "in the configuration"}
    jinja.write_text("in a file of its own")
    assert find_template(tmp_path) == jinja
    assert read_templates(jinja) == {"default": "in a file of its own"}
    (tmp_path / "additional_chat_templates").mkdir()
    (tmp_path / "additional_chat_templates" / "tool_use.jinja").write_text("with tools")
    assert read_templates(jinja) == {"default": "in a file of its own", "tool_use": "with tools"}
    assert read_templates(config) == {"default": "in the configuration"}


LISTED: tuple[tuple[Any, dict[str, str] | None], ...] = (
    (
        [{"name": "default", "template": "a"}, {"name": "tool_use", "template": "b"}],
        {"default": "a", "tool_use": "b"},
    ),
    ([{"name": "rag", "template": "a"}], None),
    ([{"name": "default", "template": 5}, 7, {}], None),
    ({}, None),
    (None, None),
)


@pytest.mark.parametrize(("held", "templates"), LISTED)
def test_templates_in_a_list_have_names(tmp_path: Path, held: Any, templates: dict[str, str] | None) -> None:
    path = tmp_path / "tokenizer_config.json"
    path.write_text(json.dumps({"chat_template": held}))
    if templates is not None:
        assert read_templates(path) == templates
    else:
        with pytest.raises(TokensError, match="holds no chat template"):
            read_templates(path)


def test_special_tokens_are_read_as_transformers_does(tmp_path: Path) -> None:
    config: dict[str, Any] = {
        "bos_token": {"__type": "AddedToken", "content": "<s>", "lstrip": False},
        "eos_token": "</s>",
        "unk_token": None,
        "image_token": "<image>",
        "add_bos_token": True,
        "extra_special_tokens": {"audio_token": "<audio>"},
    }
    models.write(tmp_path, models.byte_level(models.SPECIAL["mistral"]), **config)
    (tmp_path / "special_tokens_map.json").write_text('{"eos_token": "<end>", "cls_token": "<cls>"}')
    theirs = PreTrainedTokenizerFast.from_pretrained(str(tmp_path)).special_tokens_map
    assert special_tokens(tmp_path) == theirs
    assert theirs["eos_token"] == "<end>"
    assert theirs["image_token"] == "<image>"
