"""The 22 characters in a pass's QR code.

A token is made from the pass's own key with SECRET_KEY, so that a card can be printed again without the token being
kept anywhere; the database holds its SHA-256 alone, and only that is compared. A changed SECRET_KEY
leaves printed cards good and makes reprinting them impossible: they are replaced then (docs/decisions/0008).
"""

import base64
import hashlib
import hmac
import unicodedata
import uuid

from django.conf import settings

# Crockford's digits: no I, L, O, U. In the alphanumeric mode of a version-2 QR code 22 of them leave room for level Q.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 22
# What a roll gives away of a hash: enough to find a pass of one compound by, too little to be worth anything else.
ROLL_BYTES = 12


def pass_token(pass_id: uuid.UUID) -> str:
    """22 characters of 5 bits each: 110 bits that nobody guesses."""
    digest = hmac.digest(settings.SECRET_KEY.encode(), b"shouwang pass " + pass_id.bytes, "sha256")
    number = int.from_bytes(digest[:14])
    return "".join(ALPHABET[number >> 5 * place & 31] for place in range(LENGTH))


def clean_token(text: str) -> str:
    """As a scanner or a hand gives it: any case, full width, spaces and hyphens dropped."""
    kept = unicodedata.normalize("NFKC", text).upper()
    return "".join(c for c in kept if c not in " -\t\r\n")


def token_hash(token: str) -> str:
    """SHA-256 as 64 hexadecimal digits, of the token as `clean_token` leaves it."""
    return hashlib.sha256(clean_token(token).encode()).hexdigest()


def roll_hash(stored: str) -> str:
    """base64url of the first 12 bytes of a stored hash: what a phone looks a scanned token up by."""
    return base64.urlsafe_b64encode(bytes.fromhex(stored)[:ROLL_BYTES]).decode()
