from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import pytest
import tiktoken
import tiktoken.load
from tests import vocabularies

from turnlint.tokens.vocabulary import ENCODINGS, ranks


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, tiktoken.Encoding]:
    """The encodings as tiktoken itself makes them, by name, from rebuilt files in place of what it downloads.

    It compares them with the hashes that it knows.
    """

    def rebuilt(url: str) -> bytes:
        return vocabularies.write(ranks(Path(url).stem))

    def refuse(*_: object) -> NoReturn:
        raise AssertionError("a vocabulary is looked for on the network")

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path_factory.mktemp("vocabularies")))
        patch.setattr(tiktoken.load, "read_file", rebuilt)
        patch.setattr(socket, "socket", refuse)
        patch.setattr(socket, "getaddrinfo", refuse)
        return {name: tiktoken.get_encoding(name) for name in ENCODINGS}
