"""Sheets to print, and texts to send."""

from django.urls import URLPattern, path

from roster.views import messages, sheets

urlpatterns: list[URLPattern] = [
    path("roster/sheets/", sheets.sheets, name="sheets"),
    path("roster/sheets/make/", sheets.make, name="sheets_make"),
    path("roster/sheets/codes/", sheets.codes, name="sheet_codes"),
    path("roster/sheets/print/<slug:what>/", sheets.print_all, name="sheets_print"),
    path("roster/sheets/<uuid:file>/", sheets.file, name="sheet_file"),
    path("roster/messages/", messages.overview, name="messages"),
    path("roster/messages/sent/", messages.mark_sent, name="messages_sent"),
    path("roster/messages/not-sent/", messages.unmark_sent, name="messages_unsent"),
]
