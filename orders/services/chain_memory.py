"""What was decided in a paste that was taken back: the same text pasted again does not ask the same questions."""

from collections.abc import Sequence

from orders.models import ChainEntry, ChainImport


def recall(entries: Sequence[ChainEntry], chain_import: ChainImport) -> int:
    """Gives unsaved entries the words of people on the same lines of the paste last taken back. How many it gave.

    Only where that paste had the same text and built on the same one before: what the lines mean has not changed.
    """
    undone = ChainImport.objects.filter(
        round=chain_import.round,
        source=chain_import.source,
        state=ChainImport.State.UNDONE,
        previous=chain_import.previous,
        text=chain_import.text,
    )
    last = undone.order_by("-ended_at").first()
    if last is None:
        return 0
    # Which order a line took the place of is asked anew: it may be another one by now.
    decided = last.entries.filter(decided_by__isnull=False).exclude(warnings__contains=["instead: "])
    decided = decided.select_related("household")
    known = {_line(entry): entry for entry in decided}
    given = 0
    for entry in entries:
        before = known.get(_line(entry))
        if before is None:
            continue
        entry.household, entry.items = before.household, before.items
        entry.decision, entry.decided_by_id, entry.decided_at = before.decision, before.decided_by_id, before.decided_at
        given += 1
    return given


def _line(entry: ChainEntry) -> tuple[int, str, str]:
    return entry.position, entry.raw, entry.change
