"""Opening hours of a supply point. Pure: a time of the day goes in."""

import datetime as dt


def is_open(opens: dt.time | None, closes: dt.time | None, at: dt.time) -> bool | None:
    """Whether a shop that opens and closes then is open `at` (local time); None while nobody has said its hours.

    One that is open over midnight closes before it opens; one that opens when it closes never shuts.
    """
    if opens is None or closes is None:
        return None
    if opens == closes:
        return True
    if opens < closes:
        return opens <= at < closes
    return at >= opens or at < closes
