"""JSON in and out, whatever the headers say: there is nothing to negotiate."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpResponse
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class JsonOnly(BaseContentNegotiation):
    """The view's first renderer, and the parser that the Content-Type asks for."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        kind = request.content_type.partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == kind), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        first = next(iter(renderers))
        return first, first.media_type


def json_answer(data: Any) -> HttpResponse:
    """What DRF's Response would say, at once: as a template that is filled in later it is a twentieth of a check."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(text.encode(), content_type="application/json")


# A batch is a list of flat rows: three levels. What lies deeper nothing here may walk through.
DEEPEST = 6


class FlatJSONParser(JSONParser):
    """JSON that is nested too deeply cannot be read (400), whether Python gives up over it or would do so later."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        try:
            data = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError from error
        level: list[Any] = [data]
        for _ in range(DEEPEST):
            level = [inner for one in level for inner in _inside(one) if isinstance(inner, dict | list)]
            if not level:
                return data
        raise ParseError


def _inside(one: Any) -> Any:
    return one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
