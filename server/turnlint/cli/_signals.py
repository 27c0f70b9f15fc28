"""Ending in order when the system asks for it: only who has something to take away pays for that."""

from __future__ import annotations

from contextlib import suppress

from turnlint.cli._streams import Terminated

__all__ = ["end_in_order"]


def end_in_order() -> None:
    """From now on, signals that end the program raise Terminated in it, so that what is half done goes."""
    import signal

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            with suppress(ValueError):  # only the main thread may say so
                signal.signal(number, _raise)


def _raise(number: int, _: object) -> None:
    raise Terminated(number)
