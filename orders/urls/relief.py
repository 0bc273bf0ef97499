"""Relief parcels and donations. What is done to a round stands below `do/`, so that no building's name hides it."""

from django.urls import path

from orders.views import donations, relief, relief_doors

urlpatterns = [
    path("relief/", relief.relief_list, name="reliefs"),
    path("relief/new/", relief.new_relief, name="relief_new"),
    path("relief/<uuid:relief>/", relief.relief_page, name="relief"),
    path("relief/<uuid:relief>/do/count/", relief.count, name="relief_count"),
    path("relief/<uuid:relief>/do/explain/", relief.explain, name="relief_explain"),
    path("relief/<uuid:relief>/do/close/", relief.close, name="relief_close"),
    path("relief/<uuid:relief>/do/reopen/", relief.reopen, name="relief_reopen"),
    path("relief/<uuid:relief>/do/add/", relief.add_door, name="relief_add"),
    path("relief/<uuid:relief>/do/remove/", relief.remove_door, name="relief_remove"),
    path("relief/<uuid:relief>/do/donations/", relief.link_gifts, name="relief_donations"),
    path("relief/<uuid:relief>/do/sheets/", relief.make_sheets, name="relief_make_sheets"),
    path("relief/<uuid:relief>/do/sheets.pdf", relief.all_sheets, name="relief_sheets"),
    path("relief/<uuid:relief>/do/text/", relief.chat_text, name="relief_text"),
    path("relief/<uuid:relief>/<str:building>/", relief_doors.doors, name="relief_doors"),
    path("donations/", donations.donation_list, name="donations"),
    path("donations/statement/", donations.statement_page, name="donation_statement"),
    path("donations/statement.xlsx", donations.statement_xlsx, name="donation_statement_xlsx"),
    path("donations/<uuid:donation>/", donations.thanks, name="donation_thanks"),
    path("donations/<uuid:donation>/thanked/", donations.mark_thanked, name="donation_thanked"),
]
