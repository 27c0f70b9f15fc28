"""Which rows of files are nearly the same, of as many rows as may be."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from itertools import groupby
from typing import Any

from turnlint.corpus.frequency import Common, Sample, common
from turnlint.corpus.records import Group
from turnlint.engine.comparing import ROW, number_of
from turnlint.engine.file import File
from turnlint.engine.near import NearRows, nearest
from turnlint.engine.rereading import Failing
from turnlint.engine.resources import Resources

__all__ = ["near_rows"]


Told = Callable[..., Iterator[Any]]


def near_rows(
    sample: Sample, files: Mapping[int, File], failing: Failing, told: Told, resources: Resources
) -> Generator[Group, None, None]:
    """Yield each row that seems nearly the same as earlier ones, with these and itself, in their order.

    `sample` was offered the rows of the files, which stand at their numbers. `told` is as in `Way` and passes
    on the sketches of rows. Raises ScratchError and WorkerError; an OSError goes to `failing`.
    """
    handles = [one for one in sample.handles() if number_of(one) in files]
    can_be_common = len(handles) > sample.most
    found = common(_texts(handles, files, failing), sample.most) if can_be_common else Common()
    size = sum(file.summary.size for file in files.values() if file.summary)
    if size < resources.few_bytes:
        yield from _few(files.values(), found, failing)
    else:
        yield from _many(files.values(), found, failing, told, resources)


def _texts(handles: Iterable[int], files: Mapping[int, File], failing: Failing) -> Iterator[str]:
    """The texts of rows, given in their order."""
    for number, group in groupby(handles, key=number_of):
        with failing(files[number]):
            for _, raw in files[number].rows(handle & ROW for handle in group):
                yield files[number].text(raw)


def _few(files: Iterable[File], common: Common, failing: Failing) -> Generator[Group, None, None]:
    """The rows of files that fit into memory."""
    near = NearRows(common)
    for file in files:
        with failing(file):
            near.extend(file.texts())
    for row, earlier in near.pairs():
        yield row, [*earlier, row], 0


def _many(
    files: Iterable[File], common: Common, failing: Failing, told: Told, resources: Resources
) -> Generator[Group, None, None]:
    """The rows of any other files."""
    from turnlint.corpus.sketches import SketchStore

    with closing(SketchStore(resources.scratch, resources.joined_keys // 2)) as store:
        for handles, sketches in told(_sketches(files, common, failing), _last_row):
            store.add(handles, sketches)
        for row, counts in store.pairs():
            handle = store.handle(row)
            yield handle, [*map(store.handle, nearest(counts)), handle], 0


def _sketches(files: Iterable[File], common: Common, failing: Failing) -> Iterator[tuple[Any, Any]]:
    """The handles of rows with their sketches, some at a time."""
    for file in files:
        with failing(file):
            yield from file.sketches(common)


def _last_row(found: tuple[Any, Any]) -> int:
    handles, _ = found
    return int(handles[-1])
