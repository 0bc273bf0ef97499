"""Rooms as people write them, and the one way the project writes them.

A room is a building, perhaps a unit (stairwell), and a number: ``20-1702``, ``3-2-501``, ``12-101A``,
``商务楼-305``. Residents and property offices write the same door in a dozen ways (``20栋1702``, ``20#1702``,
``3号楼2单元501``, ``168弄2号602室``, full width, Chinese numerals). Everything that reads a room, be it a
spreadsheet, a chat chain or a search box, goes through this module, so that one door is always one string.

Pure functions on strings: no database, no Django. Nothing here raises on any input; every pattern has bounded
repetition, so the cost is linear in the length of the text.
"""

from .cells import building_name, room_number, unit_name
from .finding import find_room
from .grammar import FoundRoom, Room, parse_room
from .order import sort_key
from .spelling import chinese_number, clean, fold

__all__ = [
    "FoundRoom",
    "Room",
    "building_name",
    "chinese_number",
    "clean",
    "find_room",
    "fold",
    "parse_room",
    "room_number",
    "sort_key",
    "unit_name",
]
