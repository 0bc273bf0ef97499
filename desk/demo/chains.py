"""What the neighbours wrote in their groups: invented, with everything that makes such texts hard to read.

`{title}` and `{more}` are filled in; {more} are plain lines, numbered on from where the written ones end.
"""

import re
from typing import Final

# Confirmed in the demo; what nobody could be sure of stays to be looked at.
FIRST: Final = """#接龙
{title}
例 楼栋-房号 要什么 多少

1. 20-1702 鸡蛋2板，青菜3斤，生姜半斤
2. 20栋302 土豆5斤、番茄2斤
3、3号楼2单元501 大米1袋，菜籽油1桶（送到门口就行）
4.商务楼305 苹果5斤 香蕉3斤
5. 20-1101 鸡蛋5板
6. 老刘 青菜两斤，黄瓜一斤
7. 尘 消毒液两瓶
8. 3栋王姐 鸡蛋2板
9. 20-902 五花肉2斤，胡萝卜1斤，
   挂面3把
10. 3-501 牛奶1箱
11. 20-1203 +2
12. 3-1-302 西红柿、黄瓜、胡萝卜各一斤
13. 20-603 酸奶1提。取消
14. 小美妈妈 纸尿裤L码1包
15. 商务楼201 卷纸1提 洗洁精
16. 20-1401 馒头x2，鸡腿×1
{more}

{deadline}截单，过时不候，谢谢各位邻居🙏
"""
FIRST_COUNT: Final = 16

# Pasted and not confirmed yet.
SECOND: Final = """#接龙
{title}

1. 20-801 大米1袋
2. 3-2-201 鸡蛋一板 牛奶两箱
3. 云淡风轻 猫粮一袋
4. 商务楼402 苹果三斤，酱油1瓶
5. 20-1302 鲫鱼2条（杀好）
6. 3-3-601 老样子
7. 20-1502 土豆3斤
8. 20-1502 土豆5斤
{more}
"""
SECOND_COUNT: Final = 8

# In the sealed building's own group a number is a door.
SEALED: Final = """#接龙
封控楼今天要的东西，志愿者帮忙送上楼

1. 301 青菜2斤 鸡蛋1板
2. 502 纯牛奶1箱
3. 1103 大米1袋，盐1包
4. 703室 84消毒液1瓶
5. 8-1201 土豆3斤、大葱1把
6. 楼上的邻居 馒头3袋
"""


def rooms_written() -> frozenset[str]:
    """Rooms that the written texts name in plain digits; other lines must be of other doors."""
    text = FIRST + SECOND
    found = re.findall(r"(?<=[ 、.])(20|3|商务楼)(?:栋|-|号楼)?([1-3](?:单元|-))?([0-9]{3,4})(?![0-9])", text)
    return frozenset("-".join(part for part in (b, u[:1], n) if part) for b, u, n in found)


PORK_TITLE: Final = "平价猪肉 10元一斤"
PORK: Final = """#接龙
平价猪肉 10元一斤 每户限3斤
例 楼栋-房号 几斤

{more}
"""

# Of the rooms that the texts name only these may be empty flats: somebody ordered for one.
EMPTY: Final = frozenset({"20-1203"})
# Learned in earlier rounds: who writes without a room.
NICKNAMES: Final = (("真真", "20-503"), ("小美妈妈", "3-2-102"), ("老刘", "商务楼-102"))
