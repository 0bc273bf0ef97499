"""The runner's phone."""

from django.urls import URLPattern, path

from orders.views import carrying

urlpatterns: list[URLPattern] = [
    path("carrying/", carrying.carrying, name="carrying"),
    path("carrying/<uuid:trip>/", carrying.trip_page, name="trip"),
    path("carrying/<uuid:trip>/mark/", carrying.mark, name="trip_mark"),
    path("carrying/<uuid:trip>/take/", carrying.take, name="trip_take"),
]
