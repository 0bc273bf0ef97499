"""Lists of volunteers as spreadsheets: grid → lines and problems. Pure reading, no tables.

The file itself is read by `compound.household_list.load`: the same limits, the same care with formulas, merged cells
and identity numbers. What a skill, a room or a number means here is decided by `roster.services.volunteer_import`.
"""

from roster.volunteer_list.columns import FIELD_NAMES, Column
from roster.volunteer_list.problems import Problem, no_list
from roster.volunteer_list.read import MOST_LINES, Line, Reading, read_list

__all__ = ["FIELD_NAMES", "MOST_LINES", "Column", "Line", "Problem", "Reading", "no_list", "read_list"]
