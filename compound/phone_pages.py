"""Pages that a phone keeps for somebody who is logged in: whose rows wait there."""

from django.utils.crypto import salted_hmac

from compound.models import User


def user_mark(user: User) -> str:
    """Stands in the page and comes back with what was done there, so that nobody's acts are sent under another
    name. Says nothing about who it is: a phone's store keeps it.
    """
    return salted_hmac("compound.phone_pages", str(user.pk)).hexdigest()[:16]
