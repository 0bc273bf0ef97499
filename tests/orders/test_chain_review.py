"""A paste beside the last one: who is new, changed, the same, gone."""

from hypothesis import given
from hypothesis import strategies as st

from orders.chain_review import Content, compare
from orders.warning_words import sentences


def entry(name: str, goods: str = "鸡蛋", quantity: str | None = "1", room: str = "", note: str = "") -> Content:
    return Content(name, room, ((goods, quantity, "板"),), note, "order")


def marks(old, new):
    return [(change, index) for change, index, _twice in compare(old, new).new]


def test_compare_with_nothing_before_everything_is_new():
    assert marks([], [entry("尘"), entry("王姐")]) == [("new", None), ("new", None)]


def test_compare_after_a_deletion_renumbered_everybody_only_the_missing_one_is_gone():
    old = [entry("尘"), entry("王姐"), entry("李雷")]
    comparison = compare(old, [entry("尘"), entry("李雷")])
    assert (comparison.new, comparison.gone) == ((("same", 0, False), ("same", 2, False)), (1,))


def test_compare_with_another_quantity_is_changed():
    assert marks([entry("尘", quantity="1")], [entry("尘", quantity="2")]) == [("changed", 0)]


def test_compare_with_a_cancel_word_added_is_changed():
    cancelled = Content("尘", "", (("鸡蛋", "1", "板"),), "", "cancel")
    assert marks([entry("尘")], [cancelled]) == [("changed", 0)]


def test_compare_of_names_written_in_full_width_or_with_zero_width_characters_is_the_same():
    assert marks([entry("ＡＢ")], [entry("ab\u200b")]) == [("same", 0)]


def test_compare_with_goods_in_another_order_is_the_same():
    two = Content("尘", "", (("鸡蛋", "1", "板"), ("米", "2", "袋")), "", "order")
    swapped = Content("尘", "", (("米", "2", "袋"), ("鸡蛋", "1", "板")), "", "order")
    assert marks([two], [swapped]) == [("same", 0)]


def test_compare_of_one_name_in_two_rooms_keeps_them_apart():
    old = [entry("王姐", room="3-501"), entry("王姐", room="3-502")]
    new = [entry("王姐", room="3-502", quantity="2"), entry("王姐", room="3-501")]
    assert marks(old, new) == [("changed", 1), ("same", 0)]


def test_compare_of_a_name_that_now_stands_twice_asks_about_the_one_that_is_new():
    """A correction or a second order? The first is paired because it says the same, the second is asked about."""
    comparison = compare([entry("尘")], [entry("尘"), entry("尘", quantity="3")])
    assert comparison.new == (("same", 0, False), ("new", None, True))


def test_compare_of_a_name_twice_from_the_start_asks_about_both():
    comparison = compare([], [entry("尘"), entry("尘", quantity="3")])
    assert comparison.new == (("new", None, True), ("new", None, True))


def test_compare_of_a_name_twice_of_which_one_changed_guesses_nothing():
    comparison = compare([entry("尘"), entry("尘", "米")], [entry("尘", "米"), entry("尘", quantity="9")])
    assert (comparison.new, comparison.gone) == ((("same", 1, False), ("new", None, True)), (0,))


def test_compare_of_entries_by_nobody_pairs_those_that_say_the_same():
    comparison = compare([entry("", "米"), entry("", "油")], [entry("", "油"), entry("", "盐")])
    assert (comparison.new, comparison.gone) == ((("same", 1, False), ("new", None, False)), (0,))


CONTENTS = st.lists(
    st.builds(
        entry,
        name=st.sampled_from("尘王李"),
        quantity=st.sampled_from(["1", "2", None]),
        room=st.sampled_from(["", "3-1"]),
    ),
    max_size=8,
)


@given(CONTENTS)
def test_compare_with_itself_changes_nothing(contents):
    comparison = compare(contents, contents)
    assert ({mark[0] for mark in comparison.new} <= {"same"}, comparison.gone) == (True, ())


@given(CONTENTS, CONTENTS)
def test_compare_accounts_for_each_entry_of_both_pastes_exactly_once(old, new):
    comparison = compare(old, new)
    followed = [index for _change, index, _twice in comparison.new if index is not None]
    assert len(comparison.new) == len(new)
    assert sorted([*followed, *comparison.gone]) == list(range(len(old)))


def test_warning_of_an_order_that_came_another_way_names_no_group():
    assert sentences(["other_source: "]) == ["这一户已经另外下过单（不是群里的接龙）：这是第二份吗？"]
    assert sentences(["other_source: 业主一群"]) == ["这一户在“业主一群”已经下过单：这是另一份吗？"]
