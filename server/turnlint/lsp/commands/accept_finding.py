"""Accept what a rule finds in a row, or in the document as a whole, until the row changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from turnlint.config import ConfigError

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

NAME = "turnlint.acceptFinding"


async def handle(server: Server, uri: str, line: int | None, rule: str) -> bool:
    """Accept all findings of a rule in a 0-based line as it is now; null means the document as a whole.

    Gives whether they were written to the baseline; the user is told why not.
    """
    session = server.session(uri)
    if session is None or session.path is None:
        server.warn("Save the document first: accepted findings are kept by the path of the file.")
        return False
    found = session.accepting(line, rule)
    if found is None:
        server.warn("There is no such finding any more.")
        return False
    try:
        await server.baselines.add(session.path, *found)
    except ConfigError as error:
        server.warn(str(error))
        return False
    return True
