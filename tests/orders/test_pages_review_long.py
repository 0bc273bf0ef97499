"""The review of a long paste: in pieces, deciding keeps the place, and every number on the page is the same one."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orders.queries.review_pages import PIECE
from orders.services import chains
from tests import make
from tests.make import ELEVEN

pytestmark = pytest.mark.django_db

LONG = 600
_SIGNS = "云风雨雪山川湖海星辰晨夕春夏秋冬莲兰枫菊松柏杨柳荷"


def nickname(n):
    """Nobody else's, and no number in it that could be a room."""
    return f"悠然{_SIGNS[n // len(_SIGNS)]}{_SIGNS[n % len(_SIGNS)]}"


@pytest.fixture
def compound():
    compound = make.compound()
    for room in ("20-1702", "3-1-501"):
        make.household(compound, room)
    return compound


@pytest.fixture
def coordinator(compound):
    return make.member(compound)


@pytest.fixture
def client(client, coordinator, clock):
    clock(ELEVEN)
    client.force_login(coordinator)
    return client


@pytest.fixture
def paste(compound, coordinator):
    """Pastes lines; by itself `long` of them, of which nobody knows the room, and one that is clear."""
    round, source = make.round(compound), make.chain_source(compound)

    def pasted(*lines, long=0):
        lines = [*lines, *(f"{nickname(n)} 鸡蛋1板" for n in range(long))]
        numbered = "\n".join(f"{n}. {line}" for n, line in enumerate(lines, start=1))
        text = f"#接龙\n\n{numbered}\n"
        return chains.paste_chain(round=round, source=source, text=text, by=coordinator, at=ELEVEN)

    return pasted


def url(name, paste):
    return reverse(f"orders:{name}", kwargs={"code": "xingfuli", "paste": paste.pk})


def shown(response):
    """Positions of the entries on a page or in a piece of it."""
    return [int(position) for position in re.findall(r'id="e(\d+)"', response.content.decode())]


def more(response):
    """The address that the link to the next piece asks htmx for; None where all is shown."""
    found = re.search(r'hx-get="([^"]*group=[^"]*)"', response.content.decode())
    return found[1].replace("&amp;", "&") if found else None


def test_long_paste_shows_a_piece_and_the_rest_behind_it(client, paste):
    pasted = paste(long=LONG)
    page = client.get(url("review", pasted))
    seen = shown(page)
    assert seen == list(range(PIECE))
    while address := more(page):
        page = client.get(address, headers={"HX-Request": "true"})
        assert len(shown(page)) <= PIECE
        seen += shown(page)
    assert seen == list(range(LONG))


def test_next_piece_without_javascript_is_the_page_that_shows_as_far_as_that(client, paste):
    page = client.get(url("review", paste(long=LONG)))
    link = re.search(r'href="([^"]*group=open[^"]*)#e(\d+)"', page.content.decode())
    assert shown(client.get(link[1].replace("&amp;", "&"))) == list(range(2 * PIECE))
    assert int(link[2]) == PIECE


def test_next_piece_after_deciding_leaves_no_line_out(client, paste):
    pasted = paste(long=LONG)
    address = more(client.get(url("review", pasted)))
    for position in (3, 7):
        client.post(url("review_decide", pasted), {"position": position, "do": "leave"}, headers={"HX-Request": "true"})
    assert shown(client.get(address, headers={"HX-Request": "true"}))[0] == PIECE


def test_deciding_far_down_goes_on_at_the_line_behind_it(client, paste):
    pasted = paste(long=LONG)
    answer = client.post(url("review_decide", pasted), {"position": 300, "do": "leave"})
    assert answer.url == f"{url('review', pasted)}?group=open&until=301#e301"
    assert shown(client.get(answer.url))[299:301] == [299, 301]


def test_deciding_the_last_open_line_goes_back_to_the_first(client, paste):
    pasted = paste(long=3)
    assert client.post(url("review_decide", pasted), {"position": 2, "do": "leave"}).url.endswith("#e0")


def test_a_line_opened_far_down_is_on_the_page(client, paste):
    page = client.get(url("review", paste(long=LONG)), {"edit": "420"})
    assert 420 in shown(page)
    assert 'name="goods"' in page.content.decode()


def test_a_refused_word_far_down_shows_its_line_again(client, paste):
    pasted = paste(long=LONG)
    page = client.post(url("review_decide", pasted), {"position": 420, "room_text": "99-9"})
    assert 420 in shown(page)


def test_lines_of_one_name_are_in_one_piece(client, paste):
    before = [f"{nickname(n)} 鸡蛋1板" for n in range(PIECE - 1)]
    pasted = paste(*before, "李小红 鸡蛋1板", "李小红 鸡蛋2板", "王小明 鸡蛋1板")
    assert shown(client.get(url("review", pasted)))[-2:] == [PIECE - 1, PIECE]


def test_pieces_of_a_long_paste_ask_the_database_as_often_as_a_short_one(client, paste):
    counts = []
    for size in (3, LONG):
        pasted = paste(long=size)
        with CaptureQueriesContext(connection) as page:
            client.get(url("review", pasted))
        with CaptureQueriesContext(connection) as piece:
            client.get(f"{url('review', pasted)}?group=open&after=1", headers={"HX-Request": "true"})
        counts.append((len(page), len(piece)))
    assert counts[0] == counts[1]
    assert max(counts[1]) <= 12


def numbers(html):
    """(heading, bar: clear, bar: to look at, button) as they are written; None for what is not there."""
    found = [
        re.search(r'id="count-open"[^>]*>(\d+)<', html),
        re.search(r"(\d+)\s*条明确", html),
        re.search(r"(\d+)\s*条要看", html),
        re.search(r"确认这\s*(\d+)\s*条", html),
    ]
    return [None if one is None else int(one[1]) for one in found]


def test_heading_bar_button_and_message_say_the_same_numbers(client, paste):
    pasted = paste("20-1702 鸡蛋1板", "3-1-501 鸡蛋2板", "尘 鸡蛋1板", "云 鸡蛋1板", "风 鸡蛋1板")
    assert numbers(client.get(url("review", pasted)).content.decode()) == [3, 2, 3, 2]

    data = {"position": 2, "do": "leave"}
    answer = client.post(url("review_decide", pasted), data, headers={"HX-Request": "true"})
    assert numbers(answer.content.decode()) == [2, 2, 2, 2]
    again = {"reopen": "1"}
    answer = client.post(url("review_decide", pasted), again, headers={"HX-Request": "true"})
    assert numbers(answer.content.decode()) == [3, 1, 3, 1]
    assert numbers(client.get(url("review", pasted)).content.decode()) == [3, 1, 3, 1]

    response = client.post(url("review_confirm", pasted), follow=True)
    assert [str(m) for m in response.context["messages"]] == ["已确认1条：新增1份。", "还有3条要看。"]
    assert numbers(client.get(url("review", pasted)).content.decode()) == [3, 1, 3, None]
