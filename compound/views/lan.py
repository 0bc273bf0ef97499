"""`/lan/`: how a phone on the local network comes to trust this installation. Shows no secret; anybody may read it."""

import hashlib
import ssl

import segno
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from compound.loopback import is_loopback

# What Android and iOS both offer to install when they are handed it.
CERTIFICATE = "application/x-x509-ca-cert"


@login_not_required
@require_safe
@never_cache
def lan(request: HttpRequest) -> HttpResponse:
    """The steps, the QR code that leads here, and the way in. Without `LAN=1` only this computer is told of it."""
    root = _root()
    at_computer = is_loopback(request)
    if root is None and not at_computer:
        raise Http404
    language = request.GET.get("in", "")
    if language not in dict(settings.LANGUAGES):
        language = translation.get_language() or settings.LANGUAGE_CODE
    context = {
        "is_on": root is not None,
        "at_computer": at_computer,
        "url": settings.LAN_URL,
        "help_url": settings.LAN_HELP_URL,
        "help_qr": _qr(settings.LAN_HELP_URL),
        "url_qr": _qr(settings.LAN_URL),
        "fingerprint": _fingerprint(root),
        "ports": [_port(settings.LAN_URL), _port(settings.LAN_HELP_URL.removesuffix("/lan/"))],
        "is_secure": request.is_secure(),
        "is_wechat": "MicroMessenger" in request.headers.get("User-Agent", ""),
    }
    with translation.override(language):
        response = render(request, "compound/lan.html", {**context, "language": language})
    response.headers["Content-Language"] = language
    return response


@login_not_required
@require_safe
@never_cache
def certificate(request: HttpRequest) -> HttpResponse:
    """The root certificate, as a file that a phone offers to install."""
    root = _root()
    if root is None:
        raise Http404
    headers = {"Content-Disposition": 'attachment; filename="shouwang-ca.crt"'}
    return HttpResponse(root, content_type=CERTIFICATE, headers=headers)


def _root() -> bytes | None:
    """The root in DER, while the local network is on; else None."""
    if not settings.LAN_URL:
        return None
    try:
        return ssl.PEM_cert_to_DER_cert((settings.DATA_DIR / "lan" / "root.pem").read_text())
    except (OSError, ValueError):
        return None


def _fingerprint(root: bytes | None) -> list[str]:
    """SHA-256 in eight groups of four pairs: as phones show it, in pieces that an eye can compare."""
    if root is None:
        return []
    digits = hashlib.sha256(root).hexdigest().upper()
    return [" ".join(digits[i : i + 2] for i in range(start, start + 8, 2)) for start in range(0, 64, 8)]


def _qr(url: str) -> str:
    if not url:
        return ""
    return segno.make(url, error="m", micro=False).svg_data_uri(scale=8, border=4, dark="#000", light="#fff")


def _port(url: str) -> str:
    return url.rpartition(":")[2]
