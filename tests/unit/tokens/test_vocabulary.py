"""The vocabularies are those that OpenAI publishes, and nothing of them is loaded before it is needed."""

from __future__ import annotations

import subprocess
import sys
import zlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from threading import Barrier

import pytest
import tiktoken
from tests import vocabularies

from turnlint.tokens import vocabulary
from turnlint.tokens.vocabulary import ENCODINGS, VOCABULARIES, encoding, ranks

ROOT = Path(__file__).parent.parent.parent.parent


@pytest.mark.parametrize("name", vocabularies.PUBLISHED)
def test_the_rebuilt_file_is_the_published_one(name: str) -> None:
    rebuilt = vocabularies.write(ranks(name))
    assert sha256(rebuilt).hexdigest() == vocabularies.PUBLISHED[name]
    assert vocabularies.read(rebuilt) == ranks(name)


@pytest.mark.parametrize("name", ENCODINGS)
def test_an_encoding_is_what_tiktoken_makes(name: str, published: Mapping[str, tiktoken.Encoding]) -> None:
    theirs, ours = published[name], encoding(name)
    assert ours.name == theirs.name
    assert ours._pat_str == theirs._pat_str
    assert ours._special_tokens == theirs._special_tokens
    assert ranks(name) == theirs._mergeable_ranks
    assert ours.n_vocab == theirs.n_vocab
    assert ours.token_byte_values() == theirs.token_byte_values()


def test_the_packer_writes_what_is_there() -> None:
    packed = (vocabularies.DATA / "r50k_base.zlib").read_bytes()
    assert vocabularies.pack(ranks("r50k_base")) == zlib.decompress(packed)


def test_the_packer_takes_the_published_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vocabularies, "PACKED", ["r50k_base"])
    monkeypatch.setattr(vocabularies, "DATA", tmp_path)
    source = tmp_path / "r50k_base.tiktoken"
    source.write_bytes(vocabularies.write(ranks("r50k_base")))
    vocabularies.main(tmp_path)
    made = zlib.decompress((tmp_path / "r50k_base.zlib").read_bytes())
    assert made == zlib.decompress((ROOT / "server/turnlint/tokens/data/r50k_base.zlib").read_bytes())

    source.write_bytes(source.read_bytes().replace(b" 300\n", b" 301\n"))
    with pytest.raises(SystemExit, match="not the file"):
        vocabularies.main(tmp_path)


def test_the_notice_has_every_source() -> None:
    notice = (vocabularies.DATA / "NOTICE").read_text(encoding="utf-8")
    for name, digest in vocabularies.PUBLISHED.items():
        assert f"{digest}  {name}.tiktoken\n" in notice
    assert "Copyright (c) 2022 OpenAI, Shantanu Jain" in notice
    for path in vocabularies.DATA.iterdir():
        assert path.name in notice or path.name == "NOTICE"
    assert {f"{made.merges}.zlib" for made in VOCABULARIES.values()} | {"NOTICE"} == {
        path.name for path in vocabularies.DATA.iterdir()
    }


def test_threads_that_ask_at_once_build_once(monkeypatch: pytest.MonkeyPatch) -> None:
    built = []

    def counted(name: str) -> dict[bytes, int]:
        built.append(name)
        return ranks(name)

    monkeypatch.setattr(vocabulary, "ranks", counted)
    vocabulary._rebuilt.cache_clear()
    start = Barrier(8)

    def ask(_: int) -> tiktoken.Encoding:
        start.wait()
        return encoding("r50k_base")

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(8)))
    assert built == ["r50k_base"]
    assert all(one is found[0] for one in found)


def test_there_is_no_other_encoding() -> None:
    with pytest.raises(KeyError):
        encoding("gpt2")


CHAT = "fixtures/valid/openai-chat.jsonl"
LAZY = {
    "modules": "from turnlint.tokens import bounds, bytelevel; bytelevel.ByteLevel('o200k_base')",
    "version": "from turnlint.cli import main; assert main(['--version']) == 0",
    "check": f"from turnlint.cli import main; assert main(['check', '--isolated', '{CHAT}']) == 0",
}


@pytest.mark.parametrize("work", LAZY.values(), ids=LAZY)
def test_nothing_loads_tiktoken_before_it_counts(work: str) -> None:
    listing = f"import sys; {work}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    run = subprocess.run(
        [sys.executable, "-c", listing], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    loaded = run.stdout.split()
    assert "turnlint" in loaded
    assert "tiktoken" not in loaded
