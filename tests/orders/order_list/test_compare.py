"""An export beside the one before."""

from orders.order_list.compare import Order, compare_orders


def order(reference="", buyer="", place="", said="鸡蛋 2"):
    return Order(reference, buyer, place, said)


def test_orders_when_numbered_anew_are_known_by_who_and_what():
    old = [order("1", "高平", "3-501"), order("2", "何敏", "20-1702")]
    done = compare_orders(old, [order("1", "何敏", "20-1702")])
    assert (done.new, done.gone) == ((("same", 1, False),), (0,))


def test_orders_when_one_person_has_two_pair_by_number():
    old = [order("1", "高平", "3-501"), order("2", "高平", "3-501", "大米 1")]
    done = compare_orders(old, [order("2", "高平", "3-501", "大米 3"), order("1", "高平", "3-501")])
    assert (done.new, done.gone) == ((("changed", 1, False), ("same", 0, False)), ())


def test_order_when_only_its_long_number_stays_is_changed_and_with_a_short_one_new():
    old = [order("220501000123", "高平", "3-501")]
    done = compare_orders(old, [order("220501000123", "高先生", "20-1702")])
    assert (done.new, done.gone) == ((("changed", 0, False),), ())
    done = compare_orders([order("7", "高平", "3-501")], [order("7", "何敏", "20-1702")])
    assert (done.new, done.gone) == ((("new", None, False),), (0,))


def test_orders_when_equal_twice_stay_two():
    old = [order("", "高平", "3-501")]
    done = compare_orders(old, [order("", "高平", "3-501"), order("", "高平", "3-501")])
    assert (done.new, done.gone) == ((("same", 0, False), ("new", None, False)), ())
