"""The compound's ledger: accounts, entries whose postings balance, bills and counts of the cash box."""

from money.models.accounts import Account
from money.models.entries import BillLine, CashCount, Entry, Posting

__all__ = ["Account", "BillLine", "CashCount", "Entry", "Posting"]
