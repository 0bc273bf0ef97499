"""Login is the default, a compound's pages are for its members, and "not there" looks like "not allowed"."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from compound import access, throttle
from compound.models import Membership, Role, User
from compound.views.access import compound_for
from tests import make

# Everything that somebody may open who is nobody. Each line is a decision: add one only with a reason.
PUBLIC = {
    "login/",  # here one becomes somebody
    "login/qr/<str:token>/",  # whoever holds the token; a button, then a session
    "logout/",  # posting it without a session does nothing
    "start/",  # the first page of an empty installation, from loopback; afterwards 404
    "preferences/",  # elder view and brightness, two cookies
    "language/",  # a cookie
    "admin/login/",  # sends on to login/
    "healthz",  # for the supervisor: no data
    "lan/",  # how a phone comes to trust the certificate; without LAN=1 only this computer is told
    "lan/ca.crt",  # the certificate itself, public by its nature
    "s/",  # where the code on a sheet is typed in
    "s/<str:code>",  # the short code is the key
    "s/<str:code>/doors/",  # exceptions off a delivery run; of every other sheet, and without a key, nothing
    "s/<str:code>/",
    # A household's own page: the token of the slip in its door is the key; without it, one and the same 404.
    "h/<str:token>/",
    "h/<str:token>/display/",
    "h/<str:token>/before/",
    "h/<str:token>/money/",
    "h/<str:token>/outings/",
    "h/<str:token>/wish/",
    "h/<str:token>/order/<uuid:round>/",
    "h/<str:token>/withdraw/<uuid:order>/",
    "h/<str:token>/received/<uuid:round>/",
    "h/<str:token>/wrong/<uuid:round>/",
    "h/<str:token>/ask/<str:kind>/",
    "h/<str:token>/errand/<uuid:errand>/withdraw/",
    "c/<slug:code>/gate/",  # a gate phone's page: markup, the same for every code; its token opens the rest
    "c/<slug:code>/gate/worker.js",
    "c/<slug:code>/gate/app.webmanifest",
    "c/<slug:code>/feed/<uuid:volunteer>/<str:token>.ics",  # a calendar program has no login: the token is the key
    "c/<slug:code>/join/<str:token>/",  # volunteers sign up: the link is the key; it tells nobody anything
    "api/v1/gate/incidents",  # a phone's token is the key
    "api/v1/gate/parcels",
    "api/v1/gate/checks",
    "api/v1/gate/roll",
    "api/v1/gate/devices",  # a one-time code becomes a phone's token; rate-limited
    "api/v1/orders/events",  # whoever is not logged in gets 403, not a page: Django REST framework asks who it is
    "api/v1/orders/pictures",
    "api/schema/",  # what the API takes and gives: no data
}
# Values for what stands in an address, none of which exists.
NOWHERE: dict[str, Any] = {"uuid": uuid.UUID(int=0), "slug": "nowhere", "str": "nowhere", "int": 0, "path": "nowhere"}


def patterns(resolver: Any = None, prefix: str = "", names: str = "") -> Iterator[tuple[str, str, URLPattern]]:
    """Yields (route, reversible name, pattern) of every address."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route, f"{names}{entry.namespace}:" if entry.namespace else names)
        else:
            yield route, f"{names}{entry.name}", entry


def is_public(pattern: URLPattern) -> bool:
    return not getattr(pattern.callback, "login_required", True)


def test_urlconf_when_walked_has_no_unprotected_view_besides_the_public_ones() -> None:
    found = {route for route, _name, pattern in patterns() if is_public(pattern)}
    assert found - PUBLIC == set()


def urls_below_a_compound() -> list[tuple[str, str]]:
    rows = []
    for route, name, pattern in patterns():
        if route.startswith("c/<") and route not in PUBLIC:
            kwargs = {
                key: NOWHERE[type(c).__name__.removesuffix("Converter").lower().replace("string", "str")]
                for key, c in pattern.pattern.converters.items()
            }
            rows.append((route, reverse(name, kwargs={**kwargs, "code": "xingfuli"})))
    return rows


# All addresses in one test each: 300 tests spent two minutes on making the same compound again.
@pytest.mark.django_db
def test_page_of_a_compound_when_asked_by_a_stranger_is_not_found(client: Client) -> None:
    make.compound()
    client.force_login(make.member(make.compound("dongyuan", "东园"), Role.SECRETARY))
    wrong = {}
    for route, url in urls_below_a_compound():
        # A page that only takes forms may send a visitor back to the page of the form, which then says 404.
        said = (client.get(url, follow=True).status_code, client.post(url).status_code)
        if not set(said) <= {404, 405} or 404 not in said:
            wrong[route] = said
    assert wrong == {}


@pytest.mark.django_db
def test_page_of_a_compound_when_asked_by_nobody_leads_to_the_login(client: Client) -> None:
    make.compound()
    wrong = {}
    for route, url in urls_below_a_compound():
        response = client.get(url)
        said = (response.status_code, response.headers.get("Location", "").split("?")[0])
        if said != (302, reverse("login")):
            wrong[route] = said
    assert wrong == {}


def test_addresses_below_a_compound_are_many() -> None:
    """The two above have something to walk."""
    assert len(urls_below_a_compound()) > 100


@pytest.mark.django_db
def test_compound_for_when_a_member_gives_the_compound_and_what_one_is(rf: RequestFactory) -> None:
    of = make.compound()
    three = make.household(of, "3-2-501").building
    captain = make.member(of, Role.CAPTAIN, building=three)
    Membership.objects.create(user=captain, compound=of, role=Role.VOLUNTEER)
    request = rf.get("/")
    request.user = captain
    compound, membership = compound_for(request, "xingfuli")
    assert compound == of
    assert membership == access.Standing(captain, of, frozenset({"captain", "volunteer"}), frozenset({three.pk}))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "allowed"),
    [(Role.COORDINATOR, True), (Role.SECRETARY, True), (Role.VOLUNTEER, False), (Role.GATE, False)],
)
def test_compound_for_when_roles_are_named_lets_in_them_and_the_secretary(
    rf: RequestFactory, role: Role, allowed: bool
) -> None:
    request = rf.get("/")
    request.user = make.member(make.compound(), role)
    if allowed:
        assert compound_for(request, "xingfuli", Role.COORDINATOR).membership.roles == {role}
    else:
        with pytest.raises(Http404):
            compound_for(request, "xingfuli", Role.COORDINATOR)


@pytest.mark.django_db
def test_compound_for_when_a_superuser_counts_as_secretary(rf: RequestFactory) -> None:
    make.compound()
    request = rf.get("/")
    request.user = User.objects.create_superuser("13900000000", "管理员", "x")
    assert compound_for(request, "xingfuli").membership.is_secretary
    with pytest.raises(Http404):
        compound_for(request, "nowhere")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("predicate", "roles"),
    [
        (access.can_run_orders, {"secretary", "coordinator"}),
        (access.can_see_orders, {"secretary", "coordinator", "supply", "captain"}),
        (access.can_type_orders, {"secretary", "coordinator", "supply", "captain"}),
        (access.can_import_households, {"secretary", "coordinator"}),
        (access.can_see_households, {"secretary", "coordinator", "gate", "medical", "supply", "captain"}),
        (access.can_see_health, {"secretary", "coordinator", "gate", "medical"}),
        (access.can_set_cards, {"secretary", "coordinator", "medical"}),
        (access.can_give_logins, {"secretary", "coordinator"}),
        (access.can_manage_members, {"secretary"}),
    ],
)
def test_predicate_when_asked_for_each_role_names_who_may(predicate: Any, roles: set[str]) -> None:
    of = make.compound()
    nobody = User(name="某某")
    assert {role.value for role in Role if predicate(access.Standing(nobody, of, frozenset({role})))} == roles


def test_throttle_when_over_the_limit_says_no(settings: Any) -> None:
    who = str(uuid.uuid4())
    answers = [throttle.allowed(scope="test", who=who, limit=2, seconds=60) for _ in range(3)]
    assert answers == [True, True, False]
    assert throttle.allowed(scope="test", who=who + "x", limit=2, seconds=60) is True


def test_throttle_when_redis_is_down_lets_everybody_through(settings: Any) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
            "OPTIONS": {"socket_connect_timeout": 0.2},
        }
    }
    answers = [throttle.allowed(scope="test", who="somebody", limit=1, seconds=60) for _ in range(3)]
    assert answers == [True, True, True]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/s/%00", "/h/%00/", "/login/?next=%00", "/static/%00.css", "/c/a%00b/", "/admin/compound/user/?q=%00"]
)
def test_address_when_it_holds_a_nul_is_not_found(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


@pytest.mark.django_db
def test_address_when_it_names_a_nul_without_holding_one_is_answered(client: Client) -> None:
    make.member(make.compound())
    assert client.get("/login/?next=%2500").status_code == 200
