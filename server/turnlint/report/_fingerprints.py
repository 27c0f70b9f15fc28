"""Names for findings that outlast edits elsewhere in the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from turnlint.engine import row_key
from turnlint.report import RowFindings

__all__ = ["Fingerprints"]

_MOST = 100_000
"""So many different ones of a file are kept in memory."""


class Fingerprints:
    """Names each finding by the bytes of its row, and by its number among those of its rule in such rows.

    So it keeps its name where the row moves, as in a baseline, and no two of a rule and file share one.
    Behind the first 100,000 of a file, the number of the row stands in for the second part.
    """

    def __init__(self) -> None:
        self._path = ""
        self._counts: Counter[tuple[str, int]] = Counter()

    def of(self, found: RowFindings) -> Sequence[str]:
        """The fingerprint of each finding of a row; rows must come in order, file by file."""
        if found.path != self._path:
            self._path = found.path
            self._counts.clear()
        key = 0 if found.row is None else row_key(found.raw)
        within: Counter[str] = Counter()
        names = []
        for finding in found.findings:
            one = finding.rule, key
            within[finding.rule] += 1
            if one in self._counts or len(self._counts) < _MOST:
                self._counts[one] += 1
                names.append(f"{key:016x}:{self._counts[one]}")
            else:
                names.append(f"{key:016x}:row {(found.row or 0) + 1}:{within[finding.rule]}")
        return names
