"""Reading Parquet files: each row becomes a JSON object with a member for each column.

Parquet has the same fields in all rows and null where one has no value, so a null of a column or of a field
counts as one that is not there. Bytes, such as images, are not read: their number stands in their place.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO
from warnings import catch_warnings

import orjson

if TYPE_CHECKING:
    from pyarrow import DataType, Schema

__all__ = ["records"]

_ROWS = 16
"""So many are turned at a time."""
_BUFFER = 1 << 16
_MISSING = "Parquet files are read by pyarrow, which is not installed: pip install pyarrow"


def records(stream: BinaryIO) -> io.BufferedIOBase:
    """The rows of a Parquet file as lines. Raises OSError, here or while they are read."""
    return _Records(stream)


class _Records(io.BufferedIOBase):
    def __init__(self, stream: BinaryIO) -> None:
        try:
            import pyarrow
            from pyarrow.parquet import ParquetFile
        except ImportError:
            raise OSError(None, _MISSING) from None
        self._faults = pyarrow.ArrowException, OSError, UnicodeDecodeError, OverflowError
        try:
            self._file = ParquetFile(stream, buffer_size=_BUFFER, pre_buffer=False)
        except self._faults as error:
            raise _damaged(error) from None
        self._lines = self._read()
        self._rest = b""

    def read1(self, size: int = -1, /) -> bytes:
        """Raises OSError where the file is damaged."""
        self._rest = self._rest or next(self._lines, b"")
        end = size if size >= 0 else len(self._rest)
        piece, self._rest = self._rest[:end], self._rest[end:]
        return piece

    def _read(self) -> Iterator[bytes]:
        try:
            schema = _whole_microseconds(self._file.schema_arrow)
            for batch in self._file.iter_batches(_ROWS, use_threads=False):
                rows = batch if batch.schema == schema else batch.cast(schema, safe=False)
                with catch_warnings(action="ignore"):  # about a key that comes twice in one map
                    values = rows.to_pylist(maps_as_pydicts="lossy")
                yield b"".join(map(_line, values))
        except self._faults as error:
            raise _damaged(error) from None
        except (TypeError, ValueError) as error:
            raise OSError(None, f"holds what JSON cannot: {error}") from None


def _damaged(error: Exception) -> OSError:
    return OSError(None, f"damaged: {str(error).partition(chr(10))[0]}")


def _whole_microseconds(schema: Schema) -> Schema:
    """The same columns without nanoseconds, which Python's times do not have."""
    import pyarrow

    return pyarrow.schema([one.with_type(_known(one.type)) for one in schema], schema.metadata)


def _known(kind: DataType) -> DataType:
    """A type as it is, but for times in it, whose smallest unit becomes the microsecond."""
    import pyarrow
    from pyarrow import types

    if types.is_struct(kind):
        return pyarrow.struct([one.with_type(_known(one.type)) for one in kind])
    if types.is_list(kind):
        return pyarrow.list_(kind.value_field.with_type(_known(kind.value_type)))
    if types.is_map(kind):
        return pyarrow.map_(_known(kind.key_type), _known(kind.item_type))
    if getattr(kind, "unit", "") != "ns":
        return kind
    if types.is_timestamp(kind):
        return pyarrow.timestamp("us", kind.tz)
    return pyarrow.time64("us") if types.is_time(kind) else pyarrow.duration("us")


def _line(row: dict[str, Any]) -> bytes:
    option = orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS
    return orjson.dumps(_present(row), default=_plain, option=option)


def _present(value: Any) -> Any:
    """A value without the fields that have none."""
    if isinstance(value, dict):
        return {_key(key): _present(one) for key, one in value.items() if one is not None}
    return [_present(one) for one in value] if isinstance(value, list) else value


def _key(value: Any) -> Any:
    """A key of a map as JSON can have it."""
    return _plain(value) if isinstance(value, bytes | Decimal | timedelta) else value


def _plain(value: Any) -> Any:
    """What JSON knows in place of what it does not."""
    if isinstance(value, bytes):
        return f"<{len(value):,} bytes>"
    if isinstance(value, Decimal | timedelta):
        return str(value)
    return type(value).__name__
