"""Addresses of the desk: its pages below /c/<code>/, the households' own, and the short links of printed sheets."""

from django.urls import path

from desk.views import household, paper_doors, reports, short_link, slips, statistics, today
from desk.views.own_page import errands as own_errands
from desk.views.own_page import home as own_home
from desk.views.own_page import order as own_order

app_name = "desk"

urlpatterns = [
    path("c/<slug:code>/", today.today, name="today"),
    path("c/<slug:code>/search/", today.search, name="search"),
    path("c/<slug:code>/households/<str:room>/", household.household, name="household"),
    path("c/<slug:code>/households/<str:room>/phones/", household.phones, name="household_phones"),
    path("c/<slug:code>/households/<str:room>/card/", household.card, name="household_card"),
    path("c/<slug:code>/households/<str:room>/slip/", slips.slip, name="slip"),
    path("c/<slug:code>/households/<str:room>/slip/print/", slips.slip_file, name="slip_file"),
    path("c/<slug:code>/households/<str:room>/slip/make/", slips.make, name="slip_make"),
    path("c/<slug:code>/households/<str:room>/slip/replace/", slips.replace, name="slip_replace"),
    path("c/<slug:code>/households/<str:room>/slip/revoke/", slips.revoke, name="slip_revoke"),
    path("c/<slug:code>/slips/", slips.slips, name="slips"),
    path("c/<slug:code>/slips/print/", slips.slips_file, name="slips_file"),
    path("c/<slug:code>/slips/for-all/", slips.make_all, name="slips_for_all"),
    path("c/<slug:code>/slips/jobs/<uuid:job>/", slips.job, name="slips_job"),
    path("c/<slug:code>/slips/jobs/<uuid:job>/cancel/", slips.cancel, name="slips_job_cancel"),
    path("c/<slug:code>/slips/<str:building>/", slips.building, name="slips_of_building"),
    path("c/<slug:code>/reports/", reports.reports, name="reports"),
    path("c/<slug:code>/reports/<uuid:report>/answer/", reports.answer, name="report_answer"),
    path("c/<slug:code>/statistics/", statistics.statistics, name="statistics"),
    path("c/<slug:code>/statistics.xlsx", statistics.statistics_xlsx, name="statistics_xlsx"),
    path("c/<slug:code>/statistics.svg", statistics.statistics_svg, name="statistics_svg"),
    path("h/<str:token>/", own_home.home, name="own"),
    path("h/<str:token>/display/", own_home.display, name="own_display"),
    path("h/<str:token>/before/", own_home.before, name="own_before"),
    path("h/<str:token>/money/", own_home.money, name="own_money"),
    path("h/<str:token>/outings/", own_home.outings, name="own_outings"),
    path("h/<str:token>/wish/", own_order.wish, name="own_wish"),
    path("h/<str:token>/order/<uuid:round>/", own_order.order, name="own_order"),
    path("h/<str:token>/withdraw/<uuid:order>/", own_order.withdraw, name="own_withdraw"),
    path("h/<str:token>/received/<uuid:round>/", own_order.received, name="own_received"),
    path("h/<str:token>/wrong/<uuid:round>/", own_order.wrong, name="own_wrong"),
    path("h/<str:token>/ask/<str:kind>/", own_errands.ask, name="own_ask"),
    path("h/<str:token>/errand/<uuid:errand>/withdraw/", own_errands.withdraw, name="own_errand_withdraw"),
    path("s/", short_link.type_code, name="type_code"),
    path("s/<str:code>", short_link.show, name="short_link"),
    # Typed from paper, as often with a slash behind it as without.
    path("s/<str:code>/", short_link.show),
    path("s/<str:code>/doors/", paper_doors.write, name="paper_doors"),
    path("s/<str:code>/revoke/", short_link.revoke, name="revoke_short_link"),
]
