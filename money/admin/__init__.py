"""The secretary's view of the ledger: to look at. What is wrong is taken back by another entry, and not here."""

from django.contrib import admin

from compound.admin.scoped import ReadOnlyAdmin, ReadOnlyInline
from money.models import Account, BillLine, CashCount, Entry, Posting


class PostingInline(ReadOnlyInline):
    model = Posting
    fields = ["account", "amount"]


class BillLineInline(ReadOnlyInline):
    model = BillLine
    fields = ["goods", "unit", "quantity", "price", "amount"]


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin[Account]):
    list_display = ["__str__", "kind", "compound"]
    list_filter = ["kind"]
    list_select_related = ["compound", "household", "user"]
    search_fields = ["household__room", "user__name"]


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin[Entry]):
    list_display = ["at", "kind", "method", "reason", "round", "entered_by", "entered_at"]
    list_filter = ["kind", "method"]
    list_select_related = ["round", "entered_by"]
    search_fields = ["reason", "round__title", "postings__account__household__room"]
    ordering = ["-entered_at"]
    inlines = [PostingInline, BillLineInline]


@admin.register(Posting)
class PostingAdmin(ReadOnlyAdmin[Posting]):
    list_display = ["entry", "account", "amount"]
    list_select_related = ["entry", "account__household", "account__user"]
    search_fields = ["account__household__room", "account__user__name"]
    ordering = ["-entry__entered_at"]


@admin.register(CashCount)
class CashCountAdmin(ReadOnlyAdmin[CashCount]):
    list_display = ["at", "counted", "expected", "note", "by"]
    list_select_related = ["by"]
    search_fields = ["note"]
