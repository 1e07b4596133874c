"""Drives a running Doorward with the official SDK for Python (auth0-python: Management API and Authentication API)
and with Authlib in a Flask application. Run by `interop/python/run`, which says what the environment holds."""

import os
import sys
import traceback

from auth0.authentication import GetToken, RevokeToken, Users
from auth0.authentication.exceptions import Auth0Error
from auth0.authentication.token_verifier import AsymmetricSignatureVerifier, TokenVerifier
from auth0.management import ManagementClient
from auth0.management.core.api_error import ApiError
from authlib.integrations.flask_client import OAuth
from authlib.integrations.requests_client import OAuth2Session
from flask import Flask, session

from person import Person

ISSUER = os.environ["ISSUER"]
DOMAIN = ISSUER.removeprefix("https://").rstrip("/")
USERNAME, PASSWORD = os.environ["USERNAME"], os.environ["PASSWORD"]
DATABASE = "Username-Password-Authentication"
CALLBACK = "https://app.example.test/callback"
ORDERS = "https://orders.example.test/"
REALM = "http://auth0.com/oauth/grant-type/password-realm"

steps = []


def step(run):
    """Keeps a step of the run, in order."""
    steps.append(run)
    return run


def refusal(exception, call):
    """What a call is refused with."""
    try:
        call()
    except exception as error:
        return error
    raise AssertionError("expected a refusal")


class Made:
    """What one step makes for the next ones."""


made = Made()
api = ManagementClient(
    domain=DOMAIN, client_id=os.environ["MACHINE_ID"], client_secret=os.environ["MACHINE_SECRET"]
)


@step
def clients_are_made_listed_and_changed():
    made.shop = api.clients.create(
        name="Python shop",
        app_type="regular_web",
        callbacks=[CALLBACK],
        grant_types=["authorization_code", "refresh_token", "password", REALM],
        jwt_configuration={"alg": "RS256"},
    )
    assert made.shop.client_secret
    assert made.shop.client_id in [client.client_id for client in api.clients.list(per_page=2)]
    api.clients.update(made.shop.client_id, description="Sells snakes")
    assert api.clients.get(made.shop.client_id).description == "Sells snakes"
    assert refusal(ApiError, lambda: api.clients.get("nobody")).status_code == 404


@step
def apis_grants_and_roles_are_made():
    scopes = [{"value": "read:orders", "description": "Read orders"}]
    made.orders = api.resource_servers.create(identifier=ORDERS, scopes=scopes, allow_offline_access=True)
    grant = api.client_grants.create(
        client_id=os.environ["MACHINE_ID"], audience=ORDERS, scope=["read:orders"]
    )
    assert grant.id in [found.id for found in api.client_grants.list(audience=ORDERS)]
    made.role = api.roles.create(name="Snake keeper", description="Keeps snakes")
    permission = {"permission_name": "read:orders", "resource_server_identifier": ORDERS}
    api.roles.permissions.add(made.role.id, permissions=[permission])
    assert [found.permission_name for found in api.roles.permissions.list(made.role.id)] == ["read:orders"]


@step
def people_are_made_found_and_given_roles():
    made.grace = api.users.create(
        connection=DATABASE, email="grace@example.com", password="nanoseconds of wire", name="Grace Hopper"
    )
    found = list(api.users.list(q='email:"grace@example.com"'))
    assert [user.user_id for user in found] == [made.grace.user_id]
    api.users.roles.assign(made.grace.user_id, roles=[made.role.id])
    assert [role.id for role in api.users.roles.list(made.grace.user_id)] == [made.role.id]
    api.users.update(made.grace.user_id, user_metadata={"ship": "Yale"})
    assert api.users.get(made.grace.user_id).user_metadata == {"ship": "Yale"}


@step
def connections_settings_and_the_log_are_read():
    assert DATABASE in [connection.name for connection in api.connections.list()]
    assert api.tenants.settings.get().idle_session_lifetime
    assert any(event.type == "sapi" for event in api.logs.list())


@step
def a_password_is_swapped_for_tokens_that_verify():
    tokens = GetToken(DOMAIN, made.shop.client_id, client_secret=made.shop.client_secret)
    wrong = refusal(Auth0Error, lambda: tokens.login("grace@example.com", "wrong", realm=DATABASE))
    assert wrong.error_code == "invalid_grant", wrong
    answer = tokens.login(
        "grace@example.com",
        "nanoseconds of wire",
        scope="openid profile offline_access read:orders",
        realm=DATABASE,
        audience=ORDERS,
    )
    keys = AsymmetricSignatureVerifier(f"{ISSUER}.well-known/jwks.json")
    verifier = TokenVerifier(signature_verifier=keys, issuer=ISSUER, audience=made.shop.client_id)
    assert verifier.verify(answer["id_token"])["sub"] == made.grace.user_id
    assert Users(DOMAIN).userinfo(answer["access_token"])["name"] == "Grace Hopper"

    renewed = tokens.refresh_token(answer["refresh_token"])
    assert verifier.verify(renewed["id_token"])["sub"] == made.grace.user_id
    revoke = RevokeToken(DOMAIN, made.shop.client_id, client_secret=made.shop.client_secret)
    revoke.revoke_refresh_token(renewed["refresh_token"])
    gone = refusal(Auth0Error, lambda: tokens.refresh_token(renewed["refresh_token"]))
    assert gone.error_code == "invalid_grant", gone


@step
def a_program_gets_a_token_for_an_api():
    program = GetToken(DOMAIN, os.environ["MACHINE_ID"], client_secret=os.environ["MACHINE_SECRET"])
    assert program.client_credentials(ORDERS)["scope"] == "read:orders"


@step
def a_flask_application_logs_a_person_in():
    app = Flask("shop")
    app.secret_key = "a secret of the application alone"
    doorward = OAuth(app).register(
        "doorward",
        client_id=made.shop.client_id,
        client_secret=made.shop.client_secret,
        server_metadata_url=f"{ISSUER}.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"},
    )

    @app.route("/login")
    def login():
        return doorward.authorize_redirect(CALLBACK)

    @app.route("/callback")
    def callback():
        session["token"] = doorward.authorize_access_token()
        return session["token"]["userinfo"] | {"of_userinfo": doorward.userinfo(token=session["token"])["email"]}

    browser = app.test_client()
    asked = browser.get("/login", base_url="https://app.example.test")
    back = Person(ISSUER).log_in(asked.location, USERNAME, PASSWORD)
    assert back.startswith(f"{CALLBACK}?"), back
    shown = browser.get(back).json
    assert (shown["email"], shown["of_userinfo"], shown["iss"]) == (USERNAME, USERNAME, ISSUER), shown


@step
def authlib_renews_asks_about_and_revokes_a_token():
    shop = OAuth2Session(
        made.shop.client_id,
        made.shop.client_secret,
        scope="openid offline_access",
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
    )
    verifier = "a-verifier-that-is-long-enough-to-be-taken-by-the-server"
    address, _ = shop.create_authorization_url(f"{ISSUER}authorize", code_verifier=verifier)
    back = Person(ISSUER).log_in(address, USERNAME, PASSWORD)
    first = shop.fetch_token(f"{ISSUER}oauth/token", authorization_response=back, code_verifier=verifier)
    second = shop.refresh_token(f"{ISSUER}oauth/token", refresh_token=first["refresh_token"])
    about = shop.introspect_token(f"{ISSUER}oauth/introspect", token=second["access_token"]).json()
    assert about["active"], about
    assert shop.revoke_token(f"{ISSUER}oauth/revoke", token=second["refresh_token"]).status_code == 200
    about = shop.introspect_token(f"{ISSUER}oauth/introspect", token=second["access_token"]).json()
    assert about == {"active": False}, about


@step
def everything_made_is_deleted():
    api.users.delete(made.grace.user_id)
    api.roles.delete(made.role.id)
    api.resource_servers.delete(made.orders.id)
    api.clients.delete(made.shop.client_id)
    assert refusal(ApiError, lambda: api.users.get(made.grace.user_id)).status_code == 404


def main():
    failed = 0
    for run in steps:
        name = run.__name__.replace("_", " ")
        try:
            run()
            print(f"ok - {name}")
        except Exception:
            failed += 1
            print(f"not ok - {name}\n{traceback.format_exc()}")
    print(f"{len(steps) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
