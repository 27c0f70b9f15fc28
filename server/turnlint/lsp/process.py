"""Work in a process of its own: it reads a job from its standard input, and writes what comes of it."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import msgspec

__all__ = ["running"]


@asynccontextmanager
async def running(
    command: Sequence[str], job: msgspec.Struct, *, line_bytes: int
) -> AsyncIterator[asyncio.StreamReader]:
    """Run a command for a job, and give what it writes, in lines of at most so many bytes.

    At the end the process is gone, whatever it was doing.
    """
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, limit=line_bytes)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(msgspec.json.encode(job))
        process.stdin.close()
        yield process.stdout
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
