"""Secret parts of addresses: sign-up link, calendar, a post's QR code. Made with SECRET_KEY, kept nowhere.

A row's version goes in, so that one more ends every address given out before.
"""

import hmac
import uuid

from django.conf import settings
from django.utils.crypto import constant_time_compare

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 22


def link_token(purpose: str, of: uuid.UUID | str, version: int) -> str:
    """22 characters of 5 bits each. `purpose`: "sign-up", "feed", "post"."""
    words = f"shouwang {purpose} {of} {version}"
    number = int.from_bytes(hmac.digest(settings.SECRET_KEY.encode(), words.encode(), "sha256")[:14])
    return "".join(ALPHABET[number >> 5 * place & 31] for place in range(LENGTH))


def is_link_token(token: str, purpose: str, of: uuid.UUID | str, version: int) -> bool:
    return constant_time_compare(token.upper(), link_token(purpose, of, version))
