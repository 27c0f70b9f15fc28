"""Types that msgspec has understood, for threads to share."""

from __future__ import annotations

from threading import Lock
from typing import TypeVar

import msgspec

__all__ = ["ready"]

_Kind = TypeVar("_Kind")
_lock = Lock()
_ready: set[object] = set()


def ready(kind: type[_Kind]) -> type[_Kind]:
    """Give a type back once msgspec knows it, which it gets to know when it is first used.

    As long as one thread is at that, another one that uses the type takes what is half known for the whole,
    and the process crashes (msgspec 0.22). So whatever may run in several threads asks for its types here:
    for a decoder, `convert` and `inspect` alike.
    """
    if kind not in _ready:
        with _lock:
            msgspec.json.Decoder(kind)
        _ready.add(kind)
    return kind
