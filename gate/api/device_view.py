"""What all views of the devices' API share: the phone behind the token, its language, how often it may ask."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.translation.trans_real import get_supported_language_variant, parse_accept_lang_header
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from compound import throttle
from compound.api.json_only import FlatJSONParser, JsonOnly
from gate.api.authentication import DeviceAuthentication, IsDevice


def language_of(request: HttpRequest) -> str:
    """The first language of Accept-Language that there is; Chinese without one. No cookie: a phone has its own."""
    return _language_in(request.META.get("HTTP_ACCEPT_LANGUAGE", ""))


@lru_cache(64)
def _language_in(header: str) -> str:
    for code, _quality in parse_accept_lang_header(header):
        try:
            return get_supported_language_variant(code)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE


RENDERER = JSONRenderer()


class DeviceView(APIView):
    """For a phone that is still on duty. Reasons and errors are in the language that it asks for."""

    authentication_classes = [DeviceAuthentication]
    permission_classes = [IsDevice]
    content_negotiation_class = JsonOnly
    parser_classes = [FlatJSONParser]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """DRF's without what there is nothing of here: formats, versions, a choice of renderers."""
        request.accepted_renderer, request.accepted_media_type = RENDERER, RENDERER.media_type
        self.perform_authentication(request)
        self.check_permissions(request)
        self.check_throttles(request)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        language = language_of(request)
        with translation.override(language):
            response = super().dispatch(request, *args, **kwargs)
        response.headers["Content-Language"] = language
        # What a phone is told is for that phone: no proxy and no browser keeps it.
        response.headers["Cache-Control"] = "no-store"
        return response


class Limit(BaseThrottle):
    """So many requests a span, for each phone, or each address where there is none. Fails open without Redis."""

    scope, limit, seconds = "", 0, 60

    def allow_request(self, request: Request, view: Any) -> bool:
        who = str(request.auth.pk) if request.auth is not None else request.META.get("REMOTE_ADDR", "")
        return throttle.allowed(scope=self.scope, who=who, limit=self.limit, seconds=self.seconds)

    def wait(self) -> float:
        return self.seconds
