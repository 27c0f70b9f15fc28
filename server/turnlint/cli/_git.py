"""What git knows of a repository. No hook or monitor that it may name is run, and nothing fetched."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from turnlint.cli._streams import UsageError

__all__ = ["Git", "kept_though_ignored"]

_SETTINGS = ("core.fsmonitor=false", f"core.hooksPath={os.devnull}")
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none",  # wins over whatever the repository allows
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_ELSEWHERE = frozenset(
    (
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_DIR",
        "GIT_GRAFT_FILE",
        "GIT_INDEX_FILE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_SHALLOW_FILE",
        "GIT_WORK_TREE",
    )
)
"""Variables that name another repository than the one in which a file lies."""
_SILENCE = "it says nothing"


def kept_though_ignored(top: Path) -> frozenset[bytes]:
    """The files that a repository keeps though .gitignore matches them, from its top; none without git."""
    try:
        listing = Git(top, "--force-exclude").ask(
            "ls-files", "--cached", "--ignored", "--exclude-standard", "-z"
        )
    except UsageError:
        return frozenset()
    return frozenset(listing.split(b"\0"))


class Git:
    """Asks git about a repository, whose settings run nothing."""

    def __init__(self, top: Path, option: str) -> None:
        """`top` is the folder of the repository; `option` needs git. Raises UsageError without git."""
        program = shutil.which("git")
        if program is None or Path(program).parent == Path.cwd():  # Windows looks there first
            raise UsageError(f"{option} needs git, which is not there")
        settings = [word for setting in _SETTINGS for word in ("-c", setting)]
        self._command = [program, "--no-pager", "--literal-pathspecs", *settings, "-C", str(top)]
        self._top = top
        self._option = option

    def said(self, *words: str, silence: str = _SILENCE) -> str:
        """The one line that git answers. Raises UsageError as below."""
        return self.ask(*words, silence=silence).decode().strip()

    def ask(self, *words: str, silence: str = _SILENCE) -> bytes:
        """What git answers. Raises UsageError with its words where it refuses; `silence` stands for none."""
        kept = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE}
        try:
            done = subprocess.run(  # noqa: S603 - a program of the user, and words that are no options
                [*self._command, *words],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                env=kept | _ENVIRONMENT,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise UsageError(f"git cannot be started: {error.strerror} ({self._option})") from None
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip() or silence
            raise UsageError(f"{self._top}: {said.removeprefix('fatal: ')} ({self._option})")
        return done.stdout
