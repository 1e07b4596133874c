"""Gives generated requests things that exist: without them nearly every answer would be a 404.

Every second request that names a thing in its path gets a fresh one, or one that is there; a few
bodies get ids that exist. What the run itself lives on, its client and its grant, is never
changed, and no signing key is revoked.
"""

import itertools
import os

import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import negative_data_rejection

ADDRESSES = st.sampled_from(["https://a.example.test/x?y=1", "https://b.example.test"])
schemathesis.openapi.format("uri", ADDRESSES)
schemathesis.openapi.format("uri-or-empty", ADDRESSES | st.just(""))
schemathesis.openapi.format("https-uri", ADDRESSES)
schemathesis.openapi.format("https-uri-or-empty", ADDRESSES | st.just(""))
PEOPLE = st.integers(0, 10**9).map(lambda number: f"person{number}@example.test")
schemathesis.openapi.format("email", PEOPLE)
schemathesis.openapi.format("email-or-empty", PEOPLE | st.just(""))

API = os.environ["ISSUER"].rstrip("/") + "/api/v2"
OWN = os.environ["MACHINE_ID"]
API_UNDER_TEST = "https://things.example.test/"
CONNECTION = "Username-Password-Authentication"
# A public key whose private half is nowhere.
PEM = """\
-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAg3g39HL9R45vzO4rtHJT
AM07LdNvP5z+aa9H2TydEV/8xB1lN8H71NGYKxkfzvJAqmbjiB6WFVeLpwfilX9g
o+XHu5V1OHD8zpszLTC9liG3G/ZcVDAyJ9Gw5Dm6OweJClO21TqT0vu5be7Seozt
oQMz/N8oNQnvT6Q13C0/1ZS9GJlKacTilqGHYnvUK+B3O6Ch7u6bZlbHIzHaoy+g
fMMKRjfZb6F2juK6uSmhE/OverjuvwNzWbv486Hnq5kwqVFcLSLPCVWI6dEtBm5g
lJueKLo9owwfpmWZ0yuIdxGuu3FJDcg2LKgDI9J7xoti8BpkK4kYPohYhHqng8jK
+wIDAQAB
-----END PUBLIC KEY-----
"""

session = requests.Session()
session.trust_env = False
session.verify = os.environ["CA"]
session.headers["Authorization"] = "Bearer " + os.environ["TOKEN"]

known = {}
numbers = itertools.count()
turns = itertools.count()


def ask(method, path, body=None):
    answer = session.request(method, API + path, json=body)
    return answer.json() if answer.ok and answer.content else None


def fresh(path, body, key="id"):
    made = ask("POST", path, body)
    return made and made[key]


def there(path, key, inside=None):
    found = ask("GET", path)
    found = found[inside] if found and inside else found
    return found[0][key] if found else None


def a_client():
    return fresh("/clients", {"name": f"Shop {next(numbers)}"}, "client_id")


def a_user():
    email = f"fresh{next(numbers)}@example.test"
    body = {"connection": CONNECTION, "email": email, "blocked": False}
    return fresh("/users", body, "user_id")


def an_api():
    scopes = [{"value": "read:things"}]
    return fresh("/resource-servers", {"identifier": f"https://{next(numbers)}.example.test/", "scopes": scopes})


def a_role():
    return fresh("/roles", {"name": f"Role {next(numbers)}"})


def a_grant():
    return fresh("/client-grants", {"client_id": a_client(), "audience": API_UNDER_TEST, "scope": []})


def a_stream():
    # Paused: what it would be sent to is nowhere.
    sink = {"httpEndpoint": "https://logs.example.test/", "httpContentFormat": "JSONLINES"}
    made = fresh("/log-streams", {"name": f"Stream {next(numbers)}", "type": "http", "sink": sink})
    if made:
        ask("PATCH", f"/log-streams/{made}", {"status": "paused"})
    return made


def of_a_user(what, inside):
    ada = there("/users-by-email?email=ada@example.com", "user_id")
    return ada and there(f"/users/{requests.utils.quote(ada, safe='')}/{what}", "id", inside)


ids = {
    "clients": a_client,
    "client-grants": a_grant,
    "device-credentials": lambda: there("/device-credentials", "id"),
    "grants": lambda: there("/grants", "id"),
    "log-streams": a_stream,
    "connections": lambda: fresh("/connections", {"name": f"People{next(numbers)}", "strategy": "auth0"}),
    "keys": lambda: there("/keys/signing", "kid"),
    "logs": lambda: there("/logs?per_page=1", "log_id"),
    "refresh-tokens": lambda: of_a_user("refresh-tokens", "tokens"),
    "resource-servers": an_api,
    "roles": a_role,
    "sessions": lambda: of_a_user("sessions", "sessions"),
    "user-blocks": a_user,
    "users": a_user,
}

# What a fresh client gets, so that the second id of a path is one of the first.
parts = {
    "credential_id": ("credentials", {"credential_type": "public_key", "pem": PEM}),
    "secret_id": ("secrets", {"label": "Second"}),
}

PERMISSION = {"resource_server_identifier": API_UNDER_TEST, "permission_name": "read:things"}
bodies = {
    ("POST", "/client-grants"): lambda: {"client_id": a_client(), "audience": API_UNDER_TEST, "scope": ["read:things"]},
    ("POST", "/clients/{id}/credentials"): lambda: {"credential_type": "public_key", "pem": PEM},
    ("PATCH", "/connections/{id}/clients"): lambda: [{"client_id": a_client(), "status": True}],
    ("POST", "/roles/{id}/permissions"): lambda: {"permissions": [PERMISSION]},
    ("DELETE", "/roles/{id}/permissions"): lambda: {"permissions": [PERMISSION]},
    ("POST", "/roles/{id}/users"): lambda: {"users": [a_user()]},
    ("POST", "/users"): lambda: {
        "connection": CONNECTION,
        "email": f"new{next(numbers)}@example.test",
        "password": "lovelace and babbage",
        "user_metadata": {"color": "red"},
    },
    ("POST", "/users/{id}/permissions"): lambda: {"permissions": [PERMISSION]},
    ("DELETE", "/users/{id}/permissions"): lambda: {"permissions": [PERMISSION]},
    ("POST", "/users/{id}/roles"): lambda: {"roles": [a_role()]},
    ("DELETE", "/users/{id}/roles"): lambda: {"roles": [a_role()]},
}

fresh("/resource-servers", {"identifier": API_UNDER_TEST, "scopes": [{"value": "read:things"}]})
OWN_GRANT = there(f"/client-grants?client_id={OWN}", "id")


def is_wrong_on_purpose(case, where):
    part = case.meta.components.get(where) if case.meta else None
    return part is not None and part.mode.is_negative


def fill_path(case):
    resource = case.path.strip("/").split("/")[0]
    if "id" not in (case.path_parameters or {}) or resource not in ids:
        return
    # There a request goes where the answer before it led.
    is_led = case.meta and case.meta.phase.name.value == "stateful"
    is_revoking = (case.method, case.path) == ("PUT", "/keys/signing/{id}/revoke")
    lives_on = case.path_parameters["id"] in (OWN, OWN_GRANT) or is_revoking
    wants = next(turns) % 2 == 0 and not is_wrong_on_purpose(case, ParameterLocation.PATH)
    part = next((name for name in parts if name in case.path_parameters), None)
    if is_revoking:
        case.path_parameters["id"] = "nobody"
    elif part and wants and not is_led:
        (kind, body), client = parts[part], a_client()
        case.path_parameters["id"] = client or "nobody"
        case.path_parameters[part] = fresh(f"/clients/{client}/{kind}", body) or "nobody"
    elif is_led and not (lives_on and case.method != "GET"):
        return
    elif case.method == "GET" and wants:
        # What is only looked at need not be fresh.
        if resource not in known:
            known[resource] = ids[resource]() or "nobody"
        case.path_parameters["id"] = known[resource]
    elif wants or (lives_on and case.method != "GET"):
        case.path_parameters["id"] = ids[resource]() or "nobody"


def fill_body(case):
    body = bodies.get((case.method, case.path))
    is_json = case.media_type == "application/json"
    if body and is_json and not is_wrong_on_purpose(case, ParameterLocation.BODY) and next(turns) % 2 == 0:
        case.body = body()


@schemathesis.hook
def before_call(context, case, kwargs):
    fill_path(case)
    fill_body(case)


def is_log_from_a_checkpoint(case):
    """There no other parameter counts, whatever it says, as in the original."""
    return case.path == "/logs" and not {"from", "take"}.isdisjoint(case.query or {})


@schemathesis.check
def what_the_document_forbids_is_refused(ctx, response, case):
    # In a form a list of one and a text are the same letters.
    if case.media_type == "application/x-www-form-urlencoded" or is_log_from_a_checkpoint(case):
        return None
    return negative_data_rejection(ctx, response, case)
