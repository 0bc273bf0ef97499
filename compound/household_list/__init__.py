"""Household lists as property offices keep them: bytes → grid → headings and columns → households and errors.

Pure reading, no models: `load` makes a grid of the file, `read_book` makes households of the grid. What is known of
the registry is handed in. Nothing is guessed silently and no line disappears; see docs/household-list.md.
"""

from compound.household_list.columns import Choice, Column
from compound.household_list.header import Section
from compound.household_list.households import Line, Reading, read_book, sections_of
from compound.household_list.problems import Problem
from compound.household_list.units import Registered
from compound.spreadsheet.grid import Book, book_from_bytes, book_to_bytes
from compound.spreadsheet.load import MAX_BYTES, check_size, load
from compound.spreadsheet.refused import ListRefused

__all__ = [
    "MAX_BYTES",
    "Book",
    "Choice",
    "Column",
    "Line",
    "ListRefused",
    "Problem",
    "Reading",
    "Registered",
    "Section",
    "book_from_bytes",
    "book_to_bytes",
    "check_size",
    "load",
    "read_book",
    "sections_of",
]
