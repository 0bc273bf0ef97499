"""What a photo may cost in memory before it is a small JPEG."""

import io
from typing import Any

import pytest
from PIL import Image

from compound.refusals import Refusal
from compound.services.photos import clean_photo


def picture(kind: str, size: tuple[int, int], mode: str = "L", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 1).save(out, kind, **options)
    return out.getvalue()


def made(content: bytes) -> tuple[str | None, tuple[int, int]]:
    with Image.open(io.BytesIO(clean_photo(content))) as small:
        return small.mode, small.size


def test_clean_photo_of_a_cameras_large_jpeg_reads_it_at_a_fraction() -> None:
    assert made(picture("JPEG", (8000, 6000))) == ("RGB", (2000, 1500))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
def test_clean_photo_of_a_png_of_any_kind_is_a_small_jpeg(mode: str) -> None:
    assert made(picture("PNG", (3000, 1500), mode)) == ("RGB", (2000, 1000))


@pytest.mark.parametrize(
    ("kind", "size", "options"),
    [
        # A few kB each.
        ("PNG", (5100, 5000), {}),
        ("PNG", (12_000, 9_990), {}),
        ("PNG", (20_000, 20_000), {}),
        ("JPEG", (8000, 6600), {}),
        ("JPEG", (5100, 5000), {"progressive": True}),
        ("WEBP", (4000, 3200), {"method": 0}),
    ],
)
def test_clean_photo_that_unpacks_to_too_much_is_refused(kind: str, size: tuple[int, int], options: Any) -> None:
    with pytest.raises(Refusal) as refused:
        clean_photo(picture(kind, size, "1" if kind == "PNG" else "L", **options))
    assert refused.value.code == "picture_too_large"
