//! The table. Its order is that of the answers.

use super::Era::{Brief, Later};
use super::Null::{Kept, Refused};
use super::Unset::{EmptyList, Off, On};
use super::{Field, MANY, Rule, may, must, open, text};
use crate::client::urls;

const ANY_OBJECT: Rule = open(&[]);
const SHORT: Rule = Rule::Text { min: 1, max: 600 };
/// A page as HTML: bounded by the size of a request.
const PAGE: Rule = Rule::Text { min: 1, max: 65_536 };
const CERTIFICATE: Rule = text(16_384);
const HTTPS: Rule = Rule::Address { kind: "https address", check: urls::check_https, may_be_empty: false };
const ENABLED: Rule = open(&[may("enabled", Rule::Flag)]);

const fn list(of: &'static Rule) -> Rule {
    Rule::List { of, min: 0, max: MANY }
}

const MOBILE: Rule = open(&[
    may(
        "android",
        open(&[
            may("app_package_name", SHORT),
            may("sha256_cert_fingerprints", Rule::List { of: &SHORT, min: 1, max: MANY }),
        ]),
    ),
    may("ios", open(&[may("team_id", SHORT), may("app_bundle_identifier", SHORT)])),
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

const OIDC_LOGOUT: Rule = open(&[
    may("backchannel_logout_urls", list(&HTTPS)),
    may(
        "backchannel_logout_initiators",
        open(&[
            must("mode", Rule::Word(&["custom", "all"])),
            may("selected_initiators", list(&Rule::Word(LOGOUT_INITIATORS))),
        ]),
    ),
    may("backchannel_logout_session_metadata", open(&[may("include", Rule::Flag)])),
]);

const COMPLIANCE: Rule = Rule::Word(&[
    "none",
    "fapi1_adv_pkj_par",
    "fapi1_adv_mtls_par",
    "fapi2_sp_pkj_mtls",
    "fapi2_sp_mtls_mtls",
]);

const SESSION_TRANSFER: Rule = open(&[
    may("can_create_session_transfer_token", Rule::Flag),
    may("enforce_cascade_revocation", Rule::Flag),
    may("allowed_authentication_methods", list(&Rule::Word(&["cookie", "query"]))),
    may("enforce_device_binding", Rule::Word(&["ip", "asn", "none"])),
    may("allow_refresh_token", Rule::Flag),
    may("enforce_online_refresh_tokens", Rule::Flag),
    may("delegation", ANY_OBJECT),
]);

const DEFAULT_ORGANIZATION: Rule =
    open(&[must("organization_id", SHORT), must("flows", list(&Rule::Word(&["client_credentials"])))]);

const TOKEN_EXCHANGE: Rule = open(&[may(
    "allow_any_profile_of_type",
    list(&Rule::Word(&["custom_authentication", "on_behalf_of_token_exchange"])),
)]);

const ORGANIZATIONS: &str = "organizations";
const THIRD_PARTIES: &str = "registration of clients by third parties";
const CLASSIC_PAGES: &str = "login pages of one's own";
const OTHER_PROTOCOLS: &str = "SAML and WS-Federation";

/// Every field of a client.
#[rustfmt::skip]
pub const FIELDS: &[Field] = &[
    Field::made("tenant", "name of the tenant").acts("shown"),
    Field::made("global", "true for the one client that stands for all of the tenant").acts("shown"),
    Field::further("is_token_endpoint_ip_header_trusted", Brief, Rule::Flag).always(Off)
        .waits("the address of the person in the token endpoint's log"),
    Field::typed("name", Brief, "text, 1 to 1024 characters, without `<` and `>`; needed").null(Refused)
        .acts("shown to people"),
    Field::typed("description", Brief, "text, at most 140 characters").acts("shown in the dashboard"),
    Field::typed("is_first_party", Brief, "true or false; true").null(Refused)
        .acts("a client of a third party needs consent"),
    Field::typed("oidc_conformant", Brief, "true or false; false").null(Refused)
        .acts("stored; there is one strict pipeline, which it never loosens"),
    Field::typed("sso", Brief, "true or false")
        .acts("off: a session from an identity provider does not count, the provider is asked again"),
    Field::typed("sso_disabled", Brief, "true or false; false").null(Refused).acts("on: every login asks"),
    Field::further("cross_origin_authentication", Brief, Rule::Flag).also("cross_origin_auth").always(Off)
        .waits("cross-origin authentication"),
    Field::further("cross_origin_loc", Later,
        Rule::Address { kind: "web address", check: urls::check_web_page, may_be_empty: true })
        .waits("cross-origin authentication"),
    Field::typed("refresh_token", Later, "object; see the decision of refresh tokens")
        .acts("rotation, leeway, absolute and idle life; `policies` are stored"),
    Field::made("signing_keys", "certificate of the tenant's key; needs `read:client_keys`").acts("shown"),
    Field::made("client_id", "made once").acts("names the client"),
    Field::made("callback_url_template", "always false").acts("shown"),
    Field::made("client_secret", "made here; needs `read:client_keys`").acts("how the client proves itself"),
    Field::further("encryption_key", Brief,
        open(&[may("pub", CERTIFICATE), may("cert", CERTIFICATE), may("subject", SHORT)])).null(Kept)
        .waits(OTHER_PROTOCOLS),
    Field::typed("jwt_configuration", Brief,
        "object with `lifetime_in_seconds` (1 to 2592000), `secret_encoded`, `scopes`, `alg` (`HS256`, `RS256`, \
         `RS512`, `PS256`)")
        .acts("life and signature of ID tokens; `scopes` is stored"),
    Field::typed("callbacks", Brief, "list of Allowed Callback URLs").acts("where a login may lead"),
    Field::typed("allowed_logout_urls", Brief, "list of Allowed Logout URLs").acts("where a logout may lead"),
    Field::typed("allowed_origins", Brief, "list of Allowed Origins").acts("which pages may call (CORS)"),
    Field::typed("web_origins", Brief, "list of at most 100 Allowed Web Origins")
        .acts("silent login by `web_message`, CORS"),
    Field::typed("logo_uri", Brief, "web address, or empty").acts("stored for pages that show it"),
    Field::typed("app_type", Brief, "one of the four types, or an integration, which acts as `regular_web`")
        .acts("defaults, settings that are shown, free loopback ports of `native`"),
    Field::typed("token_endpoint_auth_method", Brief, "one of `none`, `client_secret_post`, `client_secret_basic`")
        .acts("how the client proves itself; absent counts as a secret"),
    Field::typed("grant_types", Brief, "list of grant types")
        .null(Refused)
        .acts("a grant that is not listed is refused; those that nothing answers yet are stored"),
    Field::typed("client_metadata", Brief, "object of at most 10 texts; a text at null is removed")
        .acts("stored for the client's own use"),
    Field::typed("addons", Brief, "object by addon; one at null is removed, those not named stay")
        .waits("addons"),
    Field::further("client_aliases", Brief, list(&SHORT)).always(EmptyList).waits(OTHER_PROTOCOLS),
    Field::further("allowed_clients", Brief, list(&SHORT)).always(EmptyList).waits("delegation"),
    Field::further("custom_login_page_on", Brief, Rule::Flag).always(On).waits(CLASSIC_PAGES),
    Field::further("custom_login_page", Brief, PAGE).waits(CLASSIC_PAGES),
    Field::further("custom_login_page_preview", Brief, PAGE).waits(CLASSIC_PAGES),
    Field::further("form_template", Brief, PAGE).waits(OTHER_PROTOCOLS),
    Field::further("mobile", Brief, MOBILE).waits("association files"),
    Field::further("initiate_login_uri", Later,
        Rule::Address { kind: "https address without a fragment", check: urls::check_https, may_be_empty: true })
        .waits("logins that the client did not begin"),
    Field::further("native_social_login", Later,
        open(&[may("apple", ENABLED), may("facebook", ENABLED), may("google", ENABLED)]))
        .waits("social connections"),
    Field::further("signed_request_object", Later,
        open(&[may("required", Rule::Flag), may("credentials", list(&ANY_OBJECT))]))
        .waits("signed requests"),
    Field::further("require_pushed_authorization_requests", Later, Rule::Flag)
        .waits("pushed authorization requests"),
    Field::further("require_proof_of_possession", Later, Rule::Flag).waits("DPoP"),
    Field::further("par_request_expiry", Later, Rule::Number { min: 10, max: 600 }).null(Kept)
        .waits("pushed authorization requests"),
    Field::further("compliance_level", Later, COMPLIANCE).null(Kept).waits("FAPI profiles"),
    Field::further("oidc_logout", Later, OIDC_LOGOUT).also("oidc_backchannel_logout")
        .waits("back-channel logout"),
    Field::further("organization_usage", Later, Rule::Word(&["deny", "allow", "require"])).waits(ORGANIZATIONS),
    Field::further("organization_require_behavior", Later,
        Rule::Word(&["no_prompt", "pre_login_prompt", "post_login_prompt"]))
        .waits(ORGANIZATIONS),
    Field::further("organization_discovery_methods", Later, list(&Rule::Word(&["email", "organization_name"])))
        .waits(ORGANIZATIONS),
    Field::further("default_organization", Later, DEFAULT_ORGANIZATION).null(Kept).waits(ORGANIZATIONS),
    Field::further("session_transfer", Later, SESSION_TRANSFER).waits("sessions handed from apps to pages"),
    Field::further("skip_non_verifiable_callback_uri_confirmation_prompt", Later, Rule::Flag).null(Kept)
        .waits("the question before an app is opened"),
    Field::further("third_party_security_mode", Later, Rule::Word(&["strict", "permissive"])).fixed()
        .acts("not `permissive`: a client of a third party has no wildcards"),
    Field::further("redirection_policy", Later, Rule::Word(&["allow_always", "open_redirect_protection"]))
        .waits(THIRD_PARTIES),
    Field::further("token_exchange", Later, TOKEN_EXCHANGE).waits("token exchange"),
    Field::further("token_quota", Later, ANY_OBJECT).waits("quotas"),
    Field::further("my_organization_configuration", Later, ANY_OBJECT).waits(ORGANIZATIONS),
    Field::further("express_configuration", Later, ANY_OBJECT).waits(ORGANIZATIONS),
    Field::further("token_vault_privileged_access", Later, ANY_OBJECT).waits("token exchange"),
    Field::further("fedcm_login", Later, ANY_OBJECT).waits("FedCM"),
    Field::further("async_approval_notification_channels", Later,
        list(&Rule::Word(&["guardian-push", "email"])))
        .waits("approvals on another device"),
    Field::further("resource_server_identifier", Later, SHORT).fixed().waits("token exchange"),
    Field::further("external_client_id", Later, Rule::Text { min: 1, max: 2048 }).waits(THIRD_PARTIES),
    Field::further("external_metadata_type", Later, Rule::Word(&["cimd", "dcr"])).waits(THIRD_PARTIES),
    Field::further("external_metadata_created_by", Later, Rule::Word(&["admin", "client"])).waits(THIRD_PARTIES),
    Field::further("jwks_uri", Later, HTTPS).waits("keys that a client publishes"),
];
