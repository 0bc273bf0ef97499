"""Whether a number can be called: a digit too few is heard of when somebody is needed, and nobody answers. Pure."""

import re

MOBILE = 11
# With its area code, a landline has 10 to 12 digits; the shortest local ones have 7.
SHORTEST, LONGEST = 7, 12


def phone_fault(number: str) -> str:
    """`short`, `long` or `strange`; "" for a number that can be one. `number` as `clean_phone` gives it.

    Whatever begins with 1 is a Chinese mobile: 11 digits, the second 3 to 9. With + it is foreign, and only too short
    or too long for any country (E.164).
    """
    digits = number.removeprefix("+")
    if number.startswith("+"):
        least, most = SHORTEST, 15
    elif number.startswith("1"):
        least = most = MOBILE
    else:
        least, most = SHORTEST, LONGEST
    if len(digits) < least:
        return "short"
    if len(digits) > most:
        return "long"
    if number.startswith("1") and not re.match(r"1[3-9]", number):
        return "strange"
    return ""
