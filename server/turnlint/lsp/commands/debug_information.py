"""What a report of a fault should say: versions, settings and documents, and nothing that a row says."""

from __future__ import annotations

import asyncio
import os
import platform
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

import turnlint
from turnlint.config import ConfigError
from turnlint.config.discovery import Overrides
from turnlint.config.origins import Said, said_of
from turnlint.config.toml import dotted
from turnlint.lsp.protocol import dump
from turnlint.lsp.recognise import name_of, path_of
from turnlint.rules import all_rules
from turnlint.text.label import counted
from turnlint.text.markdown import Markdown

if TYPE_CHECKING:
    from turnlint.lsp.server import Server
    from turnlint.lsp.session import Session

NAME = "turnlint.debugInformation"

_code = Markdown().code
_VALUE = 200
"""Code points of a value or a path."""
_TESTING = re.compile("""extra == ['"](test|dev)['"]""")
_DISTRIBUTION = re.compile(r"[\w.-]+")
_EDITOR = "the editor"


async def handle(server: Server, uri: str | None) -> str:
    """Write Markdown to be pasted into a report.

    Its settings are those of the file at a URI; null stands for all open documents and for the folders of the
    workspace. Of documents it has names alone, of paths none above the home folder.
    """
    wanted = path_of(uri) if uri is not None else None
    open_ones = [one.path for one in server.sessions() if one.path is not None]
    places = [wanted] if wanted else [*open_ones, *(folder / "any.jsonl" for folder in server.folders)]
    overrides = {place: server.settings.overrides(place) for place in places}
    settings = await asyncio.to_thread(_settings, server, overrides)
    parts = {
        "Versions": _versions(server),
        "Server": _process(server),
        "Options": _options(server),
        "Settings": settings,
        "Open documents": [_document(server, one) for one in server.sessions()],
        "Read from disk": [_code(path.name) for path in server.disk_files.paths()],
    }
    sections = (f"### {title}\n\n{_list(lines)}" for title, lines in parts.items())
    return _without_home("\n".join(["## turnlint: debug information\n", *sections]))


def _list(lines: Sequence[str]) -> str:
    return "".join(f"- {line}\n" for line in lines or ("none",))


def _versions(server: Server) -> list[str]:
    client = server.client_info
    named = _code(f"{client.name} {client.version or ''}".strip()) if client else "a client without a name"
    pulled = "asked for" if server.settings.options.pull_diagnostics else "sent unasked"
    return [
        f"turnlint {turnlint.__version__}, in {_path(Path(turnlint.__file__).parent)}",
        f"{platform.python_implementation()} {platform.python_version()}, {_path(sys.executable)}",
        f"{platform.platform()}, {platform.machine()}, {counted(os.cpu_count() or 1, 'processor')}",
        f"{named}; columns in {server.encoding}; diagnostics {pulled}",
        ", ".join(_libraries()),
    ]


def _libraries() -> Iterator[str]:
    """What turnlint is made to work with."""
    try:
        wanted = metadata.requires("turnlint") or ()
    except metadata.PackageNotFoundError:
        yield "libraries not known: turnlint was not installed as a package"
        return
    for one in wanted:
        found = _DISTRIBUTION.match(one)
        if found and not _TESTING.search(one):
            yield f"{found[0]} {_version(found[0])}"


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "not there"


def _process(server: Server) -> list[str]:
    minutes, seconds = divmod(int(monotonic() - server.begun), 60)
    since = f"{counted(minutes, 'minute')} {counted(seconds, 'second')}"
    return [f"process {os.getpid()}, for {since}", *_memory()]


def _memory() -> Iterator[str]:
    try:
        import resource
    except ImportError:  # Windows
        return
    unit = 1 if sys.platform == "darwin" else 1 << 10
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    yield f"{most >> 20:,} MiB of memory at most"


def _options(server: Server) -> list[str]:
    options = asdict(server.settings.options)
    return [
        *(f"{name.replace('_', '-')}: {value}" for name, value in options.items()),
        f"folders: {', '.join(map(_path, server.folders)) or 'none'}",
    ]


def _settings(server: Server, overrides: Mapping[Path, Overrides]) -> list[str]:
    """The settings of some files, once where they are the same."""
    told = {tuple(_held(server, place, said)) for place, said in overrides.items()}
    return [line for lines in sorted(told) for line in lines]


def _held(server: Server, place: Path, overrides: Overrides) -> Iterator[str]:
    try:
        finder = server.settings.finder(place)
        config, settings = finder.config(place.parent), finder.settings(place)
    except ConfigError as error:
        yield f"not obeyed: {_path(error)}"
        return
    file = _path(config.path) if config.path else "no settings file"
    rules = f"{len(settings.rules)} of {counted(len(all_rules()), 'rule')}"
    yield f"{file}: target {_code(settings.target)}, tokenizer {_path(settings.tokens.tokenizer)}, {rules}"
    for one in said_of(config, config.path.name if config.path else "", {}, list(_said(overrides))):
        yield f"{_code(dotted(one.keys))} = {_path(dump(one.value).decode())}, {one.origin}"


def _said(overrides: Overrides) -> Iterator[Said]:
    """What the client says, by the names of settings files."""
    for name, value in asdict(overrides).items():
        if value not in (None, (), {}):
            yield Said((name.replace("_", "-"),), value, _EDITOR)


def _document(server: Server, session: Session) -> str:
    files = [one for one in server.neighbours.of(session) if one.number]
    compared = f"; compared with {', '.join(_code(one.path.name) for one in files)}" if files else ""
    about = f"version {session.document.version}, {session.document.size:,} characters"
    return (
        f"{_code(name_of(session.document.uri))}: {_code(str(session.sum_up()), _VALUE)}; {about}{compared}"
    )


def _path(path: Any) -> str:
    return _code(_without_home(str(path)), _VALUE)


def _without_home(text: str) -> str:
    """Write `~` for the home folder wherever a text has it: it says who the user is."""
    home = str(Path.home())
    if len(home) < 2:
        return text
    written = map(re.escape, {home, Path.home().as_posix(), dump(home).decode()[1:-1]})  # the last in JSON
    return re.sub(rf"(?:{'|'.join(written)})(?![\w.-])", "~", text)
