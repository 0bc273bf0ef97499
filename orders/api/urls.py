"""Addresses below /api/v1/orders/."""

from django.urls import URLPattern, path

from orders.api.events import Events
from orders.api.pictures import Pictures

urlpatterns: list[URLPattern] = [
    path("events", Events.as_view(), name="order_events"),
    path("pictures", Pictures.as_view(), name="order_pictures"),
]
