"""The channels over which people are told something: each app may register one of its own when it is loaded.

A channel is a function that sends one message or raises; it is called outside of every transaction. The channel
"chat" has none: a person copies the text and says so. A message to somebody goes over every channel that is switched
on and knows an address of theirs, and is a text for the chat where there is none.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMessage

from compound.models import Compound, Message

CHAT = "chat"
EMAIL = "email"

Send = Callable[[Message], None]
# Where these users (primary keys) are reached; who is not reached is left out. One query, however many they are.
Addresses = Callable[[Compound, Collection[int]], Mapping[int, str]]


def _always() -> bool:
    return True


@dataclass(frozen=True)
class Channel:
    """`send` none: by hand. `is_on`: asked whenever something is told, since settings differ from place to place."""

    name: str
    send: Send | None
    is_on: Callable[[], bool]


CHANNELS: dict[str, Channel] = {CHAT: Channel(CHAT, None, _always)}
ADDRESSES: dict[str, list[Addresses]] = {}


def channel(name: str, *, is_on: Callable[[], bool] = _always) -> Callable[[Send], Send]:
    """Registers how messages of this channel are sent; `name` has at most ten characters, as in the table."""

    def register(send: Send) -> Send:
        if name in CHANNELS:
            raise RuntimeError(f"Two channels called {name!r}")
        CHANNELS[name] = Channel(name, send, is_on)
        return send

    return register


def addresses(name: str) -> Callable[[Addresses], Addresses]:
    """Registers where people are reached over a channel; of several that know somebody the first counts."""

    def register(find: Addresses) -> Addresses:
        ADDRESSES.setdefault(name, []).append(find)
        return find

    return register


def addresses_of(name: str, compound: Compound, users: Collection[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for find in ADDRESSES.get(name, ()):
        found = {**{user: address for user, address in find(compound, users).items() if address}, **found}
    return found


def automatic() -> list[Channel]:
    """The channels that send by themselves and are switched on here."""
    return [found for found in CHANNELS.values() if found.send is not None and found.is_on()]


@channel(EMAIL, is_on=lambda: settings.SENDS_EMAIL)
def send_email(message: Message) -> None:
    """Over EMAIL_URL. Sent again it carries the same Message-ID, so that a mailbox may know it for the same."""
    EmailMessage(
        subject=" ".join((message.subject or message.text).split())[:120],
        body=message.text,
        to=[message.address],
        headers={"Message-ID": f"<{message.pk}@shouwang>"},
    ).send()
