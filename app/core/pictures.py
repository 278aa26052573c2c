"""Pictures from outside made harmless: a photo, a logo, the preview of a document (CON-05; RELIABILITY, threats 9, 12).

Nothing of the given file is kept but its pixels: it is decoded within limits, turned upright, shrunk and written anew.
"""

import math
import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from flask_babel import gettext as _
from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "GIF", "WEBP")  # no decoder of another format ever sees the bytes
MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png"}
PHOTO = (200, 300)  # pixels, CON-05
LARGEST = 1024 * 1024  # bytes, CON-05
MOST_PIXELS = 25_000_000
LONGEST_SIDE = 16_000
MOST_FRAMES = 500
MOST_SCANS = 100  # a progressive JPEG may go over its pixels as often as it likes
Size = tuple[int, int]


class BadPicture(Exception):
    """The bytes are no picture that we take; the message is a sentence in the user's language."""


@dataclass(frozen=True)
class Picture:
    """A picture of ours: image/jpeg, or image/png where it has transparent parts or few colours."""

    content: bytes
    media_type: str
    width: int
    height: int


def shrunk(source: bytes | IO[bytes], box: Size = PHOTO, limit: int = LARGEST) -> Picture:
    """A jpg, png, gif or webp of at most `limit` bytes as a picture of ours that fits into `box` (width, height in
    pixels): aspect kept, orientation honoured, metadata and further frames left out, never enlarged.

    Raises BadPicture. At most MOST_PIXELS are decoded, whatever the file says.
    """
    content = source if isinstance(source, bytes) else source.read(limit + 1)
    if not content:
        raise BadPicture(_("The file is empty."))
    if len(content) > limit:
        raise BadPicture(_("A picture has at most %(limit)s MB.", limit=limit // LARGEST))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of damaged metadata, which we drop
        return _decoded(content, box)


def _decoded(content: bytes, box: Size) -> Picture:
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            _refuse_bombs(image, content)
            photo = image.format in ("JPEG", "WEBP")
            return _written(_small(image, box), photo)
    except BadPicture:
        raise
    except Image.DecompressionBombError:
        raise BadPicture(_too_many_pixels()) from None
    except Exception:  # decoders raise whatever they like on hostile bytes
        raise BadPicture(_("This is not a whole picture of the kinds jpg, png, gif, webp.")) from None


def _refuse_bombs(image: Image.Image, content: bytes) -> None:
    """By what the header says, before a pixel is decoded. Frames are counted where that is quick; one alone is read."""
    if math.prod(image.size) > MOST_PIXELS or max(image.size) > LONGEST_SIDE:
        raise BadPicture(_too_many_pixels())
    if image.format == "JPEG" and content.count(b"\xff\xda") > MOST_SCANS:
        raise BadPicture(_("This picture is made to be slow."))
    if len(content) <= LARGEST and getattr(image, "n_frames", 1) > MOST_FRAMES:
        raise BadPicture(_("A moving picture has at most %(limit)s frames.", limit=MOST_FRAMES))
    image.seek(0)


def _too_many_pixels() -> str:
    return _("A picture has at most %(limit)s million pixels.", limit=MOST_PIXELS // 1_000_000)


def _small(image: Image.Image, box: Size) -> Image.Image:
    """Upright and within the box, in a new image that has nothing but pixels."""
    side = 2 * max(box)
    image.draft("RGB", (side, side))  # a JPEG is decoded at a fraction of its size
    image.load()
    upright = ImageOps.exif_transpose(image)
    upright = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    upright.thumbnail(box, Image.Resampling.LANCZOS)
    plain = Image.new(upright.mode, upright.size)
    plain.paste(upright)
    return plain


def _written(image: Image.Image, photo: bool) -> Picture:
    buffer = BytesIO()
    kind = "JPEG" if photo and image.mode == "RGB" else "PNG"
    options = {"quality": 88} if kind == "JPEG" else {}
    image.save(buffer, kind, optimize=True, **options)
    return Picture(buffer.getvalue(), MEDIA_TYPES[kind], *image.size)
