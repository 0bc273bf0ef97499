"""The gate phone's other screens, and all of them on the smallest phone."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from compound.models import Compound
from gate.models import Check, Incident, Parcel
from tests.browser.conftest import Visitor
from tests.browser.guard import Guard, on_duty, refused, until_known

# -- beside it --------------------------------------------------------------------------------------------------


def test_last_passage_is_undone_and_refusal_corrected_with_a_reason(guard: Guard) -> None:
    refused(guard)
    guard.tap("[data-next]")
    guard.tap("[data-go-to='passages']")
    guard.tap("[data-correct]")
    guard.tap("[data-answer='allow']")
    guard.tap("[data-answer='卡口值守放行']")
    guard.is_between()
    guard.tap("[data-go-to='passages']")
    guard.tap(guard.page.locator(".act").nth(1).locator("[data-undo]"))
    guard.tap("[data-answer='按错了']")
    guard.is_between()
    guard.all_sent()
    changes = Check.objects.filter(action__in=["correct", "undo"]).order_by("received_at")
    assert list(changes.values_list("action", "reason", "verdict")) == [
        ("correct", "卡口值守放行", "allow"), ("undo", "按错了", changes[1].verdict),
    ]  # fmt: skip


def test_incident_is_two_taps(guard: Guard) -> None:
    guard.tap("[data-go-to='incident']")
    guard.tap("[data-kind='rushed']")
    guard.is_between()
    guard.all_sent()
    assert (guard.taps, Incident.objects.get().kind) == (2, "rushed")


def test_parcels_are_dropped_disinfected_and_handed_over(guard: Guard) -> None:
    until_known(guard)
    guard.page.keyboard.press("Escape")
    guard.tap("[data-go-to='parcels']")
    guard.room("20-1702")
    guard.tap(guard.page.get_by_role("button", name="多一件"))
    guard.tap("[data-go]")
    expect(guard.page.locator("[data-step='disinfect']")).to_have_class("big big--ink")
    guard.tap("[data-step='disinfect']")
    expect(guard.page.locator("[data-step='hand_over']")).to_have_class("big big--ink")
    guard.tap("[data-step='hand_over']")
    expect(guard.page.locator("[data-parcel]")).to_have_count(0)
    guard.all_sent()
    parcel = Parcel.objects.get()
    assert (parcel.household.room, parcel.count) == ("20-1702", 2)  # type: ignore[union-attr]
    assert None not in (parcel.disinfected_at, parcel.handed_at)


def test_page_in_english_speaks_english(guard: Guard) -> None:
    guard.tap("[data-settings]")
    guard.tap("[data-value='en']")
    guard.tap("[data-back]")
    until_known(guard)
    guard.tap("[data-go]")
    guard.sees("allow")
    expect(guard.page.locator("[data-word]")).to_have_text("Let through")
    assert guard.page.evaluate("document.documentElement.lang") == "en"


# -- for every hand and eye -------------------------------------------------------------------------------------

NAMELESS = """() => [...document.querySelectorAll("main button, main input, main video, dialog button, dialog input")]
    .filter((e) => e.checkVisibility())
    .filter((e) => !(e.getAttribute("aria-label") || e.textContent.trim() || (e.labels && e.labels.length)))
    .map((e) => e.outerHTML.slice(0, 80))"""
SMALL = """() => [...document.querySelectorAll("main button, main label[for], dialog button")]
    .filter((e) => e.checkVisibility())
    .filter((e) => e.matches("button") || e.classList.contains("corner") || e.classList.contains("big"))
    .map((e) => [e.className, e.getBoundingClientRect()]).filter(([, r]) => r.width < 59.5 || r.height < 59.5)
    .map(([name, r]) => `${name} ${r.width}x${r.height}`)"""
CUT = """() => [...document.querySelectorAll("main *, dialog *")]
    .filter((e) => e.checkVisibility() && e.matches("button, p, b, span, h1, h2") && !e.classList.contains("visually-hidden"))
    .filter((e) => {
        const { left, right } = e.getBoundingClientRect();
        return left < -1 || right > innerWidth + 1 || (e.matches("button") && (e.scrollWidth > e.clientWidth + 2 || e.scrollHeight > e.clientHeight + 2));
    }).map((e) => `${e.className} ${e.textContent.slice(0, 30)}`)"""  # noqa: E501
WIDE = "() => document.documentElement.scrollWidth - window.innerWidth"


def every_screen(guard: Guard, look: Callable[[str], None]) -> None:
    look("between")
    guard.tap("[data-mode='plate']")
    look("plate")
    guard.tap("[data-mode='room']")
    until_known(guard)
    look("room")
    guard.tap("[data-go]")
    guard.sees("allow")
    look("allow")
    guard.tap("[data-more]")
    look("methods")
    guard.tap("[data-more]")
    guard.measure("37.9")
    guard.sees("recheck")
    look("recheck")
    guard.tap("[data-next]")
    guard.page.wait_for_timeout(5_100)
    until_known(guard)
    guard.tap("[data-lane='in']")
    guard.tap("[data-go]")
    expect(guard.page.locator(".which")).to_be_visible()
    look("which way")
    guard.tap("[data-back]")
    guard.tap("[data-lane='out']")
    guard.scan_by_keys("AB3D5F7H9J1K3M5N7P9QRS")
    guard.sees("refuse")
    look("refuse")
    guard.tap("[data-override]")
    look("override")
    guard.page.keyboard.press("Escape")
    guard.tap("[data-next]")
    for screen in ("emergency", "incident", "parcels", "passages"):
        guard.tap(f"[data-go-to='{screen}']")
        look(screen)
        guard.tap("[data-back]")
    guard.tap("[data-settings]")
    look("settings")
    guard.tap("[data-leave]")
    guard.tap("[data-answer='yes']")
    expect(guard.page.locator(".ended")).to_be_visible()
    look("ended")


SMALL_PHONE, PHONE, TEXT_AT_200 = (640, ""), (844, ""), (640, "250%")


@pytest.mark.parametrize(
    ("language", "sizes"),
    [("zh-hans", [SMALL_PHONE, PHONE, TEXT_AT_200]), ("en", [TEXT_AT_200, SMALL_PHONE])],
    ids=["Chinese", "English"],
)
def test_every_screen_on_360_pixels_fits_and_every_control_is_big_and_named(
    browser: Browser, server: str, xingfuli: Compound, language: str, sizes: list[tuple[int, str]]
) -> None:
    """The first size is the one that the thumb has; every screen is looked at in all of them."""
    visitor = Visitor(browser, server, 360, sizes[0][0], phone=True)
    # The empty page before the first address has no storage.
    visitor.context.add_init_script(
        f"if (location.origin !== 'null') localStorage.setItem('gate.language', '{language}')"
    )
    guard = on_duty(visitor.context.new_page(), xingfuli)
    found: dict[str, Any] = {}

    def be(height: int, base: str) -> None:
        guard.page.set_viewport_size({"width": 360, "height": height})
        guard.page.evaluate("(base) => document.documentElement.style.setProperty('--base', base)", base)

    def look(screen: str) -> None:
        for size in [*sizes[1:], sizes[0]]:
            be(*size)
            faults = [guard.page.evaluate(question) for question in (WIDE, NAMELESS, SMALL, CUT)]
            if faults != [0, [], [], []]:
                found[f"{screen} {size}"] = faults

    be(*sizes[0])
    every_screen(guard, look)
    visitor.context.close()
    assert found == {}
    assert visitor.faults == []


def test_line_of_what_was_just_written_down_is_whole_in_english_at_200_percent(
    browser: Browser, server: str, xingfuli: Compound
) -> None:
    visitor = Visitor(browser, server, 360, 740, phone=True)
    visitor.context.add_init_script("if (location.origin !== 'null') localStorage.setItem('gate.language', 'en')")
    page = on_duty(visitor.context.new_page(), xingfuli).page
    page.evaluate("(base) => document.documentElement.style.setProperty('--base', base)", TEXT_AT_200[1])
    expect(page.locator(".window-note")).to_contain_text("until")
    line, window = (page.locator(name).bounding_box() for name in (".window-note", ".window"))
    visitor.context.close()
    assert line is not None
    assert window is not None
    assert (line["y"] >= window["y"], line["y"] + line["height"] <= window["y"] + window["height"]) == (True, True)
