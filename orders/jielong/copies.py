"""Which runs and segments count: menus are set apart, and of several copies of a chain only one is kept."""

from __future__ import annotations

from collections.abc import Iterable

from compound.rooms import find_room

from .model import Why
from .segments import Block, Run, Segment, has_quantity

_RECENT = 6  # chains that one paste may mix; bounds the comparison


def looks_like_menu(run: Run) -> bool:
    """No rooms, and most lines have a price, an instruction's words, or nothing but a name of a good."""
    likely = 0
    for block in run.blocks:
        line = block.first
        room = find_room(line.body.plain)
        if room is not None and room.number is not None:
            return False
        if line.has_price or line.is_instruction or line.is_example or not has_quantity(line):
            likely += 1
    return likely * 2 > len(run.blocks)


def set_menus_apart(segment: Segment) -> None:
    """Numbered lines that are no orders: a first run before the orders, or indented among flush numbers."""
    kept: list[Run] = []
    runs = segment.runs
    flush = any(not _is_indented(run) for run in runs)
    for position, run in enumerate(runs):
        more = position + 1 < len(runs)
        priced = all(block.first.has_price or block.first.is_instruction for block in run.blocks)
        indented = _is_indented(run) and flush
        if (looks_like_menu(run) and ((more and not kept) or priced or indented)) or (indented and more):
            for block in run.blocks:
                why: Why = "instruction" if _is_instruction(block) else "menu"
                for line in block.lines:
                    segment.skip(line, why)
        else:
            kept.append(run)
    segment.runs = kept


def _is_indented(run: Run) -> bool:
    numbers = [block.first.number for block in run.blocks if block.first.number is not None]
    return bool(numbers) and all(number.indented for number in numbers)


def _is_instruction(block: Block) -> bool:
    return block.first.is_instruction and not block.first.has_price


def set_resent_runs_apart(segment: Segment) -> None:
    """Copies pasted without their header: a run that the next one repeats."""
    runs = segment.runs
    for position in range(len(runs) - 1):
        later = runs[position + 1]
        if runs[position].blocks and _same_chain(runs[position].keys, later.keys):
            if _is_cut_off(later.keys, runs[position].keys):
                runs[position], runs[position + 1] = later, runs[position]
            for block in runs[position].blocks:
                for line in block.lines:
                    segment.skip(line, "copy")
            runs[position].blocks = []
    segment.runs = [run for run in runs if run.blocks]


def _same_chain(one: Iterable[str], other: Iterable[str]) -> bool:
    first, second = {key for key in one if key}, {key for key in other if key}
    return bool(first and second) and len(first & second) * 2 >= min(len(first), len(second))


def _is_cut_off(copy: list[str], whole: list[str]) -> bool:
    """The beginning of an earlier copy and no more; its last line may be cut in the middle."""
    if not copy:
        return True
    length = len(copy)
    return length <= len(whole) and copy[:-1] == whole[: length - 1] and (
        (copy[-1] != whole[length - 1] and whole[length - 1].startswith(copy[-1]))
        or (copy[-1] == whole[length - 1] and length < len(whole))
    )  # fmt: skip


def _same_title(one: Segment, other: Segment) -> bool:
    a, b = one.title_key, other.title_key
    if a == b:
        return bool(a) or _same_chain(one.keys, other.keys) or not one.keys or not other.keys
    if _same_chain(one.keys, other.keys):
        return True
    return min(len(a), len(b)) >= 4 and (a.startswith(b) or b.startswith(a))


def drop_copies(segments: list[Segment]) -> list[Segment]:
    """One segment per chain; every line of the others becomes ``copy``. Groups in order of appearance."""
    groups: list[list[Segment]] = []
    by_title: dict[str, list[Segment]] = {}
    for segment in segments:
        if not segment.blocks and segment.lines and segment.lines[0].header is None:
            # What stands before the first header and is no order: greetings, a sender's name.
            known = {skipped.line for skipped in segment.skipped}
            for line in segment.lines:
                if line.at not in known:
                    segment.skip(line, "remark")
            if len(segments) > 1:
                segment.titles = []
                continue
            segment.skipped = [s for s in segment.skipped if s.raw.strip() not in segment.titles]
        # The same title, or one of the last few chains under a title that was edited.
        group = by_title.get(segment.title_key) if segment.title_key else None
        if group is None:
            group = next((g for g in groups[-_RECENT:] if _same_title(g[-1], segment)), None)
        if group is None:
            group = []
            groups.append(group)
        group.append(segment)
        by_title.setdefault(segment.title_key, group)
    return [_last_complete(group) for group in groups]


def _last_complete(group: list[Segment]) -> Segment:
    chosen = group[-1]
    for segment in reversed(group[:-1]):
        if _is_cut_off(chosen.keys, segment.keys):
            chosen = segment
    for segment in group:
        if segment is not chosen:
            segment.skipped, segment.titles, segment.runs = [], [], []
            for line in segment.lines:
                segment.skip(line, "copy")
    return chosen
