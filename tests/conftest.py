"""Makes the helpers of the tests importable, as `tests.harness`, wherever pytest is started; orders tests."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))
os.environ["TURNLINT_NO_CACHE"] = "1"  # tests leave nothing in the folders of whoever runs them
UNIT = Path(__file__).parent / "unit"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put those first that soon say what is wrong: units, then what starts processes, then what is slow."""
    items.sort(key=lambda item: (item.get_closest_marker("slow") is not None, UNIT not in item.path.parents))
