"""When something really happened, by a phone whose clock may be wrong."""

import datetime as dt


def event_moment(at: dt.datetime, clock_offset_ms: int, received_at: dt.datetime) -> dt.datetime:
    """What the phone's clock showed, put right by its offset (server minus phone), never later than the receipt."""
    try:
        return min(at + dt.timedelta(milliseconds=clock_offset_ms), received_at)
    except OverflowError:
        return received_at
