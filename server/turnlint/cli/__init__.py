"""The command line: one file per command, found by itself.

A module of this package without a leading underscore is a command, named after its file. Its docstring is its
help, `arguments` declares its options, and `run` does it and returns the exit status.
"""

from __future__ import annotations

import gc
import sys

from turnlint import __version__
from turnlint.cli._streams import (
    TYPE_CHECKING,
    Output,
    OutputError,
    Terminated,
    UsageError,
    abandon_output,
    complain,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program with arguments as in `sys.argv[1:]`; returns the exit status, and never raises.

    0: nothing to complain about; 1: findings; 2: the program could not do what was asked; 130: interrupted;
    143: told to end while there was something to take away.
    """
    if argv is None:
        gc.disable()  # until all is loaded, which makes no garbage
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        output = Output()
        status = _run(arguments, output)
        output.finish()
    except BrokenPipeError:  # the reader has seen enough
        abandon_output()
        return 0
    except Terminated as signal:
        abandon_output()
        return 128 + int(signal.args[0])
    except KeyboardInterrupt:
        abandon_output()
        return 130
    except SystemExit as stop:  # help was printed
        return stop.code if isinstance(stop.code, int) else 0
    except OutputError as error:
        abandon_output()
        return _fail(str(error))
    except UsageError as error:
        return _fail(str(error))
    except Exception as error:
        return _fail(_explain(error))
    return status


def _run(arguments: list[str], output: Output) -> int:
    if arguments in (["--version"], ["-V"]):  # editors ask for it at every start: load nothing else
        output.write(f"turnlint {__version__}\n")
        return 0
    from turnlint.cli._program import run

    return run(arguments, output)


def _fail(message: str) -> int:
    complain(message)
    return 2


def _explain(error: Exception) -> str:
    from turnlint.config import ConfigError
    from turnlint.corpus.scratch import ScratchError
    from turnlint.engine.workers import WorkerError
    from turnlint.tokens import TokensError

    if isinstance(error, ConfigError | TokensError | ScratchError | WorkerError):
        return str(error)
    from traceback import extract_tb

    place = extract_tb(error.__traceback__)[-1]
    words = f"internal error: {type(error).__name__}: {error} ({place.filename}:{place.lineno})"
    return f"{words}\nThis is a fault of turnlint; please report it with the row that brings it about."
