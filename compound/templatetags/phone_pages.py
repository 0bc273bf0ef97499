"""What components/outbox.html needs."""

import uuid

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from compound.models import User
from compound.phone_pages import user_mark

register = template.Library()


@register.filter
def mark_of(user: User) -> str:
    return user_mark(user)


@register.simple_tag
def server_now() -> str:
    """When this page was made, ISO 8601."""
    return timezone.now().isoformat(timespec="milliseconds")


@register.simple_tag
def csrf_cookie() -> str:
    """The cookie's name: the listener for the local network has one of its own."""
    return settings.CSRF_COOKIE_NAME


@register.simple_tag
def act_id() -> SafeString:
    """The hidden id of a form of one act: sent twice, it is one act. A phone makes its own."""
    return format_html('<input type="hidden" name="id" value="{}">', uuid.uuid4())
