"""GET /api/schema/."""

import pytest
from django.test import Client

from gate.rules import EFFECTS


@pytest.mark.django_db
def test_schema_when_asked_for_by_anybody_describes_every_address_of_the_api(client: Client) -> None:
    answer = client.get("/api/schema/", {"format": "json"})
    schema = answer.json()
    methods = {
        path: sorted(set(about) & {"get", "post", "delete", "put", "patch"}) for path, about in schema["paths"].items()
    }
    assert (answer.status_code, methods) == (
        200,
        {
            "/api/v1/gate/checks": ["post"],
            "/api/v1/gate/devices": ["delete", "post"],
            "/api/v1/gate/incidents": ["post"],
            "/api/v1/gate/parcels": ["get", "post"],
            "/api/v1/gate/roll": ["get"],
            "/api/v1/orders/events": ["post"],
            "/api/v1/orders/pictures": ["post"],
        },
    )
    each = [about[method] for path, about in schema["paths"].items() for method in methods[path]]
    assert [about["summary"] for about in each if "summary" not in about or "401" not in about["responses"]] == [
        "A code from the coordinator's screen becomes this phone's token, once",
        # Of somebody logged in: 403 where nobody is.
        "Up to 100 acts, each with an answer of its own",
        "A photo that belongs to an act",
    ]
    codes = schema["components"]["schemas"]["CodeEnum"]["enum"]
    assert codes == [*EFFECTS, "corrected", "reported_late", "undone"]
    results = [schema["components"]["schemas"][name]["properties"] for name in ("CheckResult", "RowResult")]
    assert [fields["id"].get("nullable") for fields in results] == [True, True]
    assert schema["components"]["securitySchemes"]["device"]["name"] == "Authorization"
