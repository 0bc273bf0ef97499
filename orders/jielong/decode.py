"""Bytes of a saved chat → text: UTF-8 (with or without its mark), UTF-16, GB18030."""

from __future__ import annotations

import codecs


def decode(data: bytes) -> str:
    """The text of a pasted file. Never raises: what no encoding explains is kept with U+FFFD in its place."""
    if data.startswith(codecs.BOM_UTF8):
        return data[3:].decode("utf-8", "replace")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    for encoding in ("utf-8", *_unmarked_utf16(data), "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "replace")


def _unmarked_utf16(data: bytes) -> tuple[str, ...]:
    """UTF-16 without its mark: line breaks and digits leave a zero in every such pair of bytes."""
    sample = data[:2000]
    if len(data) % 2 or b"\x00" not in sample:
        return ()
    return ("utf-16-le",) if sample[1::2].count(0) >= sample[0::2].count(0) else ("utf-16-be",)
