"""Work in threads, for what leaves the interpreter to others while it runs, as counting tokens does."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

__all__ = ["in_threads"]

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def in_threads(
    work: Callable[[_Item], _Result],
    items: Iterable[_Item],
    threads: int,
    worth: Callable[[_Item], bool] = lambda item: True,
    here: Callable[[_Item], _Result] | None = None,
) -> Iterator[_Result]:
    """Yield what `work` makes of each item, in the order of the items.

    They are taken by the caller's thread, and no more of them than one for each thread and one that waits:
    memory stays flat. Those that are not `worth` a thread are worked on in the caller's, by `here` where that
    is given. What `work` raises is raised here.
    """
    here = here or work
    if threads < 2:
        yield from map(here, items)
        return
    pool: ThreadPoolExecutor | None = None
    waiting: deque[Callable[[], _Result]] = deque()
    try:
        for item in items:
            if worth(item):
                pool = pool or _pool(threads)
                waiting.append(pool.submit(work, item).result)
            else:
                waiting.append(partial(here, item))
            if len(waiting) > threads:
                yield waiting.popleft()()
        while waiting:
            yield waiting.popleft()()
    finally:
        if pool is not None:
            pool.shutdown(cancel_futures=True)


def _pool(threads: int) -> ThreadPoolExecutor:
    from concurrent.futures import ThreadPoolExecutor  # takes long to load

    return ThreadPoolExecutor(threads)
