"""Photos from phones: made smaller, and without what the camera wrote into them (place, time, device)."""

import datetime as dt
import hashlib
import io
from collections.abc import Sequence

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.ImageFile import ImageFile

from compound.models import Compound, StoredFile, User
from compound.refusals import Refusal

# Of the longer side: a till receipt of 60 lines stays readable.
LONGEST = 2000
QUALITY = 80
# What a phone's camera makes at the most; beyond it somebody sends something else.
MOST_BYTES = 15 * 1024 * 1024
# What is unpacked in memory, 4 bytes each: a few hundred kB of PNG may say that they are a billion.
MOST_PIXELS = 25_000_000
# Its decoder holds each picture several times.
MOST_PIXELS_OF_WEBP = 12_500_000
# A camera's JPEG is unpacked at a fraction of its size, except for coefficients if it comes in several scans.
MOST_PIXELS_OF_JPEG = 52_000_000
KINDS = ("JPEG", "PNG", "WEBP")


def clean_photo(content: bytes) -> bytes:
    """A JPEG of the pixels alone, the right way up; the same bytes in give the same bytes out.

    At most some 250 MB of memory. Raises `no_picture`, `picture_too_large`.
    """
    if len(content) > MOST_BYTES:
        raise _too_large()
    try:
        with Image.open(io.BytesIO(content), formats=KINDS) as picture:
            _check_size(picture)
            small = picture if picture.mode in ("RGB", "L") else picture.convert("RGB")
            small.thumbnail((LONGEST, LONGEST))
            upright = ImageOps.exif_transpose(small).convert("RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise Refusal("no_picture", _("This is no photo that can be read. JPEG and PNG can.")) from error
    bare = Image.new("RGB", upright.size)
    bare.paste(upright)
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def _check_size(picture: ImageFile) -> None:
    """Before a pixel is read. A JPEG is asked for at a fraction of its size where that is enough."""
    pixels = picture.width * picture.height
    if picture.format == "JPEG" and pixels <= MOST_PIXELS_OF_JPEG and "progressive" not in picture.info:
        longer = max(picture.size)
        wanted = (max(1, side * LONGEST // longer) for side in picture.size)
        picture.draft("RGB", (next(wanted), next(wanted)))
        pixels = picture.width * picture.height
    if pixels > (MOST_PIXELS_OF_WEBP if picture.format == "WEBP" else MOST_PIXELS):
        raise _too_large()


def _too_large() -> Refusal:
    return Refusal("picture_too_large", _("This photo is larger than 15 MB: take it again with a smaller size."))


def store_photo(
    *,
    compound: Compound,
    kind: str,
    content: bytes,
    name: str,
    by: User | None,
    at: dt.datetime,
    roles: Sequence[str],
    keep_until: dt.date,
) -> StoredFile:
    """Keeps what `clean_photo` has made. Besides `roles`, whoever took it may open it (`by` None: a household)."""
    return StoredFile.objects.create(
        compound=compound,
        kind=kind,
        name=f"{name}.jpg",
        content_type="image/jpeg",
        content=content,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        roles=list(roles),
        created_at=at,
        created_by=by,
        keep_until=keep_until,
    )
