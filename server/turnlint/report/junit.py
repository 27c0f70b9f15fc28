"""JUnit's XML report: a suite for each file, a test case for each finding.

Errors and warnings are failures; advice is a test that passes, with its words as output. A file without
findings is one test that passes, and what cannot be read an error.
"""

from __future__ import annotations

from codecs import getincrementaldecoder
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from tempfile import SpooledTemporaryFile

from turnlint.corpus.scratch import Scratch
from turnlint.model import Severity
from turnlint.report import RowFindings, Style, Tally
from turnlint.report._machine import MachineReport
from turnlint.report._markup import Markup, tag, words
from turnlint.report._objects import JsonObject
from turnlint.report._text import visible

__all__ = ["REPORT"]

_IN_MEMORY = 1 << 20
"""A suite begins with its counts: so many bytes of it wait in memory, and the rest in a file."""
_PIECE = 1 << 16
_FAILURES = (Severity.ERROR.word, Severity.WARNING.word)


class JunitReport(MachineReport):
    """One suite behind the other, each written once its file was read."""

    def __init__(self, write: Callable[[str], object], style: Style) -> None:
        super().__init__(write, style)
        self._suite = _Suite()

    def begin(self) -> None:
        self._write('<?xml version="1.0" encoding="utf-8"?>\n<testsuites name="turnlint">\n')

    def finding(self, one: JsonObject, found: RowFindings) -> None:
        place = f"{one['location']['line']}:{one['location']['column']}"
        path, rule, severity = visible(found.path), one["rule"], one["severity"]
        message = visible(one["message"])
        told = f"{path}:{place}: {severity}[{rule}] {message}"
        if severity in _FAILURES:
            failure = tag("failure", told, type=severity, message=message)
            self._suite.add("failures", path, f"{rule} {place}", failure)
        else:
            self._suite.add("", path, f"{rule} {place}", tag("system-out", told))

    def end_file(self, path: str, hidden: Mapping[str, int]) -> None:
        name = visible(path)
        for rule, count in hidden.items():
            self._suite.add("", name, rule, tag("system-out", f"… and {count:,} more {rule}"))
        if not self._suite.cases:
            self._suite.add("", name, "no problems")
        self._end_suite(name)

    def end(self, tally: Tally) -> None:
        for problem in tally.problems:
            message = visible(problem)
            error = tag("error", message, type="unreadable", message=message)
            self._suite.add("errors", "turnlint", message, error)
        if tally.problems:
            self._end_suite("turnlint")
        self._write("</testsuites>\n")

    def _end_suite(self, name: str) -> None:
        self._suite.write(name, self._write)
        self._suite = _Suite()


class _Suite:
    """The test cases of a suite, until all of them are known."""

    def __init__(self) -> None:
        self.cases = 0
        self._counts: Counter[str] = Counter()
        self._written = Scratch(partial(SpooledTemporaryFile, _IN_MEMORY))
        self._size = 0

    def add(self, outcome: str, file: str, name: str, *content: Markup) -> None:
        """Add a case; `outcome` is the attribute of the suite that counts it. Raises ScratchError."""
        self.cases += 1
        self._counts[outcome] += 1
        line = tag("testcase", *content, name=name, classname=file) + "\n"
        piece = line.encode()
        self._written.put(piece)
        self._size += len(piece)

    def write(self, name: str, write: Callable[[str], object]) -> None:
        """Write the suite, and throw it away. Raises ScratchError."""
        counts = "".join(f' {kind}="{self._counts[kind]}"' for kind in ("failures", "errors"))
        write(f'<testsuite name="{words(name)}" tests="{self.cases}"{counts}>\n')
        decode = getincrementaldecoder("utf-8")().decode
        for start in range(0, self._size, _PIECE):
            write(decode(self._written.get(start, min(_PIECE, self._size - start))))
        write("</testsuite>\n")
        self._written.close()


REPORT = JunitReport
