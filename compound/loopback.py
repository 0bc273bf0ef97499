"""The demo's logins are printed on the console and in the README, so they work on the same machine only."""

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from compound.models import User

# A proxy on the same machine makes every visitor look local; whoever comes through one is not.
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_X_FORWARDED_PROTO")


def is_loopback(request: HttpRequest) -> bool:
    """True when the visitor sits at this very machine, as far as the connection can tell.

    Never at the listener of the local network: whatever forwards a port to it (WSL2, a container, adb) would make
    phones look local.
    """
    if settings.LAN_LISTENER or any(name in request.META for name in FORWARDED):
        return False
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def is_demo_user(user: User) -> bool:
    """Anyone with a role in a demo compound: that password is public, whatever else they are. One query."""
    return user.memberships.filter(compound__is_demo=True).exists()


class DemoFromLoopbackOnly:
    """Ends a demo user's session that arrives from elsewhere; only visitors from elsewhere cost a query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_loopback(request) and isinstance(request.user, User) and is_demo_user(request.user):
            logout(request)
            return render(request, "compound/login_demo.html", status=403)
        return self.get_response(request)
