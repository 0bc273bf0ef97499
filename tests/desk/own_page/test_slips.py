"""Slips: made for all, printed, replaced; who printed how many is written down."""

from io import BytesIO

from pypdf import PdfReader

from compound.models import AuditEntry, HouseholdKey
from compound.queries.household_keys import slips_to_print
from compound.services.household_keys import household_token, issue_key, run_keys_job
from compound.tokens import token_hash
from desk.sheets.slips import draw_slips
from tests import make
from tests.make import ELEVEN

AT = "/c/xingfuli/slips/"


def text_of(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(content)).pages]


def test_slips_for_all_when_made_twice_are_one_for_each_household(scene, log_in):
    make.household(scene.of, "20-1801", head_count=0)
    client = log_in()
    assert client.post(AT + "for-all/").status_code == 302
    job = scene.of.jobs.get(kind="household_keys")
    for _ in range(2):
        run_keys_job(job, lambda done, total: None)
    rooms = HouseholdKey.objects.filter(revoked_at=None).order_by("household__sort_key").values_list("household__room")
    assert [room for (room,) in rooms] == ["20-1702", "20-1703"]
    trace = AuditEntry.objects.get(action="household_keys.issued")
    assert (trace.text, trace.params) == ("制作了1张家门单", {"count": 1})


def test_slips_for_all_while_they_wait_say_so_and_load_the_page_anew_when_they_are_made(scene, log_in, run_jobs):
    client = log_in()
    client.post(AT + "for-all/")
    job = scene.of.jobs.get(kind="household_keys")
    page, part = client.get(AT).content.decode(), client.get(f"{AT}jobs/{job.pk}/")
    assert ("正在制作家门单" in page, "等待中" in page) == (True, True)
    assert ("等待中" in part.content.decode(), f'hx-get="{AT}jobs/{job.pk}/"' in part.content.decode()) == (True, True)
    run_jobs()
    over = client.get(f"{AT}jobs/{job.pk}/")
    assert (over["HX-Refresh"], HouseholdKey.objects.filter(revoked_at=None).count()) == ("true", 2)


def test_slips_for_all_when_they_failed_say_which_button_to_press_again(scene, log_in):
    client = log_in()
    client.post(AT + "for-all/")
    scene.of.jobs.update(state="failed", finished_at=ELEVEN)
    page = client.get(AT).content.decode()
    assert "再按一次“给每户做一张”：已有家门单的会跳过。" in page


def test_slips_for_all_when_cancelled_make_none_and_the_part_of_another_kind_is_not_there(scene, log_in, run_jobs):
    client = log_in()
    client.post(AT + "for-all/")
    job = scene.of.jobs.get(kind="household_keys")
    assert client.get(f"/c/xingfuli/passes/jobs/{job.pk}/").status_code == 404
    assert client.post(f"{AT}jobs/{job.pk}/cancel/").status_code == 302
    assert (run_jobs(), HouseholdKey.objects.count(), scene.of.jobs.get().state) == (0, 1, "cancelled")


def test_key_when_stored_is_a_hash_and_its_token_can_be_made_again(scene):
    key = HouseholdKey.objects.get()
    assert (key.token_hash, household_token(key.pk)) == (token_hash(scene.token), scene.token)
    assert issue_key(household=scene.home, by=scene.chief, at=ELEVEN) == key


def test_slip_file_when_printed_holds_room_and_key_and_leaves_a_trace(scene, log_in):
    make.resident(scene.home, "周旻")
    answer = log_in().get(AT + "print/?building=20")
    (page,) = text_of(answer.content)
    groups = [scene.token[start : start + 6] for start in range(0, 22, 6)]
    assert (answer["Content-Type"], "20-1702" in page) == ("application/pdf", True)
    assert [group in page for group in groups] == [True] * 4
    assert ("周" in page, "20-1703" in page) == (False, False)
    trace = AuditEntry.objects.get(action="slips.printed")
    assert (trace.subject, trace.text, trace.by) == ("20", "打印了1张家门单: 20", scene.chief)


def test_slips_when_drawn_lie_two_to_a_sheet_and_each_building_begins_a_new_one(scene, token_of):
    for room in ("20-1703", "20-1801", "3-2-501"):
        token_of(scene.next_door if room == "20-1703" else make.household(scene.of, room))
    rows = slips_to_print(scene.of)
    pages = text_of(draw_slips(rows, compound="幸福里", language="en", site="http://10.0.0.2:8000"))
    rooms = [[room for room in ("3-2-501", "20-1702", "20-1703", "20-1801") if room in page] for page in pages]
    assert rooms == [["3-2-501"], ["20-1702", "20-1801"], ["20-1703"]]
    assert "No account, no app, no password." in pages[0]


def test_slip_when_replaced_says_why_and_the_old_one_ends(scene, log_in):
    client = log_in()
    at = "/c/xingfuli/households/20-1702/slip/"
    assert client.post(at + "replace/", {"reason": ""}).status_code == 200
    assert client.post(at + "replace/", {"reason": "被别人看到了"}).status_code == 302
    old, new = HouseholdKey.objects.order_by("revoked_at")
    assert (old.revoked_by, old.revoked_why, new.revoked_at) == (scene.chief, "被别人看到了", None)
    assert "被别人看到了" in client.get(at).text


def test_slips_page_when_looked_at_counts_buildings_and_leads_to_a_room(scene, log_in, phone):
    phone.get(scene.url())
    client = log_in()
    page = client.get(AT).text
    assert ("1户还没有家门单" in page, "打印全部家门单" in page) == (True, True)
    assert client.get(AT + "?room=20-1702").url == "/c/xingfuli/households/20-1702/slip/"
    doors = client.get(AT + "20/").text
    assert ("已打开" in doors, "没有家门单" in doors) == (True, True)
    assert client.get(AT + "99/").status_code == 404
