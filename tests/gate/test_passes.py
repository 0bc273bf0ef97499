"""Passes: what each kind needs, what ends them, and that no outing is won by a new card."""

import datetime as dt
import uuid

import pytest

from compound.jobs import Cancelled
from compound.models import AuditEntry, Job, Role
from compound.refusals import Refusal
from gate.models import Pass
from gate.queries.passes import missing_passes, passes_of_household, without_pass
from gate.services import passes_for_all
from gate.services.passes import Terms, clean_plate, issue_pass, replace_pass, revoke_pass, token_of
from gate.services.passes_for_all import issue_for_all, request_passes
from gate.services.tokens import ALPHABET, LENGTH, pass_token, token_hash
from tests import make
from tests.at_once import Other
from tests.make import ELEVEN

pytestmark = pytest.mark.django_db

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
TOMORROW = ELEVEN + DAY


@pytest.fixture
def of():
    return make.compound()


@pytest.fixture
def by(of):
    return make.member(of)


@pytest.fixture
def door(of):
    return make.household(of, "20-1702")


def issue(of, kind="household", *, by, household=None, at=ELEVEN, **terms):
    made, _token = issue_pass(compound=of, kind=kind, household=household, terms=Terms(**terms), by=by, at=at)
    return made


# ── one pass ──────────────────────────────────────


def test_issue_pass_for_a_household_gives_a_token_of_which_only_the_hash_is_kept(of, by, door):
    _made, token = issue_pass(compound=of, kind="household", household=door, by=by, at=ELEVEN)

    assert (len(token), set(token) <= set(ALPHABET), LENGTH) == (22, True, 22)
    kept = Pass.objects.get()
    assert (kept.token_hash, kept.issued_at, kept.issued_by) == (token_hash(token), ELEVEN, by)
    assert token not in str(Pass.objects.values().get())
    assert token_of(kept) == token
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.subject, entry.text) == ("pass.issued", "20-1702", "已为 20-1702 发放每户通行证")
    assert token not in str(entry.params)


def test_issue_pass_for_a_household_that_has_one_ends_the_old_one(of, by, door):
    old = issue(of, by=by, household=door)
    new = issue(of, by=by, household=door, at=TOMORROW)
    old.refresh_from_db()
    assert (old.revoked_at, old.revoked_by, old.revoked_why) == (TOMORROW, by, "已换发新通行证")
    assert [p.pk for p in Pass.objects.filter(revoked_at=None)] == [new.pk]


def test_issue_pass_of_another_kind_leaves_the_household_pass(of, by, door):
    issue(of, by=by, household=door)
    issue(of, "medical", by=by, household=door, every_days=2)
    assert Pass.objects.filter(revoked_at=None).count() == 2


GOOD = {
    "household": {},
    "essential": {"holder": "周旻", "employer": "市二院", "seen": True, "valid_until": TOMORROW},
    "medical": {"every_days": 2},
    "visitor": {"holder": "周旻", "consent": True, "valid_until": TOMORROW},
    "vehicle": {"plate": "沪A12345"},
    "volunteer": {"holder": "冯磊"},
}


@pytest.mark.parametrize("kind", GOOD)
def test_issue_pass_with_all_that_its_kind_needs_is_issued(of, by, door, kind):
    made = issue(of, kind, by=by, household=door, **GOOD[kind])
    seen = (ELEVEN, by) if kind == "essential" else (None, None)
    assert (made.kind, made.household, made.seen_at, made.seen_by) == (kind, door, *seen)


@pytest.mark.parametrize("kind", ["vehicle", "volunteer"])
def test_issue_pass_of_a_vehicle_or_a_volunteer_needs_no_household(of, by, kind):
    assert issue(of, kind, by=by, **GOOD[kind]).household is None


@pytest.mark.parametrize(
    ("kind", "without", "code"),
    [
        ("essential", {"holder": ""}, "holder_missing"),
        ("essential", {"employer": " "}, "employer_missing"),
        ("essential", {"seen": False}, "certificate_not_seen"),
        ("essential", {"valid_until": None}, "until_missing"),
        ("medical", {"every_days": None}, "schedule_missing"),
        ("medical", {"every_days": 32}, "schedule_wrong"),
        ("medical", {"single": True}, "schedule_wrong"),
        ("household", {"every_days": 2}, "schedule_wrong"),
        ("household", {"plate": "沪A12345"}, "plate_wrong"),
        ("visitor", {"holder": ""}, "holder_missing"),
        ("visitor", {"consent": False}, "consent_missing"),
        ("visitor", {"valid_until": None}, "until_missing"),
        ("vehicle", {"plate": "沪"}, "plate_wrong"),
        ("vehicle", {"plate": "沪A12345!"}, "plate_wrong"),
        ("volunteer", {"holder": ""}, "holder_missing"),
        ("household", {"valid_until": ELEVEN}, "pass_over"),
        ("household", {"valid_from": TOMORROW, "valid_until": TOMORROW}, "pass_ends_before_start"),
    ],
)
def test_issue_pass_without_what_its_kind_needs_is_refused(of, by, door, kind, without, code):
    with pytest.raises(Refusal) as refused:
        issue(of, kind, by=by, household=door, **{**GOOD[kind], **without})
    assert (refused.value.code, Pass.objects.count()) == (code, 0)


@pytest.mark.parametrize("kind", ["household", "essential", "medical", "visitor"])
def test_issue_pass_without_a_household_is_refused(of, by, kind):
    with pytest.raises(Refusal) as refused:
        issue(of, kind, by=by, **GOOD[kind])
    assert refused.value.code == "room_missing"


def test_issue_pass_for_a_household_of_another_compound_is_refused(of, by):
    elsewhere = make.household(make.compound("dongyuan", "东园"), "20-1702")
    with pytest.raises(Refusal) as refused:
        issue(of, by=by, household=elsewhere)
    assert refused.value.code == "household_elsewhere"


def test_issue_pass_twice_under_one_id_is_one_pass(of, by, door):
    key = uuid.uuid4()
    first = issue_pass(compound=of, kind="household", household=door, by=by, at=ELEVEN, id=key)
    assert issue_pass(compound=of, kind="household", household=door, by=by, at=TOMORROW, id=key) == first
    assert Pass.objects.count() == 1


def test_issue_pass_under_a_known_id_for_another_room_is_another_pass(of, by, door):
    key, other = uuid.uuid4(), make.household(of, "20-1701")
    issue_pass(compound=of, kind="household", household=door, by=by, at=ELEVEN, id=key)
    issue_pass(compound=of, kind="household", household=other, by=by, at=ELEVEN, id=key)
    assert sorted(Pass.objects.values_list("household__room", flat=True)) == ["20-1701", "20-1702"]


@pytest.mark.parametrize("text", ["沪A12345", "沪a·12345", "沪Ａ １２３４５", "沪A-123 45"])
def test_clean_plate_in_any_spelling_is_one_plate(text):
    assert clean_plate(text) == "沪A12345"


def test_issue_pass_for_a_plate_that_has_one_is_refused_until_that_one_is_revoked(of, by):
    old = issue(of, "vehicle", by=by, plate="沪A12345")
    with pytest.raises(Refusal) as refused:
        issue(of, "vehicle", by=by, plate="沪A·12345")
    assert refused.value.code == "plate_has_pass"
    revoke_pass(gate_pass=old, reason="卖掉了", by=by, at=ELEVEN)
    assert issue(of, "vehicle", by=by, plate="沪A·12345").plate == "沪A12345"


def test_revoke_pass_with_a_reason_ends_it_and_leaves_a_trace(of, by, door):
    made = issue(of, by=by, household=door)
    revoke_pass(gate_pass=made, reason=" 搬走了 ", by=by, at=TOMORROW)
    made.refresh_from_db()
    assert (made.revoked_at, made.revoked_by, made.revoked_why) == (TOMORROW, by, "搬走了")
    entry = AuditEntry.objects.get(action="pass.revoked")
    assert (entry.text, entry.params["reason"]) == ("20-1702 的每户通行证已作废：搬走了", "搬走了")


@pytest.mark.parametrize(("again", "reason", "code"), [(False, "  ", "reason_missing"), (True, "x", "pass_ended")])
def test_revoke_pass_without_a_reason_or_twice_is_refused(of, by, door, again, reason, code):
    made = issue(of, by=by, household=door)
    if again:
        revoke_pass(gate_pass=made, reason="搬走了", by=by, at=ELEVEN)
    with pytest.raises(Refusal) as refused:
        revoke_pass(gate_pass=made, reason=reason, by=by, at=ELEVEN)
    assert refused.value.code == code


def test_replace_pass_ends_the_old_and_issues_one_that_is_good_for_the_same(of, by, door):
    secretary = make.member(of, Role.SECRETARY)
    old = issue(of, "essential", by=by, household=door, **GOOD["essential"])
    new, token = replace_pass(gate_pass=old, reason="丢失", by=secretary, at=ELEVEN + HOUR)
    old.refresh_from_db()
    assert (old.revoked_at, old.revoked_why) == (ELEVEN + HOUR, "丢失")
    assert (new.holder, new.employer, new.valid_until) == ("周旻", "市二院", TOMORROW)
    assert (new.seen_at, new.seen_by, new.issued_by) == (ELEVEN, by, secretary)
    assert token == pass_token(new.pk) != pass_token(old.pk)


def test_replace_pass_that_is_refused_leaves_the_old_one_valid(of, by, door):
    old = issue(of, by=by, household=door, valid_until=TOMORROW)
    with pytest.raises(Refusal) as refused:
        replace_pass(gate_pass=old, reason="丢失", by=by, at=TOMORROW)
    old.refresh_from_db()
    assert (refused.value.code, old.revoked_at) == ("pass_over", None)


def went_out(card, at):
    phone = make.device(make.gate(card.compound), f"t{at}", at=at)
    return make.outing(make.check(card.household, at=at, phone=phone, gate_pass=card, kind="medical"), slot=None)


def test_replace_pass_of_a_dialysis_patient_after_an_outing_begins_when_the_next_one_is_due(of, by, door):
    old = issue(of, "medical", by=by, household=door, every_days=2)
    went_out(old, ELEVEN)
    new, _token = replace_pass(gate_pass=old, reason="丢失", by=by, at=ELEVEN + HOUR)
    assert new.valid_from == of.moment(dt.date(2022, 8, 25), dt.time(0))


def test_replace_pass_of_a_dialysis_patient_who_has_not_been_out_is_good_at_once(of, by, door):
    old = issue(of, "medical", by=by, household=door, every_days=2)
    made = went_out(old, ELEVEN)
    made.void_at = made.released_at = ELEVEN
    made.released_why = "undone"
    made.save()
    new, _token = replace_pass(gate_pass=old, reason="丢失", by=by, at=ELEVEN + HOUR)
    assert new.valid_from is None


def test_replace_pass_good_for_one_outing_is_refused_once_it_is_used(of, by, door):
    old = issue(of, "medical", by=by, household=door, single=True)
    went_out(old, ELEVEN)
    with pytest.raises(Refusal) as refused:
        replace_pass(gate_pass=old, reason="丢失", by=by, at=ELEVEN + HOUR)
    assert refused.value.code == "pass_used"


def test_replace_pass_good_for_one_outing_that_has_not_been_is_good_for_one(of, by, door):
    old = issue(of, "medical", by=by, household=door, single=True)
    assert replace_pass(gate_pass=old, reason="丢失", by=by, at=ELEVEN + HOUR)[0].single is True


def test_token_of_a_pass_under_another_secret_key_is_refused_and_the_stored_hash_stays(of, by, door, settings):
    made, token = issue_pass(compound=of, kind="household", household=door, by=by, at=ELEVEN)
    settings.SECRET_KEY = "another"
    with pytest.raises(Refusal) as refused:
        token_of(made)
    assert refused.value.code == "key_changed"
    assert Pass.objects.get().token_hash == token_hash(token)


@pytest.mark.django_db(transaction=True)
def test_issue_pass_by_eight_at_once_leaves_one_valid_pass(of, by, door):
    def one():
        return issue_pass(compound=of, kind="household", household=door, by=by, at=ELEVEN)[0].pk

    made = [other.ended() for other in [Other(one) for _ in range(8)]]
    assert len(set(made)) == 8
    assert Pass.objects.filter(revoked_at=None).count() == 1


# ── for everybody ─────────────────────────────────


def ignore(done, total):
    """Nobody looks."""


def test_without_pass_leaves_out_who_has_one_and_empty_flats_unless_asked(of, by, door):
    missing, empty = make.household(of, "20-1703"), make.household(of, "20-1801", head_count=0)
    over = make.household(of, "20-1704")
    issue(of, by=by, household=door)
    issue(of, by=by, household=over, at=ELEVEN - DAY, valid_until=ELEVEN)
    # A medical pass is no household pass.
    issue(of, "medical", by=by, household=missing, every_days=2)
    assert set(without_pass(of, at=ELEVEN)) == {missing, over}
    assert set(without_pass(of, at=ELEVEN, with_empty=True)) == {missing, over, empty}
    counted = missing_passes(of, at=ELEVEN)
    assert (counted.occupied, counted.empty) == (2, 1)


def test_issue_for_all_issues_what_is_missing_and_the_second_time_nothing(of, by, door, monkeypatch):
    monkeypatch.setattr(passes_for_all, "BATCH", 2)
    for number in range(5):
        make.household(of, f"20-10{number}")
    make.household(of, "20-200", head_count=0)
    kept = issue(of, by=by, household=door)
    seen = []

    issued = issue_for_all(
        compound=of, with_empty=False, by=by, at=ELEVEN, progress=lambda done, total: seen.append((done, total))
    )

    assert (issued, seen) == (5, [(0, 5), (2, 5), (4, 5), (5, 5)])
    assert Pass.objects.filter(revoked_at=None).count() == 6
    assert all(token_of(p) for p in Pass.objects.all())
    assert issue_for_all(compound=of, with_empty=False, by=by, at=ELEVEN, progress=ignore) == 0
    kept.refresh_from_db()
    assert kept.revoked_at is None
    texts = list(AuditEntry.objects.filter(action="passes.issued").order_by("pk").values_list("text", flat=True))
    assert texts == ["发放每户通行证 2 张", "发放每户通行证 2 张", "发放每户通行证 1 张"]


def test_issue_for_all_ends_passes_that_have_run_out(of, by, door):
    over = issue(of, by=by, household=door, at=ELEVEN - DAY, valid_until=ELEVEN)
    assert issue_for_all(compound=of, with_empty=False, by=by, at=ELEVEN, progress=ignore) == 1
    over.refresh_from_db()
    assert (over.revoked_at, over.revoked_why) == (ELEVEN, "已过期")


def test_request_passes_when_all_have_one_is_refused(of, by, door):
    issue(of, by=by, household=door)
    with pytest.raises(Refusal) as refused:
        request_passes(compound=of, with_empty=False, by=by, at=ELEVEN)
    assert (refused.value.code, Job.objects.count()) == ("nothing_to_issue", 0)


def test_request_passes_runs_as_a_job(of, by, door, clock, run_jobs):
    clock(ELEVEN)
    request_passes(compound=of, with_empty=False, by=by, at=ELEVEN)
    assert run_jobs() == 1
    job = Job.objects.get()
    assert (job.state, job.done, job.total) == ("done", 1, 1)
    assert Pass.objects.get().issued_by == by


def test_issue_for_all_when_cancelled_half_way_keeps_what_it_issued_and_goes_on_later(of, by, monkeypatch):
    monkeypatch.setattr(passes_for_all, "BATCH", 1)
    for number in range(3):
        make.household(of, f"20-10{number}")

    def stopped(done, total):
        if done:
            raise Cancelled

    with pytest.raises(Cancelled):
        issue_for_all(compound=of, with_empty=False, by=by, at=ELEVEN, progress=stopped)
    assert Pass.objects.count() == 1
    assert issue_for_all(compound=of, with_empty=False, by=by, at=ELEVEN, progress=ignore) == 2


@pytest.mark.django_db(transaction=True)
def test_issue_for_all_beside_somebody_at_the_desk_gives_each_household_one(of, by, door):
    other = make.household(of, "20-1703")

    def at_the_desk():
        issue_pass(compound=of, kind="household", household=other, by=by, at=ELEVEN)

    def for_all():
        issue_for_all(compound=of, with_empty=False, by=by, at=ELEVEN, progress=ignore)

    assert [other.ended() for other in [Other(work) for work in (at_the_desk, for_all, for_all)]] == [None] * 3
    valid = Pass.objects.filter(revoked_at=None).values_list("household__room", flat=True)
    assert sorted(valid) == ["20-1702", "20-1703"]


def test_passes_of_household_shows_the_valid_ones_first_and_how_the_others_ended(of, by, door):
    old = issue(of, by=by, household=door, at=ELEVEN - DAY)
    later = issue(of, "medical", by=by, household=door, at=ELEVEN - HOUR, every_days=2, valid_from=TOMORROW)
    new = issue(of, by=by, household=door)
    rows = passes_of_household(door, at=ELEVEN)
    assert [(row.card.pk, row.kind) for row in rows] == [(new.pk, "done"), (later.pk, "wait"), (old.pk, "no")]
