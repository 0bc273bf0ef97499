"""How many lines of a paste are clear and how many somebody has still to look at: the one place that counts them.

The headings of the review, its bar, its button and the message after confirming all say these numbers.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from orders.models import ChainEntry, ChainImport

Change, Decision = ChainEntry.Change, ChainEntry.Decision


@dataclass(frozen=True)
class LineCounts:
    """Lines of a paste by group of its review; each line is in one of them. `left`: left out, counts for nothing."""

    open: int = 0
    changed: int = 0
    gone: int = 0
    new: int = 0
    same: int = 0
    left: int = 0

    @property
    def clear(self) -> int:
        """What is confirmed by the one button."""
        return self.new + self.changed + self.gone + self.same


def group_of(entry: ChainEntry) -> str:
    """`open`, `gone`, `left`, `new`, `changed` or `same`: where the review shows an entry."""
    if entry.decision == Decision.OPEN:
        return "open"
    if entry.change == Change.GONE:
        return "gone"
    return "left" if entry.decision == Decision.LEAVE else entry.change


def count_lines(entries: Iterable[ChainEntry]) -> LineCounts:
    """The numbers of some entries; of a whole paste see `lines_of`."""
    return LineCounts(**Counter(map(group_of, entries)))


def lines_of(chain_import: ChainImport) -> LineCounts:
    """The numbers of a paste as it is stored. One query."""
    return count_lines(chain_import.entries.only("decision", "change", "chain_import"))


def open_entries(chain_import: ChainImport) -> int:
    return lines_of(chain_import).open
