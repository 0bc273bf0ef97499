"""`manage.py messages`: on an invented tree, and `--check` on the real one."""

import gettext
import json
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from compound import messages

VIEW = """
from django.utils.translation import gettext as _, pgettext, ngettext
say = _("Gate %(name)s is closed")
month = pgettext("calendar", "May")
bags = ngettext("%(n)d bag", "%(n)d bags", 3)
"""
PAGE = """{% load i18n %}
  <p>{% translate "Today" %}</p>
      {% blocktranslate trimmed with a=b %}
        Room {{ a }}
        is sealed
      {% endblocktranslate %}
  {{ value|default:_("None yet") }}
"""
TRANSLATIONS = {
    "Gate %(name)s is closed": "%(name)s已关闭",
    "May": "五月",
    "%(n)d bag": "%(n)d 袋",
    "Language": "语言",
    "Today": "今天",
    "Room %(a)s is sealed": "%(a)s 已封控",
    "None yet": "还没有",
}
COMPOUND = "compound/locale/zh_Hans/LC_MESSAGES/django.po"
GATE = "gate/locale/zh_Hans/LC_MESSAGES/django.po"
STALE = ": is not what django.po compiles to; run `manage.py messages`"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("compound", "gate"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "apps.py").touch()
    (tmp_path / "compound" / "views.py").write_text(VIEW)
    for name in ("gate", "components"):
        (tmp_path / "templates" / name).mkdir(parents=True)
    (tmp_path / "templates/gate/page.html").write_text(PAGE)
    (tmp_path / "templates/components/bar.html").write_text('{% load i18n %}{% translate "Language" %}')
    return tmp_path


def run(root: Path) -> str:
    out = StringIO()
    call_command("messages", root=root, stdout=out, stderr=StringIO())
    return out.getvalue()


def check(root: Path) -> list[str]:
    return messages.complaints(root, messages.read_sources(root))


def translate(root: Path) -> None:
    """What a person does: type each translation into the .po. Compiles too."""
    run(root)
    for name in (COMPOUND, GATE):
        catalogue = messages.read_catalogue(root / name)
        for message in catalogue:
            if message.id:
                text = TRANSLATIONS[messages.key_of(message)[1]]
                message.string = text if isinstance(message.id, str) else (text,)
        (root / name).write_bytes(messages.po_bytes(catalogue))
    run(root)


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_strings_when_extracted_belong_to_the_app_that_says_them(tree: Path) -> None:
    wanted = messages.read_sources(tree).wanted
    assert {str(path.relative_to(tree)): sorted(msgid for _, msgid in keys) for path, keys in wanted.items()} == {
        COMPOUND: ["%(n)d bag", "Gate %(name)s is closed", "Language", "May"],
        GATE: ["None yet", "Room %(a)s is sealed", "Today"],
    }


def test_check_when_nothing_was_extracted_names_each_string_and_each_file(tree: Path) -> None:
    assert check(tree) == [
        f"{COMPOUND}: missing: '%(n)d bag' (compound/views.py:5)",
        f"{COMPOUND}: missing: 'Gate %(name)s is closed' (compound/views.py:3)",
        f"{COMPOUND}: missing: 'Language' (templates/components/bar.html:1)",
        f"{COMPOUND}: missing: 'May' (compound/views.py:4)",
        COMPOUND.replace(".po", ".mo") + STALE,
        f"{GATE}: missing: 'None yet' (templates/gate/page.html:7)",
        f"{GATE}: missing: 'Room %(a)s is sealed' (templates/gate/page.html:3)",
        f"{GATE}: missing: 'Today' (templates/gate/page.html:2)",
        GATE.replace(".po", ".mo") + STALE,
    ]


def test_check_when_all_is_translated_is_silent_and_a_second_run_writes_nothing(tree: Path) -> None:
    translate(tree)
    assert check(tree) == []
    assert run(tree) == ""


def test_check_when_a_string_is_left_empty_names_it(tree: Path) -> None:
    translate(tree)
    replace(tree / GATE, '"今天"', '""')
    run(tree)
    assert check(tree) == [f"{GATE}: untranslated: 'Today' (templates/gate/page.html:2)"]


def test_check_when_a_translation_is_fuzzy_names_it(tree: Path) -> None:
    translate(tree)
    replace(tree / GATE, 'msgid "Today"', '#, fuzzy\nmsgid "Today"')
    run(tree)
    assert check(tree) == [f"{GATE}: fuzzy: 'Today' (templates/gate/page.html:2)"]


def test_check_when_a_placeholder_is_lost_names_the_string(tree: Path) -> None:
    translate(tree)
    replace(tree / GATE, '"%(a)s 已封控"', '"%(b)s 已封控"')
    run(tree)
    assert check(tree) == [f"{GATE}: placeholders differ: 'Room %(a)s is sealed' (templates/gate/page.html:3)"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("%(month)d/%(day)d", "%(month)02d月%(day)d日", True),
        ("%(a)s %(a)s", "%(a)s", True),
        ("%s of %s", "%s", False),
        ("%(a)s", "%(b)s", False),
        ("5 % sure, 100%% paid", "百分之五", True),
        ("{room}", "{room:>4}", True),
        ("{room}", "room", False),
    ],
)
def test_placeholders_when_compared_are_equal_by_name(one: str, other: str, same: bool) -> None:
    assert (messages.placeholders(one) == messages.placeholders(other)) is same


def test_check_when_the_po_was_edited_and_not_compiled_names_the_mo(tree: Path) -> None:
    translate(tree)
    replace(tree / GATE, '"今天"', '"今日"')
    assert check(tree) == [GATE.replace(".po", ".mo") + STALE]


def test_check_when_a_string_is_no_longer_said_names_it_and_a_run_drops_it(tree: Path) -> None:
    translate(tree)
    replace(tree / "templates/gate/page.html", '{% translate "Today" %}', "")
    assert check(tree) == [f"{GATE}: obsolete: 'Today'"]
    assert run(tree).splitlines()[0] == f"{GATE}: dropped 'Today' = '今天'"
    assert check(tree) == []


def test_run_when_a_source_cannot_be_read_drops_nothing(tree: Path) -> None:
    translate(tree)
    before = (tree / GATE).read_bytes()
    (tree / "templates/gate/page.html").write_text('{% load i18n %}{% blocktranslate %}{% translate "x" %}')
    run(tree)
    assert (tree / GATE).read_bytes() == before
    assert len(check(tree)) == 4  # the page that cannot be read, and its three strings


def test_run_when_a_string_moves_to_another_app_takes_its_translation_along(tree: Path) -> None:
    translate(tree)
    (tree / "templates/gate/page.html").write_text('{% load i18n %}{% translate "Language" %}')
    run(tree)
    assert check(tree) == []


def test_check_when_two_apps_translate_one_string_differently_says_so(tree: Path) -> None:
    translate(tree)
    (tree / "templates/gate/page.html").write_text('{% load i18n %}{% translate "Language" %}')
    run(tree)
    replace(tree / GATE, '"语言"', '"话"')
    run(tree)
    assert check(tree) == [
        "one string translated in two ways, only one of them is ever shown: 'Language': "
        f"话 in {GATE}; 语言 in {COMPOUND}"
    ]


def test_mo_when_compiled_is_read_by_pythons_gettext(tree: Path) -> None:
    translate(tree)
    with (tree / COMPOUND).with_suffix(".mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    assert catalogue.ngettext("%(n)d bag", "%(n)d bags", 3) == "%(n)d 袋"
    assert catalogue.pgettext("calendar", "May") == "五月"


def test_javascript_when_it_speaks_gets_one_json_per_language(tree: Path) -> None:
    (tree / "static/js").mkdir(parents=True)
    (tree / "static/js/say.js").write_text('import {gettext, ngettext} from "./words.js";\nsay(gettext("Today"));\n')
    translate(tree)
    path = tree / "compound/locale/zh_Hans/LC_MESSAGES/djangojs.po"
    replace(path, 'msgid "Today"\nmsgstr "今天"', 'msgid "Today"\nmsgstr "今日"')
    run(tree)
    assert json.loads((tree / "static/i18n/zh-hans.json").read_text()) == {"Today": "今日"}
    assert json.loads((tree / "static/i18n/en.json").read_text()) == {"Today": "Today"}
    assert check(tree) == []


def test_command_when_something_is_wrong_exits_with_1(tree: Path) -> None:
    with pytest.raises(CommandError) as error:
        call_command("messages", "--check", root=tree, stdout=StringIO(), stderr=StringIO())
    assert error.value.returncode == 1


def test_command_when_all_is_well_says_nothing(tree: Path) -> None:
    translate(tree)
    out, err = StringIO(), StringIO()
    call_command("messages", "--check", root=tree, stdout=out, stderr=err)
    assert (out.getvalue(), err.getvalue()) == ("", "")


def test_catalogues_of_the_project_are_complete() -> None:
    assert check(settings.BASE_DIR) == []
