"""Public: signing up, and the calendar by its secret address."""

from django.urls import URLPattern, path

from roster.views import feed, join

urlpatterns: list[URLPattern] = [
    path("join/<str:token>/", join.join, name="join"),
    path("feed/<uuid:volunteer>/<str:token>.ics", feed.feed, name="feed"),
]
