"""Make the four fonts of the printed sheets (`compound/paper/fonts/`) out of published packages.

Not needed at run time and not run by `make`: the fonts are committed. To build them again:

    uv venv build && uv pip install --python build/bin/python "fonttools==4.*" brotli pip
    build/bin/python -m pip download --no-deps justmytype-intl-cjk==0.1.0
    npm pack @fontsource-variable/noto-emoji@5.3.1
    build/bin/python tools/build_fonts.py justmytype_intl_cjk-*.whl fontsource-variable-noto-emoji-*.tgz

What it writes (each with a PostScript name of its own: ReportLab merges fonts that share one):

- `ShouwangSans-Regular.ttf`: Noto Sans SC at weight 400, every character it has.
- `ShouwangSans-Bold.ttf`: Noto Sans SC at weight 700, cut to GBK, the name characters below and Latin.
- `ShouwangSans-Extra.ttf`: what Noto Sans SC lacks and its sisters TC, JP and KR have (𠮷 and some two thousand
  more ideographs, Hangul), weight 400.
- `ShouwangEmoji-Regular.ttf`: Noto Emoji (monochrome) at weight 400.

Layout tables (GSUB, GPOS) and vertical metrics are dropped: nothing on the sheets is shaped, and the bytes count.
"""

from __future__ import annotations

import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

from fontTools import subset
from fontTools.merge import Merger
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

OUT = Path(__file__).resolve().parent.parent / "compound" / "paper" / "fonts"

# Frequent in given names since the nineties and outside GBK or easily forgotten; the list only grows.
NAME_CHARACTERS = (
    "喆旻堃玥珺璟晗昊昱晞昕曦暄翀翊羿玘玚玙玞珈珒珣珩琀琇琎琤瑀瑄瑗瑨璇璐璠璟瓘甯畇祎祐祺禛禔秾竑筠粲綦绂缊翾"
    "芃芊芮苡茉茜荟荻莙菡葳蒽蓁蔓薏藜蘅蠡衎襄觎訚諴谞赟赪轫迖逯遹邈郇郗鄢鄯鄱酆钊钐钘钰铖铱锃锜锳镕镠闳阍陟隽雎霁霈霖靓靖鞠韪颀颉颋颢飏馡"
    "駪骉骁骎骞骥髙鸢鸾麒麟黎龑龘嫚嬛嫄嫣媖婳娅妘姞姮姣孖孜孺宓宬宸寔寯屾岍岐岚峣峤峻崟崧嵘巘帆幂廙彧彤徕忞忻怿恺悃悫惇愫慜憬懋戬扆抃揆"
    "攽敉斐斓昇昉昳晏晔晟晢晧暐暕暠曌曙朓杓杲枞柃栐栻桉桢桤梓棽棻楠榑槃槿樾檀檠欣歆殳毓氤泓泠泺洹浥浠涵淏淦淼渼湉湜溦滢漪漾潇潆潏澄澍澔澹濯瀚瀛灏炅炘炜烜烨焓焘焱煊煜煦熙熠燊燚燨爔爽犇猷玹"
    "䶮㛃㬎㸆䴖䴘䴙䶲㛹㟃㻬㵐"
)

NAMES = {
    "ShouwangSans-Regular": ("Shouwang Sans", "Regular"),
    "ShouwangSans-Bold": ("Shouwang Sans Bold", "Regular"),
    "ShouwangSans-Extra": ("Shouwang Sans Extra", "Regular"),
    "ShouwangEmoji-Regular": ("Shouwang Emoji", "Regular"),
}


def gbk_characters() -> set[int]:
    """Every code point that GBK can write."""
    found: set[int] = set(range(0x20, 0x7F))
    for lead in range(0x81, 0xFF):
        for trail in range(0x40, 0xFF):
            try:
                text = bytes((lead, trail)).decode("gbk")
            except UnicodeDecodeError:
                continue
            found.update(map(ord, text))
    return found


def keep(font: TTFont, characters: Iterable[int]) -> TTFont:
    """The font with these characters only, without layout tables, hinting and vertical metrics."""
    options = subset.Options()
    options.layout_features = []
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "STAT", "HVAR", "VVAR", "MVAR"]
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = ["*"]
    options.glyph_names = False
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=list(characters))
    cutter.subset(font)
    return font


def rename(font: TTFont, post_script_name: str) -> None:
    """Names 1, 2, 3, 4, 6 of our own (a modified font may not be mistaken for the original)."""
    family, style = NAMES[post_script_name]
    table = font["name"]
    keep_ids = {0, 5, 13, 14}  # copyright, version, licence, licence address
    table.names = [record for record in table.names if record.nameID in keep_ids]
    version = str(table.getDebugName(5))
    for name_id, text in (
        (1, family),
        (2, style),
        (3, f"{post_script_name};{version}"),
        (4, f"{family} {style}"),
        (6, post_script_name),
    ):
        table.setName(text, name_id, 3, 1, 0x409)


def write(font: TTFont, post_script_name: str) -> set[int]:
    rename(font, post_script_name)
    font["post"].formatType = 3.0
    font["head"].modified = font["head"].created  # the same input gives the same file
    font.recalcTimestamp = False
    path = OUT / f"{post_script_name}.ttf"
    font.save(path)
    characters = set(TTFont(path).getBestCmap())
    print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB, {len(characters)} characters", file=sys.stderr)  # noqa: T201
    return characters


def instance(path: Path, weight: int) -> TTFont:
    font = TTFont(path, recalcTimestamp=False)
    return instancer.instantiateVariableFont(font, {"wght": weight}, inplace=True)


def merge(paths: list[str]) -> TTFont:
    merger = Merger()
    merger.options.drop_tables = ["GSUB", "GPOS", "GDEF", "vhea", "vmtx", "STAT", "BASE", "VORG"]
    merged = merger.merge(paths)
    # The merger writes the time of day, which would make every build another file.
    merged["head"].created = TTFont(paths[0])["head"].created
    return merged


def main(wheel: str, emoji_package: str) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        zipfile.ZipFile(wheel).extractall(root / "cjk")  # noqa: S202
        with tarfile.open(emoji_package) as archive:
            archive.extractall(root / "emoji", filter="data")
        ofl = root / "cjk" / "justmytype_intl_cjk" / "fonts" / "ofl"
        sans = ofl / "notosanssc" / "NotoSansSC[wght].ttf"
        (OUT / "OFL.txt").write_bytes((ofl / "notosanssc" / "OFL.txt").read_bytes())
        (OUT / "OFL-emoji.txt").write_bytes((root / "emoji" / "package" / "LICENSE").read_bytes())

        regular = instance(sans, 400)
        have = write(keep(regular, regular.getBestCmap()), "ShouwangSans-Regular")
        bold = instance(sans, 700)
        write(keep(bold, gbk_characters() | set(map(ord, NAME_CHARACTERS))), "ShouwangSans-Bold")

        parts: list[str] = []
        for script, name in (("tc", "TC"), ("jp", "JP"), ("kr", "KR")):
            sister = instance(ofl / f"notosans{script}" / f"NotoSans{name}[wght].ttf", 400)
            missing = set(sister.getBestCmap()) - have
            have |= missing
            part = root / f"{script}.ttf"
            keep(sister, missing).save(part)
            parts.append(str(part))
        write(merge(parts), "ShouwangSans-Extra")

        slices: list[str] = []
        seen: set[int] = set()
        for source in sorted((root / "emoji" / "package" / "files").glob("*.woff2")):
            piece = instance(source, 400)
            piece.flavor = None
            new = set(piece.getBestCmap()) - seen
            seen |= new
            target = root / f"{source.stem}.ttf"
            keep(piece, new).save(target)
            slices.append(str(target))
        write(merge(slices), "ShouwangEmoji-Regular")


if __name__ == "__main__":
    main(*sys.argv[1:3])
