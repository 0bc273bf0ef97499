"""What somebody has typed stays: language and text size without JavaScript, numbers as people write them. Uploads."""

import io
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from compound.models import StoredFile
from errands.models import Errand
from orders.models import HouseholdReport, Order, Round
from tests import make
from tests.make import ELEVEN


def picture(kind="JPEG", size=(40, 30), **more):
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, kind, **more)
    return out.getvalue()


def pills(**more):
    return {"id": str(uuid.uuid4()), "person": "王奶奶", "name": "阿莫西林胶囊", "quantity": "1", **more}


def test_order_form_when_language_or_size_changes_keeps_what_is_typed_and_sends_nothing(scene, phone):
    typed = {"id": str(uuid.uuid4()), f"q{scene.eggs.pk}": "2板?", "more": "盐2包 <b>", "remark": "放门口"}
    answer = phone.post(scene.order_url, {**typed, "language": "en"})
    page = answer.text
    assert (answer.status_code, Order.objects.count(), answer.cookies["django_language"].value) == (200, 0, "en")
    kept = [word in page for word in (typed["id"], 'value="2板?"', "盐2包 &lt;b&gt;</textarea>", 'value="放门口"')]
    assert (kept, 'lang="en"' in page, "✕" in page) == ([True] * 4, True, False)
    answer = phone.post(scene.order_url, {**typed, "size": "3"})
    assert ('data-text="3"' in answer.text, answer.cookies["text"].value, 'value="2板?"' in answer.text) == (
        True, "3", True,
    )  # fmt: skip
    # Nothing but the two, and only what there is.
    answer = phone.post(scene.order_url, {**typed, "size": "9"})
    assert (answer.status_code, answer.cookies) == (422, {})


def test_forms_when_the_text_size_changes_keep_every_box(scene, phone):
    before = make.round(scene.of, "早上", opens_at=ELEVEN.replace(hour=1), cutoff_at=ELEVEN.replace(hour=9))
    order = make.order(before, scene.home, ("鸡蛋", "1", "板"), by=scene.chief, at=ELEVEN.replace(hour=8))
    Round.objects.filter(pk=before.pk).update(state="delivering", closed_at=ELEVEN.replace(hour=9))
    line = order.lines.get().pk
    kept = {
        "ask/medicine/": (
            pills(quantity="两盒", is_cold="on", photo="盒子.jpg"),
            ['value="王奶奶"', 'value="两盒"', "checked", "照片要再选一次。"],
        ),
        "ask/top-up/": ({"service": "water", "number": "6222", "wanted": "1,200元"}, ['value="1,200元"', "checked"]),
        "ask/help/": ({"text": "路由器\n坏了"}, ["路由器\n坏了</textarea>"]),
        f"wrong/{before.pk}/": ({"line": str(line), "text": "碎了"}, ["碎了</textarea>", "checked"]),
        "wish/": ({"wish": "none"}, ["checked"]),
    }
    for rest, (typed, words) in kept.items():
        answer = phone.post(scene.url(rest), {**typed, "size": "2"})
        assert (rest, answer.status_code, [word in answer.text for word in words]) == (rest, 200, [True] * len(words))
        assert 'role="alert"' not in answer.text
    assert (Errand.objects.count(), HouseholdReport.objects.count()) == (0, 0)


@pytest.mark.parametrize("quantity", ["2", "2盒", "两盒", "２ 盒"])
def test_medicine_when_the_number_has_its_measure_beside_it_is_understood(scene, phone, quantity):
    assert phone.post(scene.url("ask/medicine/"), pills(quantity=quantity)).status_code == 302
    assert Errand.objects.get().medicines.get().quantity == 2


@pytest.mark.parametrize("quantity", ["0", "100", "半盒", "1.5", "几盒"])
def test_medicine_when_the_number_is_none_is_asked_about(scene, phone, quantity):
    answer = phone.post(scene.url("ask/medicine/"), pills(quantity=quantity))
    assert (answer.status_code, f'value="{quantity}"' in answer.text, Errand.objects.count()) == (422, True, 0)


def test_urgent_errands_when_asked_for_again_and_again_say_that_somebody_is_told_already(scene, phone):
    answers = [
        phone.post(scene.url("ask/help/"), {"id": str(uuid.uuid4()), "text": f"开锁{n}", "is_urgent": "on"}).url
        for n in range(4)
    ]
    assert [url.rpartition("=")[2] for url in answers] == ["urgent", "urgent", "urgent", "told_already"]
    assert "您家的急事已经有人知道了" in phone.get(answers[3]).text
    assert Errand.objects.filter(is_urgent=True).count() == 4


# ── uploads ───────────────────────────────────────


def send_photo(scene, phone, content, name="盒子.jpg", kind="image/jpeg"):
    data = pills(photo=SimpleUploadedFile(name, content, kind))
    return phone.post(scene.url("ask/medicine/"), data)


def test_photo_when_it_is_no_picture_is_refused_with_everything_else_in_its_boxes(scene, phone):
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    bomb = picture("PNG", (12_000, 12_000))
    assert len(bomb) < 1_000_000
    for content, name in ((svg, "a.svg"), (b"<html><script>", "盒子.jpg"), (bomb, "b.png"), (b"", "c.jpg")):
        answer = send_photo(scene, phone, content, name)
        assert (answer.status_code, 'value="阿莫西林胶囊"' in answer.text, "照片要再选一次。" in answer.text) == (
            422, True, True,
        ), name  # fmt: skip
    assert (Errand.objects.count(), StoredFile.objects.count()) == (0, 0)


def test_photo_when_kept_is_pixels_alone(scene, phone):
    exif = Image.Exif()
    exif[0x0110] = "Phone of 王奶奶"
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 14.0, 0.0), 3: "E", 4: (121.0, 29.0, 0.0)})
    assert send_photo(scene, phone, picture(exif=exif)).status_code == 302
    kept = StoredFile.objects.get()
    assert (kept.content_type, dict(Image.open(io.BytesIO(bytes(kept.content))).getexif())) == ("image/jpeg", {})


@pytest.mark.parametrize("length", ["31457280", "000000000000099999999999"])
def test_upload_when_it_is_far_too_large_is_not_even_read(scene, phone, length):
    answer = phone.post(
        scene.url("ask/medicine/"), b"x", content_type="multipart/form-data; boundary=b", CONTENT_LENGTH=length
    )
    assert (answer.status_code, "照片太大了" in answer.text, Errand.objects.count()) == (413, True, 0)


def test_photos_when_one_slip_sends_a_dozen_are_not_taken_for_a_while(scene, phone):
    small = picture()
    answers = [send_photo(scene, phone, small) for _n in range(13)]
    assert [answer.status_code for answer in answers] == [302] * 12 + [422]
    assert ("照片太多了" in answers[12].text, Errand.objects.count()) == (True, 12)
    assert phone.post(scene.url("ask/medicine/"), pills()).status_code == 302


def test_hostile_words_when_shown_are_words(scene, phone):
    hostile = '"><script>alert(1)</script>'
    phone.post(scene.url("ask/help/"), {"text": hostile})
    phone.post(scene.url("ask/medicine/"), pills(person=hostile[:40], name=hostile, text=hostile))
    page = phone.get(scene.url()).text
    assert ("<script>alert" in page, "&lt;script&gt;alert" in page) == (False, True)
    assert "<script>alert" not in phone.post(scene.url("ask/help/"), {"text": hostile, "language": "en"}).text
