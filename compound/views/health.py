"""`/healthz`: 200 when all of it is well, else 503; open to everybody, and tells nothing about anybody."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from compound.health import health


@login_not_required
@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    found = health(timezone.now())
    is_well = set(found.values()) == {"ok"}
    return JsonResponse({"ok": is_well, **found}, status=200 if is_well else 503)
