"""What images cost: sizes from their first bytes, published values, and the formulas done another way."""

from __future__ import annotations

import base64
import math
import struct
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.benchmarks.measure import best_cpu

from turnlint.model import Image, ImageCosts, Place
from turnlint.text.images import data_url, size_of
from turnlint.tokens.images import image_tokens, patches, tiles

TILES = ImageCosts(85, 170)
SIDES = st.integers(1, 20_000)


def png(width: int, height: int, behind: bytes = b"") -> bytes:
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBB", 13, b"IHDR", width, height, 8, 2, 0, 0, 0) + behind
    )


def gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0)


def jpeg(width: int, height: int, before: int = 0, marker: int = 0xC0) -> bytes:
    """With so many bytes of other segments before the frame."""
    said = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\x00" + bytes(9)
    while before > 0:
        said += b"\xff\xe2" + struct.pack(">H", min(before, 60_000) + 2) + bytes(min(before, 60_000))
        before -= 60_000
    frame = struct.pack(">HBHHB", 17, 8, height, width, 3) + bytes(9)
    return b"\xff\xd8" + said + b"\xff" + bytes([marker]) + frame + b"\xff\xda"


def _riff(kind: bytes, chunk: bytes) -> bytes:
    inside = b"WEBP" + kind + struct.pack("<I", len(chunk)) + chunk
    return b"RIFF" + struct.pack("<I", len(inside)) + inside


def lossy(width: int, height: int) -> bytes:
    scaled = 1 << 14  # bits above the 14 of a side say how a reader is to scale it
    return _riff(b"VP8 ", b"\x30\x01\x00\x9d\x01\x2a" + struct.pack("<HH", width | scaled, height) + bytes(8))


def lossless(width: int, height: int) -> bytes:
    return _riff(b"VP8L", b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14 | 1 << 28) + bytes(8))


def extended(width: int, height: int) -> bytes:
    sides = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    return _riff(b"VP8X", b"\x10\x00\x00\x00" + sides + bytes(20))


def url_of(image: bytes, mime: str = "image/png") -> str:
    return f"data:{mime};base64,{base64.b64encode(image).decode()}"


def size(image: bytes) -> tuple[int, int] | None:
    data = data_url(url_of(image))
    assert data is not None
    return size_of(data)


@pytest.mark.parametrize("make", [png, gif, jpeg, lossy, lossless, extended], ids=lambda one: one.__name__)
@pytest.mark.parametrize("sides", [(1, 1), (640, 480), (3, 1000), (16_383, 2)])
def test_a_size_is_read_from_the_first_bytes(make: object, sides: tuple[int, int]) -> None:
    assert callable(make)
    assert size(make(*sides)) == sides


# A picture of one pixel, as browsers are asked whether they show it.
ONE_PIXEL = {
    "gif": "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7",
    "webp lossy": "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA",
    "webp lossless": "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==",
}


@pytest.mark.parametrize("text", ONE_PIXEL.values(), ids=ONE_PIXEL)
def test_real_images(text: str) -> None:
    assert size(base64.b64decode(text)) == (1, 1)


@pytest.mark.parametrize("marker", [0xC0, 0xC1, 0xC2, 0xC9, 0xCF])
@pytest.mark.parametrize("before", [0, 3_000, 90_000, 2_000_000])
def test_the_frame_of_a_jpeg_may_stand_far_inside(before: int, marker: int) -> None:
    assert size(jpeg(800, 600, before, marker)) == (800, 600)


@pytest.mark.parametrize(
    "image",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        png(640, 480)[:20],
        png(0, 480),
        gif(640, 480)[:9],
        jpeg(800, 600, before=4_000_000),
        jpeg(800, 0),
        b"\xff\xd8\xff\xe0\x00\x00",
        lossy(640, 480)[:27],
        lossless(640, 480)[:22],
        extended(640, 480)[:28],
        _riff(b"ABCD", bytes(40)),
        b"BM" + bytes(60),
        b"no image at all, and long enough to hold one",
    ],
)
def test_what_tells_no_size(image: bytes) -> None:
    assert size(image) is None


@given(
    st.binary(max_size=60), st.sampled_from([png, gif, jpeg, lossy, lossless, extended]), st.integers(0, 60)
)
def test_no_bytes_are_an_error(noise: bytes, make: object, at: int) -> None:
    assert callable(make)
    image = make(640, 480)
    size(noise)
    size(image[:at] + noise)


@pytest.mark.parametrize(
    ("sides", "expected"),
    [((1024, 1024), 765), ((2048, 4096), 1105), ((4096, 2048), 1105), ((512, 512), 255), ((1, 1), 255)],
)
def test_published_values_of_tiles(sides: tuple[int, int], expected: int) -> None:
    assert image_tokens(Image(url_of(png(*sides)), Place(), "high"), TILES) == (expected, False)


@pytest.mark.parametrize("sides", [(1, 1), (1024, 1024), (2048, 4096)])
def test_looked_at_from_afar_all_cost_the_same(sides: tuple[int, int]) -> None:
    assert image_tokens(Image(url_of(png(*sides)), Place(), "low"), TILES) == (85, False)


@pytest.mark.parametrize(
    ("sides", "expected"), [((1024, 1024), 1024), ((1800, 2400), 1452), ((2400, 1800), 1452)]
)
def test_published_values_of_patches(sides: tuple[int, int], expected: int) -> None:
    assert patches(*sides) == expected


@pytest.mark.parametrize(("patch", "expected"), [(1.0, 1024), (1.62, 1659), (2.46, 2520), (1.72, 1762)])
def test_patches_are_weighed_and_rounded_up(patch: float, expected: int) -> None:
    image = Image(url_of(png(1024, 1024)), Place(), "high")
    assert image_tokens(image, ImageCosts(patch=patch)) == (expected, False)


def test_a_weight_in_tenths_leaves_no_remainder() -> None:
    image = Image(url_of(png(3200, 32)), Place())
    assert image_tokens(image, ImageCosts(patch=1.1)) == (110, False)  # floats give 110.00…01


@pytest.mark.parametrize(
    ("url", "detail", "expected"),
    [
        ("https://example.com/a.png", None, (765, True)),
        ("https://example.com/a.png", "high", (765, True)),
        ("https://example.com/a.png", "low", (85, False)),
        (None, None, (765, True)),
        (None, "low", (85, False)),
        ("data:image/png;base64,????", "high", (765, True)),
        ("data:image/png;base64,", "high", (765, True)),
        (url_of(png(512, 512)), None, (255, True)),
        (url_of(png(512, 512)), "auto", (255, True)),
        (url_of(png(512, 512)), "huge", (255, True)),
        (url_of(png(512, 512)), "high", (255, False)),
    ],
)
def test_what_is_not_known_is_taken_to_be_a_square_of_1024(
    url: str | None, detail: str | None, expected: tuple[int, bool]
) -> None:
    assert image_tokens(Image(url, Place(), detail), TILES) == expected


def test_models_that_see_patches_look_closely_whatever_is_said() -> None:
    known, unknown = Image(url_of(png(64, 64)), Place(), "low"), Image("https://example.com", Place(), "low")
    assert image_tokens(known, ImageCosts(patch=1.5)) == (6, False)
    assert image_tokens(unknown, ImageCosts(patch=1.5)) == (1536, True)


@given(SIDES, SIDES)
def test_tiles_step_by_step(width: int, height: int) -> None:
    wide, high = Fraction(width), Fraction(height)
    if max(wide, high) > 2048:
        shrink = 2048 / max(wide, high)
        wide, high = wide * shrink, high * shrink
    if min(wide, high) > 768:
        shrink = 768 / min(wide, high)
        wide, high = wide * shrink, high * shrink
    assert tiles(width, height) == math.ceil(wide / 512) * math.ceil(high / 512) == tiles(height, width) <= 8


@given(SIDES, SIDES)
def test_patches_step_by_step(width: int, height: int) -> None:
    count = math.ceil(width / 32) * math.ceil(height / 32)
    if count > 1536 and max(width, height) < 1536 * min(width, height):
        shrink = math.sqrt(32**2 * 1536 / (width * height))
        wide, high = round(width * shrink / 32, 6), round(height * shrink / 32, 6)
        shrink *= min(math.floor(wide) / wide, math.floor(high) / high)
        count = math.ceil(round(width * shrink / 32, 4)) * math.ceil(round(height * shrink / 32, 4))
    assert patches(width, height) == min(count, 1536) == patches(height, width)


@given(st.integers(1, 1 << 40), st.integers(1, 1 << 40))
def test_sides_that_no_image_has(width: int, height: int) -> None:
    assert 1 <= tiles(width, height) <= 8
    assert 1 <= patches(width, height) <= 1536


def test_the_length_of_an_image_takes_no_time() -> None:
    short, long = (Image(url_of(png(640, 480, bytes(n))), Place(), "high") for n in (100, 20_000_000))
    assert image_tokens(long, TILES) == image_tokens(short, TILES) == (85 + 2 * 170, False)

    def count(image: Image) -> float:
        return best_cpu(lambda: [image_tokens(image, TILES) for _ in range(1_000)])

    assert count(long) < 5 * count(short)
