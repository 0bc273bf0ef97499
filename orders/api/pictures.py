"""POST /api/v1/orders/pictures: the photo of an act that was sent before."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from compound.api.errors import first_words
from orders.api.session_view import SessionView, standing_for
from orders.services.pictures import add_picture


class PictureForm(serializers.Serializer[Any]):
    compound = serializers.CharField()
    event = serializers.UUIDField()
    file = serializers.FileField()

    def get_fields(self) -> dict[str, Any]:
        # `as` is a word of Python.
        return {**super().get_fields(), "as": serializers.CharField(required=False)}


class Pictures(SessionView):
    parser_classes = [MultiPartParser]

    @extend_schema(
        summary="A photo that belongs to an act",
        description="Sent after the act. The same photo of the same act again is the one that is there. "
        "What the camera wrote into it (place, time, device) is taken out.",
        request={"multipart/form-data": PictureForm},
        responses={
            200: inline_serializer(
                "PictureKept", {"id": serializers.UUIDField(), "replayed": serializers.BooleanField()}
            ),
            400: OpenApiResponse(description="`invalid`."),
            403: OpenApiResponse(description="`not_logged_in`, or the CSRF token is not that of the session."),
            409: OpenApiResponse(description="`event_unknown`, `no_picture`, `picture_too_large`, `other_user`."),
        },
    )
    def post(self, request: Request) -> Response:
        form = PictureForm(data=request.data)
        if not form.is_valid():
            return Response({"error": {"code": "invalid", "text": first_words(form.errors)}}, status=400)
        given = form.validated_data
        standing = standing_for(request, given["compound"], given.get("as"))
        picture, is_new = add_picture(
            compound=standing.compound,
            event=given["event"],
            content=given["file"].read(),
            name=_("photo"),
            by=standing.user,
            at=timezone.now(),
        )
        return Response({"id": str(picture.pk), "replayed": not is_new})
