"""Why the sheets could not be made, as the round's page says it."""

import pytest
from django.urls import reverse

from compound.models import Job
from orders.services.sheet_requests import request_sheets
from tests import make
from tests.make import ELEVEN

pytestmark = pytest.mark.django_db

ADVICE = "请按“重新做单子”。再不行，请告诉管电脑的人。"


@pytest.fixture
def page_after(client, clock):
    """The round's page after its sheets failed with these words."""

    def page(error):
        compound = make.compound()
        round = make.round(compound)
        clock(ELEVEN)
        client.force_login(make.member(compound))
        request_sheets(round=round, by=None, at=ELEVEN)
        Job.objects.update(state="failed", finished_at=ELEVEN, error=error)
        return client.get(reverse("orders:round", kwargs={"code": "xingfuli", "round": round.pk})).content.decode()

    return page


def test_failed_job_with_a_sentence_says_it(page_after):
    page = page_after("第3栋的名字太长：请改短。")
    assert ("第3栋的名字太长：请改短。" in page, ADVICE in page) == (True, False)


@pytest.mark.parametrize("error", ["ValueError('第3栋。')", "3 attempts ended without a word", ""])
def test_failed_job_with_words_for_programmers_says_what_to_do(page_after, error):
    page = page_after(error)
    assert (ADVICE in page, "ValueError" in page, "without a word" in page) == (True, False, False)
