"""Which kind of goods something is, by its words: what the street office asks for (staples, salt, eggs, fruit …).

In Chinese the last word says what a thing is: 鸡蛋面 is noodles and 盐焗鸡 is no salt. So of all words of the table
that stand in a name the one that ends last wins, and of two that end together the longer one. A good that no word
fits is looked for in its section of the shop, and else it is `other`.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import pgettext_lazy

OTHER = "other"
# 香蕉（青）, 金龙鱼 大米 [5kg]: what stands in brackets qualifies, it does not name.
_BRACKETS = re.compile(r"[（(【\[][^）)】\]]*[）)】\]]")


@dataclass(frozen=True)
class Category:
    code: str
    label: Any
    words: tuple[str, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


CATEGORIES = (
    Category(
        "staples",
        pgettext_lazy("goods", "Staples"),
        _words(
            "主食 粮油 大米 米 面粉 面 挂面 面条 面包 馒头 包子 花卷 饺子 馄饨 米粉 粉丝 粉条 河粉 年糕 燕麦 "
            "麦片 杂粮 豆浆粉 rice flour noodles bread"
        ),
    ),
    Category("oil", pgettext_lazy("goods", "Cooking oil"), _words("油 食用油 花生油 菜籽油 菜油 oil")),
    Category("salt", pgettext_lazy("goods", "Salt"), _words("盐 食盐 salt")),
    Category(
        "seasoning",
        pgettext_lazy("goods", "Seasoning"),
        _words(
            "调料 酱油 生抽 老抽 蚝油 香油 麻油 醋 糖 白糖 鸡精 味精 料酒 豆瓣酱 酱 花椒 八角 咸菜 榨菜 腐乳 "
            "sugar vinegar"
        ),
    ),
    Category("eggs", pgettext_lazy("goods", "Eggs"), _words("蛋 鸡蛋 鸭蛋 皮蛋 egg eggs")),
    Category(
        "vegetables",
        pgettext_lazy("goods", "Vegetables"),
        _words(
            "蔬菜 蔬菜包 菜 白菜 青菜 萝卜 胡萝卜 土豆 马铃薯 红薯 山药 芋头 西红柿 番茄 黄瓜 冬瓜 南瓜 丝瓜 "
            "苦瓜 茄子 辣椒 青椒 尖椒 葱 洋葱 姜 生姜 蒜 大蒜 蒜苗 豆角 四季豆 豆芽 绿豆 黄豆 莲藕 藕 蘑菇 "
            "香菇 菇 木耳 芹菜 菠菜 玉米 豆腐 豆干 笋 花菜 西兰花 vegetables cabbage potatoes"
        ),
    ),
    Category(
        "fruit",
        pgettext_lazy("goods", "Fruit"),
        _words(
            "水果 果 苹果 香蕉 橙 橙子 脐橙 橘子 桔子 柑 柚子 梨 葡萄 提子 西瓜 哈密瓜 甜瓜 草莓 桃 桃子 芒果 "
            "猕猴桃 火龙果 菠萝 樱桃 柠檬 荔枝 枣 fruit apple apples bananas oranges"
        ),
    ),
    Category(
        "meat",
        pgettext_lazy("goods", "Meat and fish"),
        _words(
            "肉 肉禽 水产 猪肉 牛肉 羊肉 五花肉 排骨 筒骨 猪蹄 鸡 鸡腿 鸡翅 鸭 鸭腿 鱼 带鱼 鲫鱼 虾 牛腩 香肠 "
            "腊肉 火腿 丸子 鱼丸 meat pork beef fish chicken"
        ),
    ),
    Category(
        "milk",
        pgettext_lazy("goods", "Milk"),
        _words("奶 牛奶 鲜奶 纯牛奶 酸奶 奶制品 乳制品 奶酪 豆奶 milk yogurt"),
    ),
    Category(
        "baby",
        pgettext_lazy("goods", "For babies"),
        _words("母婴 婴儿 奶粉 尿不湿 尿布 纸尿裤 尿片 米糊 辅食 湿巾 nappies diapers"),
    ),
    Category(
        "household",
        pgettext_lazy("goods", "For the household"),
        _words(
            "日用 日用品 百货 纸 纸巾 卫生纸 抽纸 卷纸 卫生巾 洗衣液 洗衣粉 洗洁精 肥皂 香皂 洗手液 洗发水 "
            "沐浴露 牙膏 牙刷 毛巾 垃圾袋 保鲜膜 电池 灯泡 消毒液 酒精 口罩 手套 体温计 soap masks"
        ),
    ),
    Category(OTHER, pgettext_lazy("goods", "Other goods"), ()),
)


@lru_cache(maxsize=4096)
def category_of(goods: str, section: str = "") -> str:
    """`食用盐` → `salt`. Never fails: what nobody knows is `other`."""
    return _by_words(_BRACKETS.sub("", goods) or goods) or _by_words(section) or OTHER


def _by_words(text: str) -> str:
    text, best, found = text.lower(), (-1, 0), ""
    for category in CATEGORIES:
        for word in category.words:
            place = text.rfind(word)
            if place >= 0 and (place + len(word), len(word)) > best:
                best, found = (place + len(word), len(word)), category.code
    return found
