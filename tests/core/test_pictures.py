"""CON-05: pictures from outside keep nothing but their pixels, and no file makes the product work for long."""

import struct
import time
import zlib
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from app.core import pictures
from app.core.pictures import BadPicture, shrunk
from tests.pictures import drawn, opened

LAND = ("JPEG", "PNG", "GIF", "WEBP")


def exif(orientation: int) -> bytes:
    found = Image.Exif()
    found[0x0112], found[0x010F] = orientation, "Fotocamera di Anna"
    found[0x8825] = {1: "N", 2: (45.0, 4.0, 0.0)}
    return found.tobytes()


@pytest.fixture(autouse=True)
def _sentences(app: Any) -> Any:
    """Refusals are in the user's language, which needs an application."""
    with app.app_context():
        yield


@pytest.mark.parametrize("kind", LAND)
def test_larger_ones_are_shrunk_to_fit(kind: str) -> None:
    """CON-05: jpg, png, gif and webp fit into 200 x 300 pixels, aspect kept; smaller ones stay as large as they are."""
    large, tall, small = (shrunk(drawn(kind, size)) for size in ((900, 600), (300, 1200), (40, 30)))
    assert (large.width, large.height) == (200, 133)
    assert (tall.width, tall.height) == (75, 300)
    assert (small.width, small.height) == (40, 30)
    assert opened(large.content).size == (200, 133)
    assert large.media_type == ("image/png" if kind in ("PNG", "GIF") else "image/jpeg")


@pytest.mark.parametrize(("orientation", "red"), [(1, (5, 5)), (3, (190, 128)), (6, (190, 5)), (8, (5, 290))])
def test_orientation_is_honoured_and_metadata_is_gone(orientation: int, red: tuple[int, int]) -> None:
    """CON-05: a photo of a turned telephone stands upright; place and camera are told to nobody."""
    picture = shrunk(drawn("JPEG", exif=exif(orientation), comment=b"segreto"))
    image = opened(picture.content)
    assert (image.height > image.width) == (orientation in (6, 8))
    r, _, b = image.convert("RGB").getpixel(red)  # type: ignore[misc]
    assert r > 200 > 60 > b
    assert not image.getexif()
    assert b"Fotocamera" not in picture.content
    assert b"segreto" not in picture.content


def test_texts_in_a_png_are_gone() -> None:
    """CON-05: so are the comments and profiles of a png."""
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Comment", "segreto")
    assert b"segreto" not in shrunk(drawn("PNG", pnginfo=info, icc_profile=b"segreto" * 20)).content


def test_transparent_parts_stay() -> None:
    """A logo keeps its transparent ground, as png."""
    image = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    buffer = BytesIO()
    image.save(buffer, "WEBP")
    picture = shrunk(buffer.getvalue())
    assert picture.media_type == "image/png"
    assert opened(picture.content).getpixel((5, 5)) == (0, 0, 0, 0)


def test_of_a_moving_picture_the_first_frame_is_kept() -> None:
    """CON-05: an animation becomes a picture; one with thousands of frames is refused."""
    frames = [Image.new("L", (20, 20), n % 256) for n in range(600)]
    buffer = BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:30])
    assert getattr(opened(shrunk(buffer.getvalue()).content), "n_frames", 1) == 1
    buffer = BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    with pytest.raises(BadPicture, match="500 frames"):
        shrunk(buffer.getvalue())


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(width: int, height: int) -> bytes:
    """A png of a few kilobytes that would be gigabytes."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 10**6)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(30_000, 30_000), (60_000, 60_000), (17_000, 2), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    """Bad input: a picture bomb costs nothing."""
    began = time.monotonic()
    with pytest.raises(BadPicture, match=r"25 million|not a whole picture"):
        shrunk(bomb(*size))
    assert time.monotonic() - began < 1


def test_a_jpeg_of_a_thousand_scans_is_refused() -> None:
    """A small progressive JPEG can keep a decoder busy for minutes."""
    whole = drawn("JPEG", (90, 60), progressive=True)
    first = whole.index(b"\xff\xda")
    with pytest.raises(BadPicture, match="slow"):
        shrunk(whole[:-2] + whole[first:-2] * 120 + b"\xff\xd9")


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><script>alert(1)</script>",
        b"%PDF-1.7 no picture",
        b"GIF89a<script>alert(1)</script>",
        b"\xff\xd8\xff\xe0 not really",
        b"BM" + b"\0" * 100,
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
        b"\0" * 100,
    ],
)
def test_what_is_no_picture_is_refused_in_words(content: bytes) -> None:
    """Bad input: wrong kinds, whatever they call themselves; no other decoder is ever asked."""
    with pytest.raises(BadPicture, match="not a whole picture"):
        shrunk(content)


@pytest.mark.parametrize("kind", LAND)
def test_damaged_and_empty_ones_are_refused(kind: str) -> None:
    """Bad input: half a file is no picture."""
    content = drawn(kind, (900, 600))
    with pytest.raises(BadPicture):
        shrunk(content[: len(content) // 2])
    with pytest.raises(BadPicture, match="empty"):
        shrunk(b"")


def test_too_many_bytes_are_refused_and_not_read() -> None:
    """CON-05: up to 1 MB; of a longer stream no more is read than shows it."""
    stream = BytesIO(drawn("PNG") + b"\0" * pictures.LARGEST * 5)
    with pytest.raises(BadPicture, match="1 MB"):
        shrunk(stream)
    assert stream.tell() == pictures.LARGEST + 1
    with pytest.raises(BadPicture, match="25 MB"):
        shrunk(BytesIO(b"\0" * (25 * pictures.LARGEST + 1)), limit=25 * pictures.LARGEST)


def test_a_polyglot_becomes_a_plain_picture() -> None:
    """What hides behind a picture's end or in its texts does not come out again."""
    hidden = b"<script>alert(1)</script>"
    for kind in LAND:
        assert hidden not in shrunk(drawn(kind) + hidden).content
