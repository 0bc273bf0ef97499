"""The network of a phone goes away and comes back, and what must be on the phone before it goes."""

import weakref

from playwright.sync_api import BrowserContext, Page, expect

# Playwright does not tell whether a context has a network.
_away: weakref.WeakSet[BrowserContext] = weakref.WeakSet()


def is_away(context: BrowserContext) -> bool:
    return context in _away


def network_away(page: Page) -> None:
    _away.add(page.context)
    page.context.set_offline(True)


def network_back(page: Page) -> None:
    page.context.set_offline(False)
    _away.discard(page.context)


def is_kept(page: Page) -> None:
    """Until the worker of pages with an outbox has this one and all its files."""
    expect(page.locator("[data-outbox]")).to_have_attribute("data-kept", "true")


def until_true(page: Page, question: str) -> None:
    """`question`: an async function. `wait_for_function` would take the promise itself for a yes."""
    answer = page.evaluate(
        f"""async () => {{
            const ask = {question};
            for (let n = 0; n < 300; n += 1) {{
                if (await ask()) return true;
                await new Promise((done) => setTimeout(done, 100));
            }}
            return false;
        }}"""
    )
    assert answer is True, question
