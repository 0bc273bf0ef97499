"""The 22 characters in a pass's QR code (see compound/tokens.py)."""

import base64
import uuid

from compound.tokens import ALPHABET as ALPHABET
from compound.tokens import LENGTH as LENGTH
from compound.tokens import clean_token as clean_token
from compound.tokens import derived_token
from compound.tokens import token_hash as token_hash

# What a roll gives away of a hash: enough to find a pass of one compound by, too little to be worth anything else.
ROLL_BYTES = 12


def pass_token(pass_id: uuid.UUID) -> str:
    """110 bits that nobody guesses."""
    return derived_token(b"shouwang pass", pass_id)


def roll_hash(stored: str) -> str:
    """base64url of the first 12 bytes of a stored hash: what a phone looks a scanned token up by."""
    return base64.urlsafe_b64encode(bytes.fromhex(stored)[:ROLL_BYTES]).decode()
