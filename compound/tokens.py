"""Keys of paper: the characters in the QR code of a pass or of a household's slip.

A token is made from its row's own key with SECRET_KEY, so that the paper can be printed again without the token being
kept anywhere; the database holds its SHA-256 alone, and only that is compared. A changed SECRET_KEY leaves what is
printed good and makes printing it again impossible: it is replaced then (docs/decisions/0008).
"""

import hashlib
import hmac
import unicodedata
import uuid

from django.conf import settings

# Crockford's digits: no I, L, O, U. In the alphanumeric mode of a version-2 QR code 22 of them leave room for level Q.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 22


def derived_token(purpose: bytes, key: uuid.UUID) -> str:
    """22 characters of 5 bits each: 110 bits that nobody guesses. One purpose's tokens say nothing about another's."""
    digest = hmac.digest(settings.SECRET_KEY.encode(), purpose + b" " + key.bytes, "sha256")
    number = int.from_bytes(digest[:14])
    return "".join(ALPHABET[number >> 5 * place & 31] for place in range(LENGTH))


def clean_token(text: str) -> str:
    """As a scanner or a hand gives it: any case, full width, spaces and hyphens dropped."""
    kept = unicodedata.normalize("NFKC", text).upper()
    return "".join(c for c in kept if c not in " -\t\r\n")


def token_hash(token: str) -> str:
    """SHA-256 as 64 hexadecimal digits, of the token as `clean_token` leaves it."""
    return hashlib.sha256(clean_token(token).encode()).hexdigest()
