"""The surname alone, for whom the whole name is not needed. Pure."""

# 复姓 that people have today. Any other is read as its first character, which gives away no more.
COMPOUND_SURNAMES = frozenset(
    text[at : at + 2]
    for text in (
        "欧阳上官司马东方独孤南宫闻人夏侯诸葛尉迟公羊赫连澹台皇甫濮阳太叔申屠公孙慕容钟离长孙宇文司徒鲜于司空",
        "拓跋轩辕令狐段干百里呼延东郭端木第五达奚纳兰万俟闾丘梁丘西门南门",
        "歐陽司馬東方諸葛尉遲長孫鍾離",
    )
    for at in range(0, len(text), 2)
)
# The first sign of the East Asian scripts in Unicode.
FIRST_HAN = 0x2E80


def surname_of(name: str) -> str:
    """`欧阳静` → `欧阳`, `周旻` → `周`, `Anna Berg` → `Berg`; of one word in letters only its initial."""
    words = name.split()
    if not words:
        return ""
    if ord(words[0][0]) < FIRST_HAN:
        return words[-1] if len(words) > 1 else f"{words[0][0]}."
    return words[0][:2] if words[0][:2] in COMPOUND_SURNAMES else words[0][0]
