"""The people who log in: the same in the demo, in tests (tests/make.py) and in screenshots. Nobody of them exists."""

from typing import Final, NamedTuple

from compound.models import Role

CODE: Final = "demo"
NAME: Final = "幸福里"
GATES: Final = ("东门", "南门", "西门", "北门")
HOW_TO_PAY: Final = "微信转给本栋楼长，备注写房号；付现金的，楼长每天傍晚上门收。请在收到账单后三天内付。"
# Public on purpose: compound/loopback.py lets the demo's logins in from this machine only.
PASSWORD: Final = "shouwang-2022"  # noqa: S105
# 郭芳 answers for this building.
CAPTAINS_BUILDING: Final = "3"
SEALED_BUILDING: Final = "8"


class Person(NamedTuple):
    name: str
    phone: str


CAST: Final[dict[Role, Person]] = {
    Role.SECRETARY: Person("何秀兰", "13000000001"),
    Role.COORDINATOR: Person("林涛", "13000000002"),
    Role.GATE: Person("周静", "13000000003"),
    Role.MEDICAL: Person("唐敏", "13000000004"),
    Role.SUPPLY: Person("罗强", "13000000005"),
    Role.CAPTAIN: Person("郭芳", "13000000006"),
    Role.VOLUNTEER: Person("冯磊", "13000000007"),
}
# Captains of the other buildings have no password; a coordinator can give them a login QR.
CAPTAIN_PHONES: Final = tuple(f"130000000{number:02d}" for number in range(11, 100))
