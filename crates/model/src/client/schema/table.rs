//! The table. Its order is that of the answers.

use super::Era::{Brief, Later};
use super::Null::{Kept, Refused};
use super::Unset::{EmptyList, Off, On};
use super::{Field, MANY, may};
use crate::client::addon::ADDON_MEMBERS;
use crate::client::credential::schema as credential;
use crate::client::grant_type::GrantType;
use crate::client::kind::ClientKind;
use crate::schema::{Format, OBJECT, Schema, formatted, list, optional, required, text};
use crate::signing_alg::SigningAlg;

/// The longest life of an ID token, in seconds.
pub(in crate::client) const MAX_JWT_LIFETIME: i64 = 2_592_000;
/// The longest life of a refresh token, in seconds.
pub(in crate::client) const MAX_REFRESH_LIFETIME: i64 = 157_788_000;

const SHORT: Schema = Schema::Text { min: 1, max: 600, format: Format::Any };
const ID: Schema = text(128);
/// A page as HTML: bounded by the size of a request.
const PAGE: Schema = Schema::Text { min: 1, max: 65_536, format: Format::Any };
const CERTIFICATE: Schema = text(16_384);
const HTTPS: Schema = Schema::Text { min: 1, max: 2048, format: Format::Https };
const ENABLED: Schema = Schema::Open(&[may("enabled", &Schema::Flag)]);
const ADDRESSES: Schema = list(&text(2048), usize::MAX);

const APP_TYPES: &[&str] = &ClientKind::NAMES;
const METHODS: &[&str] = &["none", "client_secret_post", "client_secret_basic"];
const ALGORITHMS: &[&str] = &SigningAlg::NAMES;
const SECONDS: Schema = Schema::Whole { min: 1, max: MAX_REFRESH_LIFETIME };

const JWT: Schema = Schema::Object(&[
    optional("lifetime_in_seconds", Schema::Whole { min: 1, max: MAX_JWT_LIFETIME }, ""),
    optional("secret_encoded", Schema::Flag, ""),
    optional("scopes", OBJECT, ""),
    optional("alg", Schema::Words(ALGORITHMS), ""),
]);

const REFRESH_TOKEN: Schema = Schema::Object(&[
    required("rotation_type", Schema::Words(&["rotating", "non-rotating"]), ""),
    required("expiration_type", Schema::Words(&["expiring", "non-expiring"]), ""),
    optional("leeway", Schema::Whole { min: 0, max: MAX_REFRESH_LIFETIME }, ""),
    optional("token_lifetime", SECONDS, ""),
    optional("idle_token_lifetime", SECONDS, ""),
    optional("infinite_token_lifetime", Schema::Flag, ""),
    optional("infinite_idle_token_lifetime", Schema::Flag, ""),
    optional("policies", list(&POLICY, usize::MAX), ""),
]);

const POLICY: Schema =
    Schema::Object(&[required("audience", SHORT, ""), required("scope", list(&text(1024), usize::MAX), "")]);

const METADATA: Schema = Schema::Map { of: &Schema::Nullable(&text(255)), max: usize::MAX };

const SECRET: Schema = Schema::Text { min: 32, max: 512, format: Format::Any };

const SIGNING_KEY: Schema = Schema::Open(&[
    optional("cert", CERTIFICATE, ""),
    optional("pkcs7", CERTIFICATE, ""),
    optional("subject", text(600), ""),
]);

const MOBILE: Schema = Schema::Open(&[
    may(
        "android",
        &Schema::Open(&[
            may("app_package_name", &SHORT),
            may("sha256_cert_fingerprints", &Schema::List { of: &SHORT, min: 1, max: MANY }),
        ]),
    ),
    may("ios", &Schema::Open(&[may("team_id", &SHORT), may("app_bundle_identifier", &SHORT)])),
]);

const LOGOUT_INITIATORS: &[&str] = &[
    "rp-logout",
    "idp-logout",
    "password-changed",
    "session-expired",
    "session-revoked",
    "account-deleted",
    "email-identifier-changed",
    "mfa-phone-unenrolled",
    "account-deactivated",
];

const OIDC_LOGOUT: Schema = Schema::Open(&[
    may("backchannel_logout_urls", &list(&HTTPS, MANY)),
    may(
        "backchannel_logout_initiators",
        &Schema::Open(&[
            required("mode", Schema::Words(&["custom", "all"]), ""),
            may("selected_initiators", &list(&Schema::Words(LOGOUT_INITIATORS), MANY)),
        ]),
    ),
    may("backchannel_logout_session_metadata", &Schema::Open(&[may("include", &Schema::Flag)])),
]);

const COMPLIANCE: Schema = Schema::Words(&[
    "none",
    "fapi1_adv_pkj_par",
    "fapi1_adv_mtls_par",
    "fapi2_sp_pkj_mtls",
    "fapi2_sp_mtls_mtls",
]);

const SESSION_TRANSFER: Schema = Schema::Open(&[
    may("can_create_session_transfer_token", &Schema::Flag),
    may("enforce_cascade_revocation", &Schema::Flag),
    may("allowed_authentication_methods", &list(&Schema::Words(&["cookie", "query"]), MANY)),
    may("enforce_device_binding", &Schema::Words(&["ip", "asn", "none"])),
    may("allow_refresh_token", &Schema::Flag),
    may("enforce_online_refresh_tokens", &Schema::Flag),
    may("delegation", &OBJECT),
]);

const DEFAULT_ORGANIZATION: Schema = Schema::Open(&[
    required("organization_id", SHORT, ""),
    required("flows", list(&Schema::Words(&["client_credentials"]), MANY), ""),
]);

const TOKEN_EXCHANGE: Schema = Schema::Open(&[may(
    "allow_any_profile_of_type",
    &list(&Schema::Words(&["custom_authentication", "on_behalf_of_token_exchange"]), MANY),
)]);

const ORGANIZATIONS: &str = "organizations";
const THIRD_PARTIES: &str = "registration of clients by third parties";
const CLASSIC_PAGES: &str = "login pages of one's own";
const OTHER_PROTOCOLS: &str = "SAML and WS-Federation";

/// Every field of a client.
#[rustfmt::skip]
pub const FIELDS: &[Field] = &[
    Field::made("tenant", ID).acts("shown"),
    Field::made("global", Schema::Flag).acts("true for the one client that stands for all of the tenant"),
    Field::further("is_token_endpoint_ip_header_trusted", Brief, Schema::Flag).always(Off)
        .acts("on, and the client has a secret: `auth0-forwarded-for` at the token endpoint is the person's address"),
    Field::typed("name", Brief, Schema::Text { min: 1, max: 1024, format: Format::Any }).null(Refused)
        .acts("shown to people; without `<` and `>`"),
    Field::typed("description", Brief, text(140)).acts("shown in the dashboard"),
    Field::typed("is_first_party", Brief, Schema::Flag).null(Refused)
        .acts("true unless said otherwise; a client of a third party needs consent"),
    Field::typed("oidc_conformant", Brief, Schema::Flag).null(Refused)
        .acts("stored; there is one strict pipeline, which it never loosens"),
    Field::typed("sso", Brief, Schema::Flag)
        .acts("off: a session from an identity provider does not count, the provider is asked again"),
    Field::typed("sso_disabled", Brief, Schema::Flag).null(Refused).acts("on: every login asks"),
    Field::further("cross_origin_authentication", Brief, Schema::Flag).also("cross_origin_auth").always(Off)
        .waits("cross-origin authentication"),
    Field::further("cross_origin_loc", Later, formatted(2048, Format::WebAddress))
        .waits("cross-origin authentication"),
    Field::typed("refresh_token", Later, REFRESH_TOKEN)
        .acts("rotation, leeway, absolute and idle life; `policies` wait for refresh tokens that are good for several APIs"),
    Field::made("signing_keys", list(&SIGNING_KEY, MANY))
        .acts("the certificate of the tenant's key, for those with `read:client_keys`"),
    Field::made("owners", list(&ID, usize::MAX)).acts("the admins of the tenant, on the client that stands for all of it"),
    Field::made("client_id", ID).acts("names the client"),
    Field::made("callback_url_template", Schema::Flag).acts("always false"),
    Field::proof("client_secret", Brief, SECRET, None).null(Refused)
        .acts("how the client proves itself, and key of HS256; set by `update:client_keys`, shown to \
               `read:client_keys`; see the guide to rotating a secret"),
    Field::further("encryption_key", Brief,
        Schema::Open(&[may("pub", &CERTIFICATE), may("cert", &CERTIFICATE), may("subject", &SHORT)])).null(Kept)
        .waits(OTHER_PROTOCOLS),
    Field::typed("jwt_configuration", Brief, JWT)
        .acts("life and signature of ID tokens; `scopes` waits for delegation"),
    Field::typed("callbacks", Brief, ADDRESSES).acts("Allowed Callback URLs: where a login may lead"),
    Field::typed("allowed_logout_urls", Brief, ADDRESSES).acts("Allowed Logout URLs: where a logout may lead"),
    Field::typed("allowed_origins", Brief, ADDRESSES)
        .acts("Allowed Origins (CORS): which pages may call, those of the callbacks besides"),
    Field::typed("web_origins", Brief, list(&text(2048), MANY))
        .acts("Allowed Web Origins: which pages may call, as `allowed_origins`. A silent login by `web_message` tells its \
               answer to the origin of the verified callback, which need not stand here (decision 0029)"),
    Field::typed("logo_uri", Brief, formatted(2048, Format::WebAddress))
        .acts("shown to `read:client_summary`; login pages load nothing from elsewhere, so none shows it"),
    Field::typed("app_type", Brief, Schema::Words(APP_TYPES))
        .acts("defaults, settings that are shown, free loopback ports of `native`; all behind the first four \
               act as `regular_web`"),
    Field::typed("token_endpoint_auth_method", Brief, Schema::Words(METHODS))
        .acts("how the client proves itself; absent counts as a secret"),
    Field::proof("client_authentication_methods", Later, credential::IN_USE, Some(&credential::NEW_METHODS))
        .acts("the client proves itself with a signed assertion and by nothing else; whole credentials when it is \
               made, later up to two ids, set by `update:client_credentials` and shown to \
               `read:client_credentials` and `read:client_keys`; not together with `token_endpoint_auth_method`. Proof \
               by a TLS certificate (`tls_client_auth`, `self_signed_tls_client_auth`) is refused until it is there: \
               such a client could not prove itself at all"),
    Field::typed("grant_types", Brief, list(&Schema::Words(&GrantType::NAMES), usize::MAX)).null(Refused)
        .acts("a grant that is not listed is refused. The first seven are answered; the others wait: CIBA for approvals \
               on another device, token exchange (both) and the legacy grants of delegation for those, `mfa-…` for second \
               factors, `passwordless/otp` for logins without passwords, `webauthn` for passkeys, the legacy `ro` for \
               `/oauth/ro`, the legacy `access_token` for social connections"),
    Field::typed("client_metadata", Brief, METADATA)
        .acts("stored for the client's own use, at most 10"),
    Field::typed("addons", Brief, Schema::Object(&ADDON_MEMBERS))
        .waits("addons"),
    Field::further("client_aliases", Brief, list(&SHORT, MANY)).always(EmptyList)
        .waits("SAML and WS-Federation; no two clients have the same"),
    Field::further("allowed_clients", Brief, list(&SHORT, MANY)).always(EmptyList).waits("delegation"),
    Field::further("custom_login_page_on", Brief, Schema::Flag).always(On).waits(CLASSIC_PAGES),
    Field::further("custom_login_page", Brief, PAGE).waits(CLASSIC_PAGES),
    Field::further("custom_login_page_preview", Brief, PAGE).waits(CLASSIC_PAGES),
    Field::further("form_template", Brief, PAGE).waits(OTHER_PROTOCOLS),
    Field::further("mobile", Brief, MOBILE)
        .acts("`/.well-known/assetlinks.json` and `apple-app-site-association`"),
    Field::further("initiate_login_uri", Later, formatted(2048, Format::Https))
        .acts("where *Start again* leads after a login that took too long, with `iss`"),
    Field::further("native_social_login", Later,
        Schema::Open(&[may("apple", &ENABLED), may("facebook", &ENABLED), may("google", &ENABLED)]))
        .waits("social connections"),
    Field::further("signed_request_object", Later,
        Schema::Open(&[may("required", &Schema::Flag), may("credentials", &list(&OBJECT, MANY))]))
        .waits("signed requests"),
    Field::further("require_pushed_authorization_requests", Later, Schema::Flag)
        .acts("an authorization request that was not pushed to `/oauth/par` is refused"),
    Field::further("require_proof_of_possession", Later, Schema::Flag).waits("DPoP"),
    Field::further("par_request_expiry", Later, Schema::Whole { min: 10, max: 600 }).null(Kept)
        .acts("how many seconds a pushed request waits for its person; 30 where nothing is said"),
    Field::further("compliance_level", Later, COMPLIANCE).null(Kept).waits("FAPI profiles"),
    Field::further("oidc_logout", Later, OIDC_LOGOUT).also("oidc_backchannel_logout")
        .waits("back-channel logout"),
    Field::further("organization_usage", Later, Schema::Words(&["deny", "allow", "require"])).waits(ORGANIZATIONS),
    Field::further("organization_require_behavior", Later,
        Schema::Words(&["no_prompt", "pre_login_prompt", "post_login_prompt"]))
        .waits(ORGANIZATIONS),
    Field::further("organization_discovery_methods", Later, list(&Schema::Words(&["email", "organization_name"]), MANY))
        .waits(ORGANIZATIONS),
    Field::further("default_organization", Later, DEFAULT_ORGANIZATION).null(Kept).waits(ORGANIZATIONS),
    Field::further("session_transfer", Later, SESSION_TRANSFER).waits("sessions handed from apps to pages"),
    Field::further("skip_non_verifiable_callback_uri_confirmation_prompt", Later, Schema::Flag).null(Kept)
        .waits("the question before an app is opened"),
    Field::further("third_party_security_mode", Later, Schema::Words(&["strict", "permissive"])).fixed()
        .acts("not `permissive`: a client of a third party has no wildcards"),
    Field::further("redirection_policy", Later, Schema::Words(&["allow_always", "open_redirect_protection"]))
        .waits(THIRD_PARTIES),
    Field::further("token_exchange", Later, TOKEN_EXCHANGE).waits("token exchange"),
    Field::further("token_quota", Later, OBJECT).waits("quotas"),
    Field::further("my_organization_configuration", Later, OBJECT).waits(ORGANIZATIONS),
    Field::further("express_configuration", Later, OBJECT).waits(ORGANIZATIONS),
    Field::further("token_vault_privileged_access", Later, OBJECT).waits("token exchange"),
    Field::further("fedcm_login", Later, OBJECT).waits("FedCM"),
    Field::further("anonymous_sessions", Later, OBJECT).waits("sessions of nobody in particular"),
    Field::further("identity_assertion_authorization_grant", Later, OBJECT).waits("token exchange"),
    Field::further("b2b_integration_configuration", Later, OBJECT).waits(ORGANIZATIONS),
    Field::further("async_approval_notification_channels", Later,
        list(&Schema::Words(&["guardian-push", "email"]), MANY))
        .waits("approvals on another device"),
    Field::further("resource_server_identifier", Later, SHORT).fixed()
        .acts("the client may introspect access tokens for this API; waits for token exchange"),
    Field::further("external_client_id", Later, Schema::Text { min: 1, max: 2048, format: Format::Any }).waits(THIRD_PARTIES),
    Field::further("external_metadata_type", Later, Schema::Words(&["cimd", "dcr"])).waits(THIRD_PARTIES),
    Field::further("external_metadata_created_by", Later, Schema::Words(&["admin", "client"])).waits(THIRD_PARTIES),
    Field::further("jwks_uri", Later, HTTPS).waits("keys that a client publishes"),
];
