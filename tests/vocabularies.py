"""Pack the vocabularies that ship with turnlint: `python -m tests.vocabularies FOLDER`.

The folder holds `NAME.tiktoken`, the files that OpenAI publishes; MIT-licensed packages of several languages
carry them as they are. A file that is not exactly the published one is refused.
"""

from __future__ import annotations

import sys
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import turnlint

DATA = Path(turnlint.__file__).parent / "tokens" / "data"
PUBLISHED = {
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    "p50k_base": "94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069",
    "r50k_base": "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930",
}
"""The SHA-256 of each file, as tiktoken has it."""
PACKED = ("o200k_base", "cl100k_base", "r50k_base")
"""p50k_base follows from r50k_base."""


def main(folder: Path) -> None:
    """Write the packed vocabularies. Raises SystemExit for a file that is not the published one."""
    for name in PACKED:
        text = (folder / f"{name}.tiktoken").read_bytes()
        if sha256(text).hexdigest() != PUBLISHED[name]:
            raise SystemExit(f"{name}.tiktoken is not the file that OpenAI publishes")
        packed = zlib.compress(pack(read(text)), 9)
        (DATA / f"{name}.zlib").write_bytes(packed)
        print(f"{name}: {len(text):,} -> {len(packed):,} bytes")


def read(text: bytes) -> dict[bytes, int]:
    """The ranks in a `.tiktoken` file."""
    lines = (line.split() for line in text.splitlines())
    return {b64decode(token): int(rank) for token, rank in lines}


def write(ranks: Mapping[bytes, int]) -> bytes:
    """The `.tiktoken` file of ranks that are in order."""
    return b"".join(b"%s %d\n" % (b64encode(token), rank) for token, rank in ranks.items())


def pack(ranks: Mapping[bytes, int]) -> bytes:
    """The columns that turnlint.tokens.vocabulary describes."""
    tokens = list(ranks)
    assert list(ranks.values()) == list(range(len(tokens)))
    pairs = [halves(token, ranks) for token in tokens[256:]]
    columns = [bytes(pair[side] >> shift & 0xFF for pair in pairs) for side in (0, 1) for shift in (0, 8, 16)]
    return b"".join([*tokens[:256], *columns])


def halves(token: bytes, ranks: Mapping[bytes, int]) -> tuple[int, int]:
    """The ranks of the two tokens that the last merge of a longer one joins."""
    parts = [token[at : at + 1] for at in range(len(token))]
    while len(parts) > 2:
        merges = [ranks.get(parts[at] + parts[at + 1], len(ranks)) for at in range(len(parts) - 1)]
        at = merges.index(min(merges))
        parts[at : at + 2] = [parts[at] + parts[at + 1]]
    first, second = (ranks[part] for part in parts)
    assert max(first, second) < ranks[token]
    return first, second


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]))
