"""Addresses of the ledger, below /c/<code>/."""

from django.urls import path

from money.views import box, households, overview, rounds, volunteers

app_name = "money"

urlpatterns = [
    path("money/", overview.overview_page, name="overview"),
    path("money/buildings/<str:building>/", households.building, name="building"),
    path("money/households/<str:room>/", households.household, name="household"),
    path("money/households/<str:room>/refund/", households.refund, name="refund"),
    path("money/households/<str:room>/write-off/", households.write_off, name="write_off"),
    path("money/households/<str:room>/from-donations/", households.from_donations, name="from_donations"),
    path("money/entries/<uuid:entry>/", overview.entry_page, name="entry"),
    path("money/entries/<uuid:entry>/take-back/", households.take_back, name="take_back"),
    path("money/how-to-pay/", overview.how_to_pay, name="how_to_pay"),
    path("money/volunteers/", volunteers.volunteers, name="volunteers"),
    path("money/volunteers/part/", volunteers.pay_part, name="pay_part"),
    path("money/volunteers/float/", volunteers.give_float, name="float"),
    path("money/volunteers/handed-in/", volunteers.hand_in, name="hand_in"),
    path("money/mine/", volunteers.mine, name="mine"),
    path("money/rounds/<uuid:round>/", rounds.round_page, name="round"),
    path("money/rounds/<uuid:round>/bill/", rounds.bill, name="round_bill"),
    path("money/rounds/<uuid:round>/rest/", rounds.rest, name="round_rest"),
    path("money/rounds/<uuid:round>/other-rest/", rounds.other_rest, name="round_other_rest"),
    path("money/rounds/<uuid:round>/strips/", rounds.strips, name="round_strips"),
    path("money/cash/", box.cash, name="cash"),
    path("money/donations/", box.donations, name="donations"),
    path("money/journal/", overview.journal_list, name="journal"),
    path("money/journal/ledger.xlsx", overview.journal_xlsx, name="journal_xlsx"),
]
