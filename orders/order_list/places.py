"""One text about a door (an address, a box of a form, a nickname, a remark) → the parts of doors it can mean.

Grammar first (`compound.rooms`), and the registry decides between its readings: `幸福路88号3栋501` is 3-501
because there is no 88-3. What the grammar does not know is tried as bare numbers, again only for doors that are there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from compound.household_list.values import plain_english
from compound.rooms import building_name, chinese_number, clean, find_room, room_number, unit_name
from orders.order_list.doors import Doors, Part
from orders.order_list.layouts import read_with

_TRADITIONAL = str.maketrans("號樓單棟橦門區層", "号楼单栋幢门区层")
_PHONES = re.compile(
    r"(?<![0-9])(?:\+?86[- ]?)?1[3-9][0-9][- ]?[0-9*]{4}[- ]?[0-9]{4}(?![0-9])|(?<![0-9])0[0-9]{2,3}-[0-9]{7,8}|〔…〕"
)
_WORDY_BRACKET = re.compile(r"[(\[【][^()\[\]【】0-9]*[)\]】]")
_PLACE_NAME = re.compile(r"^.*(?:小区|社区|花园|家园|新村|公寓楼区|嘉园|名苑|华庭)(?=.)")
_NUMBERS = re.compile(
    r"[A-Za-z]?[0-9]+[A-Za-z]?(?![A-Za-z])|[零〇一二三四五六七八九十百]{1,6}(?=\s?(?:号|栋|幢|座|单元|楼|室|层|门))|(?<=室|元|楼|栋|幢|号)[零〇一二三四五六七八九]{3,4}(?![0-9])"
)
_START = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]|(?<=[0-9])(?=\b)|[第零一二三四五六七八九十东西南北]")
_UNIT_WORD = re.compile(
    r"(?:第)?(?<![0-9A-Za-z])(?P<unit>[0-9]{1,2}|[A-Za-z]|[东西南北中甲乙丙丁一二三四五六七八九十]{1,2})\s?(?:单元|门(?![口卫牌外前边岗禁])|梯(?!口))"
)
_UNIT_MARK = re.compile(r"\s?(?:单元|门(?![口卫牌外前边岗禁])|梯(?!口))")
_NUMBER_WORD = re.compile(
    r"(?<![0-9A-Za-z])(?P<number>[A-Za-z]?[0-9]{2,5}[A-Za-z]?|[零〇一二三四五六七八九]{3,4})\s?(?:室|房|户|号房|号室)"
)
_LANE = re.compile(r"[0-9]{1,5}\s?弄")
_HOUSE = re.compile(r"(?:路|街|大道|道|巷)\s?[0-9]{1,5}(?:-[0-9]{1,3})?\s?(?:号院?|弄)(?=.*[0-9A-Za-z一-九])")

# A street and its number, with the door behind it: 幸福路168-3-101, 幸福路12号3-101.
_STREET = re.compile(r"^.*(?:路|街|大道|道|巷)\s?(?P<house>[0-9]{1,5})\s?(?P<mark>号院?|弄)?\s?-?\s?(?=[0-9A-Za-z])")
# A building right before what was read as one: 1#3#101, 1幢3座101.
_BUILDING_BEFORE = re.compile(
    r"(?<![0-9A-Za-z])(?P<building>[A-Za-z]?[0-9]{1,3}[A-Za-z]?)\s?(?P<mark>号楼|[栋幢座楼#号])\s?-?\s?$"
)
_STREET_BEFORE = re.compile(r"(?:路|街|大道|道|巷|弄)\s?$")
_UNIT_BEHIND = re.compile(
    r"\s?(?:室|房|户|号)?\s?[(\[【,，、/-]?\s?第?(?P<unit>[0-9]{1,2}|[A-Za-z一二三四五六七八九东西南北中])\s?单元"
    # With a number behind it, it is the unit of the next door.
    r"(?!\s?-?\s?[A-Za-z]?[0-9零〇一二三四五六七八九])"
)

_STREET_ONLY = re.compile(r"[^0-9]*(?:路|街|大道|巷)\s?[0-9]{1,5}\s?(?:号院?|弄)?[^0-9]{0,12}")


@dataclass(frozen=True, slots=True)
class Place:
    """`parts`: what it can mean, doors that are there first. `unknown`: a whole room that the registry does not have.

    `how`: '' by the grammar, else `glued`, `by_layout`.
    """

    parts: tuple[Part, ...] = ()
    unknown: str = ""
    how: str = ""


EMPTY = Place()


_FLOOR_BEFORE = re.compile(
    r"(?P<floor>[0-9]{1,2}|[一二三四五六七八九十]{1,3})\s?[层楼](?!号)\s?-?\s?(?=(?P<number>[0-9]{3,4})(?![0-9]))"
)
_EN = r"\.?\s*(?:no\.?|#)?\s*"
_ENGLISH = (
    re.compile(rf"\b(?:building|bldg|block|blk|tower){_EN}([a-z]?[0-9]{{1,4}}[a-z]?|[a-z])\b", re.IGNORECASE),
    re.compile(rf"\b(?:unit|entrance|staircase){_EN}([0-9]{{1,2}}|[a-z])\b", re.IGNORECASE),
    re.compile(rf"\b(?:room|rm|flat|apartment|apt){_EN}([a-z]?[0-9]{{1,5}}[a-z]?)\b", re.IGNORECASE),
)
_MARKED = re.compile(r"[栋幢座楼号#元门-]\s?$")


def words_of(text: str) -> str:
    """The text as it is matched: half width, plain dashes, without telephone numbers, floors and wordy brackets."""
    plain = _PHONES.sub(" ", clean(text).translate(_TRADITIONAL))
    plain = re.sub(r"(?<=[0-9])\s?[~～‧·。．](?=[0-9])|(?<=[0-9])\s?\.(?=[0-9])", "-", plain)
    # 401门口 is a door, 2门 a unit.
    plain = re.sub(r"(?<=[0-9A-Za-z])(?=门(?:口|外|前|边|旁|把|上))", " ", plain)
    plain = _FLOOR_BEFORE.sub(_without_floor, plain)
    plain = _WORDY_BRACKET.sub(" ", plain).replace("＃", "#").strip(" -_,;，；。、.:：")
    return _english(plain) or plain_english(plain)


def _english(plain: str) -> str:
    """`Room 501, Building 3`, in whatever order, within an address → `3-501`; '' for any other text."""
    buildings, units, numbers = (label.findall(plain) for label in _ENGLISH)
    if len(buildings) != 1 or len(numbers) != 1 or len(units) > 1:
        return ""
    return "-".join(word.upper() for word in (*buildings, *units, *numbers))


def _without_floor(match: re.Match[str]) -> str:
    """Behind a building `3楼` of `3楼301` is the floor: not the next building."""
    floor = int(match["floor"]) if match["floor"].isdigit() else chinese_number(match["floor"])
    fits = floor is not None and match["number"].startswith(str(floor)) and len(match["number"]) == len(str(floor)) + 2
    return "" if fits and _MARKED.search(match.string[: match.start()]) else match[0]


def read_place(text: str, doors: Doors, *, by_number: bool = True) -> Place:
    """An address or a whole cell. `by_number`: a bare number of a door counts too."""
    plain = words_of(text)
    # A street and its number alone name the compound, no building in it.
    if not plain or _STREET_ONLY.fullmatch(plain):
        return EMPTY
    known, unknown = _by_grammar(plain, doors)
    known = _behind_street(plain, known, doors) or known
    if known:
        return Place(tuple(known + _next_door(plain, known, doors)))
    for layout in doors.layouts:
        read = read_with(layout, text)
        if read is not None and doors.find(part := Part(*read)).rooms:
            return Place((part,), how="by_layout")
    numbers = _by_numbers(plain, doors)
    if numbers:
        return Place(tuple(numbers), unknown="" if not unknown else str(unknown))
    if unknown is not None:
        return Place((), str(unknown))
    glued_whole = re.fullmatch(r"[0-9]{6,7}", plain)
    bare = Part(None, None, plain) if glued_whole else _partial(plain, doors, by_number=by_number)
    if bare != Part():
        if bare.building is None and bare.unit is None and bare.number and not doors.with_number(bare.number):
            glued = _glued(bare.number, doors)
            if glued:
                return Place(tuple(glued), how="glued")
        return Place((bare,))
    return EMPTY


_TWO = re.compile(r"(?<![0-9])[0-9]{3,4}\s?室?\s?[、,，/和及与&+]\s?(?P<other>[0-9]{3,4})(?![0-9])")


def _next_door(plain: str, known: list[Part], doors: Doors) -> list[Part]:
    """`3号楼501、502` names two doors."""
    match = _TWO.search(plain)
    if match is None:
        return []
    other = Part(known[0].building, known[0].unit, match["other"])
    return [other] if other not in known and doors.find(other).rooms else []


def _behind_street(plain: str, known: list[Part], doors: Doors) -> list[Part]:
    """The doors behind a street's number that was taken for a building, or for one without the unit that is written."""
    match = _STREET.match(plain)
    if match is None or any(not doors.find(part).unit_ignored for part in known):
        return []
    behind, _unknown = _by_grammar(plain[match.end() :], doors)
    behind = [part for part in behind if not doors.find(part).unit_ignored]
    # 幸福路3-12-101: a house and a building, or a building and a unit.
    return behind if match["mark"] or not known else [*behind, *known] if behind else []


def _with_unit(plain: str, start: int, end: int, part: Part, doors: Doors) -> list[Part]:
    """What a room that was read means beside what stands right before and behind it.

    `1#3#101` and `1幢3座101` are unit 3 of building 1, `1栋101(2单元)` is in unit 2. A building before it that cannot
    be brought together with it is another door, and asked about.
    """
    if part.unit is None and len(doors.find(part).rooms) > 1 and (unit := _UNIT_BEHIND.match(plain, end)):
        whole = Part(part.building, unit_name(unit["unit"]), part.number)
        return [whole] if doors.find(whole).rooms else [part]
    before = _BUILDING_BEFORE.search(plain, 0, start)
    if before is None or part.unit is not None or _STREET_BEFORE.search(plain, 0, before.start()):
        return [part]
    building = doors.building(before["building"])
    other = Part(building, part.building, part.number)
    if building is None or not doors.find(other).rooms:
        return [part]
    if building == part.building:
        # The building once more, unless both are written alike.
        twice = before["mark"] in "#栋幢" and re.compile(r"[^#座]{1,4}[#座]").match(plain, start)
        return [other] if twice else [part]
    is_house = before["mark"] == "号"
    return [other] if not doors.find(other).unit_ignored and not is_house else [other, part]


def _by_grammar(plain: str, doors: Doors) -> tuple[list[Part], Part | None]:
    """Rooms that the registry has, in order of the text; and the last whole one that it has not."""
    accepted: list[Part] = []
    unknown: Part | None = None
    unknown_end = at = 0
    for _step in range(12):
        found = find_room(plain[at:], buildings=doors.names)
        if found is None:
            break
        start, end = at + found.start, at + found.end
        part = Part(doors.building(found.building) or found.building, found.unit, found.number)
        if found.number is not None and end > unknown_end:
            if doors.find(part).rooms:
                accepted += [one for one in _with_unit(plain, start, end, part, doors) if one not in accepted]
                unknown, unknown_end = None, end
                at = end
                continue
            if unknown is None or end > unknown_end:
                unknown, unknown_end = part, end
        following = _START.search(plain, start + 1)
        if following is None:
            break
        at = max(following.start(), start + 1)
    return accepted, None if accepted else unknown


def _by_numbers(plain: str, doors: Doors) -> list[Part]:
    """Two or three bare numbers, with a floor between them perhaps: `3 2 501`, `20栋17楼02`, `501室3号楼`."""
    bare = _HOUSE.sub(" ", _LANE.sub(" ", _PLACE_NAME.sub("", plain)))
    floors = {match[1] for match in re.finditer(r"([0-9]{1,2})\s?[层楼](?![0-9]*号)", bare)}
    found_numbers = list(_NUMBERS.finditer(bare))
    numbers = [_plain_number(match[0]) for match in found_numbers]
    if not 2 <= len(numbers) <= 4:
        return []
    marked = [bool(_UNIT_MARK.match(bare, match.end())) for match in found_numbers]
    if marked[0] or (len(numbers) == 2 and marked[1]) or "单元" in bare[: found_numbers[0].start()]:
        # 3单元101 and 单元3 101 name no building.
        return []
    tries: list[Part] = []
    if len(numbers) == 2:
        tries = [Part(numbers[0], None, numbers[1])]
        if ("室" in bare and bare.index("室") < len(bare) - 2) or re.search(r"[0-9]\s?(?:号楼|栋|幢|座)[^0-9]*$", bare):
            tries.append(Part(numbers[1], None, numbers[0]))
    elif len(numbers) == 3:
        first, second, third = numbers
        tries = [Part(first, second, third)]
        if second in floors or not doors.units.get(first):
            tries.append(Part(first, None, third))
            if third.isdigit() and len(third) <= 2:
                tries.append(Part(first, None, f"{second}{int(third):02d}"))
    else:
        first, second, third, fourth = numbers
        if third in floors:
            tries = [Part(first, second, fourth)]
            if fourth.isdigit() and len(fourth) <= 2:
                tries.append(Part(first, second, f"{third}{int(fourth):02d}"))
    found = [part for part in tries if doors.find(part).rooms]
    return found[:1] if len({doors.find(part).rooms for part in found}) == 1 else found


def _plain_number(word: str) -> str:
    if word[0] in "零〇一二三四五六七八九十百":
        value = chinese_number(word)
        return word if value is None else str(value)
    return room_number(word) or word.upper()


def _partial(plain: str, doors: Doors, *, by_number: bool) -> Part:
    building = unit = number = None
    found = find_room(plain, buildings=doors.names)
    if found is not None and found.number is None:
        building, unit = doors.building(found.building), found.unit
    if match := _UNIT_WORD.search(plain):
        unit = unit or unit_name(match["unit"])
    if match := _NUMBER_WORD.search(plain):
        number = room_number(match["number"])
    elif by_number:
        rest = plain[found.end :] if found is not None and building is not None else plain
        if unit is not None:
            rest = re.sub(r"^.*?(?:单元|门|梯)", "", rest)
        tokens = re.findall(r"(?<![0-9A-Za-z])[A-Za-z]?[0-9]{3,5}[A-Za-z]?(?![0-9A-Za-z])", rest)
        if len(tokens) == 1:
            number = room_number(tokens[0])
        elif (whole := room_number(plain)) is not None:
            number = whole
    if building is None and found is None:
        building = next((name for name in doors.names if name in plain), None)
    return Part(building, unit, number)


def _glued(digits: str, doors: Doors) -> list[Part]:
    """`3501` → 3-501, `32501` → 3-2-501: all that are there."""
    if not digits.isdigit() or not 4 <= len(digits) <= 7:
        return []
    tries = [Part(digits[:i], None, room_number(digits[i:])) for i in (1, 2) if len(digits) - i >= 3]
    tries += [
        Part(digits[:i], digits[i], room_number(digits[i + 1 :]))
        for i in (1, 2)
        if len(digits) - i - 1 >= 3 and doors.units.get(digits[:i])
    ]
    return [part for part in tries if part.building in doors.buildings and doors.find(part).rooms]


# ── boxes of a form ───────────────────────────────


def read_building(text: str, doors: Doors) -> tuple[Part, ...]:
    """The box for the building: `10号楼`, `3号楼2单元`, `3-2`, `11室`, or the whole room."""
    plain = words_of(text)
    if not plain:
        return ()
    whole = doors.building(plain)
    if whole is not None:
        return (Part(whole),)
    known, _unknown = _by_grammar(plain, doors)
    if known:
        return tuple(known)
    if match := _UNIT_WORD.search(plain):
        building = doors.building(plain[: match.start()].strip(" -_/,，"))
        return (Part(building, unit_name(match["unit"])),) if building else ()
    two = re.fullmatch(r"(.+?)\s?[-_/,， ]\s?([0-9]{1,2}|[A-Za-z东西南北])", plain)
    if two and (building := doors.building(two[1])):
        unit = unit_name(two[2])
        return (Part(building, unit),) if unit in doors.units[building] else (Part(building),)
    name = building_name(re.sub(r"^.*(?:小区|社区|花园|家园|新村)", "", plain))
    return (Part(name),) if name and len(name) <= 6 else ()


def read_unit(text: str) -> tuple[Part, ...]:
    plain = words_of(text)
    match = _UNIT_WORD.search(plain)
    name = unit_name(match["unit"] if match else plain)
    # 0 is what people write where there are none.
    return (Part(None, name),) if name and name != "0" else ()


def read_number(text: str, doors: Doors) -> tuple[Part, ...]:
    """The box for the room: `501`, `501室`, `2-501` (unit or building), `2单元501`, `3号楼501`, `5楼501`, `501张三`."""
    plain = words_of(text)
    if not plain:
        return ()
    number = room_number(plain)
    if number is not None:
        return (Part(None, None, number),)
    floor = re.fullmatch(r"([0-9]{1,2})\s?[层楼F]\s?-?([0-9]{1,5}[A-Za-z]?)\s?(?:室|房|号)?", plain)
    if floor:
        flat = floor[2]
        joined = (
            flat
            if flat.startswith(floor[1]) and len(flat) > 2
            else f"{floor[1]}{int(flat):02d}"
            if flat.isdigit()
            else flat
        )
        return (Part(None, None, room_number(joined)),)
    two = re.fullmatch(
        r"(?:第)?([A-Za-z]?[0-9]{1,3}[A-Za-z]?)\s?[-_/ ]\s?([A-Za-z]?[0-9]{2,5}[A-Za-z]?)\s?(?:室|房|号)?", plain
    )
    if two:
        first, number = room_number(two[1]) or two[1].upper(), room_number(two[2])
        if re.fullmatch("[0-9]{3,}", two[1]):
            # 501-502: two doors.
            return (Part(None, None, first), Part(None, None, number))
        parts = [Part(None, first, number), Part(first, None, number)]
        if two[2].isdigit() and len(two[2]) == 2:
            # Floor and flat: 17-02
            parts.append(Part(None, None, f"{first}{two[2]}"))
        return tuple(parts)
    known, _unknown = _by_grammar(plain, doors)
    if known:
        return tuple(known)
    part = _partial(plain, doors, by_number=True)
    if part.number:
        return (part,)
    leading = re.match(r"([A-Za-z]?[0-9]{2,5}[A-Za-z]?)(?![0-9A-Za-z])", plain)
    return (Part(None, None, room_number(leading[1])),) if leading else ()


_NICK_NUMBER = re.compile(r"(?<![0-9A-Za-z.])([0-9]{3,4}[A-Za-z]?)(?![0-9A-Za-z.])")


def read_nickname(text: str, doors: Doors) -> tuple[Part, ...]:
    """What a nickname says: `3-501王姐`, `高静-1102`, `3栋王姐`, `2单元老李`."""
    plain = words_of(text)
    known, _unknown = _by_grammar(plain, doors)
    if known:
        return tuple(known[:1])
    part = _partial(plain, doors, by_number=False)
    numbers = [room_number(n) for n in _NICK_NUMBER.findall(plain)]
    if part.number is None and len(numbers) == 1:
        part = Part(part.building, part.unit, numbers[0])
    return (part,) if part != Part() else ()


def read_remark(text: str, doors: Doors) -> tuple[Part, ...]:
    """A room, a unit or a labelled number in a wish; a number alone only when it is the whole remark."""
    plain = words_of(text)
    known, unknown = _by_grammar(plain, doors)
    if known:
        return tuple(known[:2])
    if unknown is not None:
        return ()
    part = _partial(plain, doors, by_number=False)
    if part.number is None and (whole := room_number(plain)) and len(whole) >= 3:
        part = Part(part.building, part.unit, whole)
    return (part,) if part != Part() else ()
