"""Addresses of the desk: its pages below /c/<code>/, and the short links of printed sheets."""

from django.urls import path

from desk.views import household, paper_doors, short_link, today

app_name = "desk"

urlpatterns = [
    path("c/<slug:code>/", today.today, name="today"),
    path("c/<slug:code>/search/", today.search, name="search"),
    path("c/<slug:code>/households/<str:room>/", household.household, name="household"),
    path("c/<slug:code>/households/<str:room>/phones/", household.phones, name="household_phones"),
    path("c/<slug:code>/households/<str:room>/card/", household.card, name="household_card"),
    path("s/", short_link.type_code, name="type_code"),
    path("s/<str:code>", short_link.show, name="short_link"),
    # Typed from paper, as often with a slash behind it as without.
    path("s/<str:code>/", short_link.show),
    path("s/<str:code>/doors/", paper_doors.write, name="paper_doors"),
    path("s/<str:code>/revoke/", short_link.revoke, name="revoke_short_link"),
]
