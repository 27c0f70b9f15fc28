"""The language server: the only place that imports pygls and lsprotocol."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence

from turnlint.tokens.memory import keep_apart

__all__ = ["main"]

_SWITCH_SECONDS = 0.0005


def main(argv: Sequence[str] | None = None) -> int:
    """Serve one client over standard input and output, or over TCP on the loopback interface.

    `argv` are the arguments behind `turnlint server`. Returns when the client is gone: 0 after an orderly
    `shutdown`, else 1. Raises SystemExit(2) for arguments that make no sense.
    """
    parser = argparse.ArgumentParser(
        prog="turnlint server", description="Speak the Language Server Protocol with an editor."
    )
    parser.add_argument("--stdio", action="store_true", help="speak over standard streams (the default)")
    parser.add_argument(
        "--tcp", type=_port, metavar="PORT", help="listen on this port of the loopback interface, to debug"
    )
    arguments = parser.parse_args(argv)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s: %(message)s")
    # pygls prints a traceback for each mistake of a client; our own faults go to `report_server_error`.
    logging.getLogger("pygls").setLevel(logging.CRITICAL)
    # Threads that read files hand over to the loop sooner: it waits for them at each key otherwise.
    sys.setswitchinterval(_SWITCH_SECONDS)

    keep_apart()

    from turnlint.lsp.server import Server
    from turnlint.lsp.transport import listen, serve, standard_streams

    try:
        wire = standard_streams() if arguments.tcp is None else listen(arguments.tcp)
        return serve(Server(), wire)
    except KeyboardInterrupt:
        return 130


def _port(word: str) -> int:
    number = int(word)
    if not 0 <= number < 1 << 16:
        raise ValueError(word)
    return number
