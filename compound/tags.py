"""Household tags as the project ships them. Rows may be added in the admin; these are written after each migrate."""

from typing import Any

# code, Chinese, English; the order is that of need in a shortage.
TAGS = (
    ("medical_family", "医护人员家庭", "medical family"),
    ("hardship", "困难户", "hardship"),
    ("lone_elder", "独居老人", "lone elder"),
    ("left_behind_child", "留守儿童", "children left behind"),
    ("infant", "婴幼儿", "infant"),
    ("pregnant", "孕妇", "pregnant"),
    ("chronic_illness", "慢性病", "chronic illness"),
    ("cannot_cook", "不能做饭", "cannot cook"),
    ("reduced_mobility", "行动不便", "reduced mobility"),
)


def seed_tags(**kwargs: Any) -> None:
    """`post_migrate` receiver. A name that the secretary changed stays changed."""
    from compound.models import Tag

    Tag.objects.using(kwargs.get("using")).bulk_create(
        [
            Tag(code=code, name=name, name_en=english, position=position)
            for position, (code, name, english) in enumerate(TAGS, start=1)
        ],
        ignore_conflicts=True,
    )
