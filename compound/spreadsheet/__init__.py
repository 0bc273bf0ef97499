"""Spreadsheets as people send them: bytes → a plain grid of cleaned cells, without identity numbers.

Shared by everything that reads a list (households, volunteers, orders). `load` takes .xlsx and .csv and says in one
sentence what to do with anything else; what the columns mean is each reader's own business.
"""

from compound.spreadsheet.grid import Book, Cell, Row, Sheet, book_from_bytes, book_to_bytes, column_letters, coordinate
from compound.spreadsheet.labels import label
from compound.spreadsheet.load import MAX_BYTES, check_size, load
from compound.spreadsheet.refused import ListRefused

__all__ = [
    "MAX_BYTES",
    "Book",
    "Cell",
    "ListRefused",
    "Row",
    "Sheet",
    "book_from_bytes",
    "book_to_bytes",
    "check_size",
    "column_letters",
    "coordinate",
    "label",
    "load",
]
