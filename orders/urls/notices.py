"""What the chats are told about a round."""

from django.urls import URLPattern, path

from orders.views import notices

urlpatterns: list[URLPattern] = [
    path("rounds/<uuid:round>/notices/", notices.notices, name="notices"),
    path("rounds/<uuid:round>/notices/make/", notices.make, name="notices_make"),
    path("rounds/<uuid:round>/notices/sent/", notices.sent, name="notices_sent"),
    path("rounds/<uuid:round>/notices/group/", notices.group, name="notices_group"),
]
