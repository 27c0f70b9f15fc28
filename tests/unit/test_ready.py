"""Types that threads share."""

from __future__ import annotations

import subprocess
import sys

FIRST_USE = """
import sys, threading
import msgspec
from turnlint.formats import get_format
from turnlint.text.ready import ready
sys.setswitchinterval(1e-6)
shape, gate = get_format("openai-chat").shape, threading.Barrier(4)
row = b'{"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"yo","weight":1}]}'
def use():
    gate.wait()
    decoder = msgspec.json.Decoder(ready(shape))
    for _ in range(200):
        decoder.decode(row)
threads = [threading.Thread(target=use) for _ in range(4)]
for one in threads: one.start()
for one in threads: one.join()
"""


def test_threads_that_first_use_a_type_at_once() -> None:
    """Without `ready`, about one of three crashes."""
    for _ in range(12):
        assert subprocess.run([sys.executable, "-c", FIRST_USE], check=False).returncode == 0
