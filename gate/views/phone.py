"""The phone's own page, its worker and its manifest: public, the same for every code, without cookie and database.

Whoever opens it has nothing yet: what a phone may do comes with its token (gate/api).
"""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from gate.shell import shell

# The page is kept by its worker; whoever has none asks each time.
ASK_AGAIN = "no-cache"


@login_not_required
@require_safe
def phone(request: HttpRequest, code: str) -> HttpResponse:
    kept = shell()
    headers = {"Cache-Control": ASK_AGAIN, "X-Shell-Version": kept.version}
    return HttpResponse(kept.page, headers=headers)


@login_not_required
@require_safe
def worker(request: HttpRequest, code: str) -> HttpResponse:
    """Beside the page, because a worker's scope is where it lies."""
    return HttpResponse(shell().worker(), content_type="text/javascript", headers={"Cache-Control": ASK_AGAIN})


@login_not_required
@require_safe
def manifest(request: HttpRequest, code: str) -> HttpResponse:
    """In the users' words, not translated: it is read once, when the page is put on the home screen."""
    icons = [
        {"src": static(f"img/gate-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size in (192, 512)
        for purpose in ("any", "maskable")
    ]
    told = {
        "id": "./",
        "start_url": "./",
        "scope": "./",
        "name": "守望 · 卡口",
        "short_name": "卡口",
        "lang": "zh-Hans",
        "display": "standalone",
        "orientation": "portrait",
        "background_color": "#faf8f3",
        "theme_color": "#1c1a17",
        "icons": icons,
    }
    return JsonResponse(
        told, json_dumps_params={"ensure_ascii": False}, content_type="application/manifest+json",
        headers={"Cache-Control": ASK_AGAIN},
    )  # fmt: skip
