"""Ending secret addresses that were given out: one more version, and the old token opens nothing."""

import datetime as dt

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_noop

from compound.models import User
from roster.models import Post, Volunteer
from roster.services.log import log


@transaction.atomic
def reset_feed(*, volunteer: Volunteer, by: User, at: dt.datetime) -> Volunteer:
    """The calendar gets another address; whoever subscribed to the old one sees no change any more."""
    Volunteer.objects.filter(pk=volunteer.pk).update(feed_version=F("feed_version") + 1)
    volunteer.refresh_from_db(fields=["feed_version"])
    words = gettext_noop("The calendar address of %(subject)s was reset.")
    compound = volunteer.compound
    log(compound=compound, by=by, at=at, action="roster.feed_reset", text=words, subject=volunteer.user.name)
    return volunteer


@transaction.atomic
def renew_post_code(*, post: Post, by: User, at: dt.datetime) -> Post:
    """Another QR for the post; the print that hangs there signs nobody in any more."""
    Post.objects.filter(pk=post.pk).update(sign_in_version=F("sign_in_version") + 1)
    post.refresh_from_db(fields=["sign_in_version"])
    words = gettext_noop("The sign-in code of %(subject)s was renewed.")
    log(compound=post.compound, by=by, at=at, action="roster.post_code_renewed", text=words, subject=post.name)
    return post
