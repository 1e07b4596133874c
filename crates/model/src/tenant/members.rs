//! The members of `tenants/settings`: types, bounds, and whether something acts upon them.
//!
//! One table; the check of bodies, the API's description and `docs/reference/tenant-settings.md` are
//! made of it. Source: the Management API, `/tenants/settings`.

use serde_json::{Map, Value};

use crate::client::urls;
use crate::fields::{FieldError, FieldErrors};
use crate::schema::{Format, Member, Schema, formatted, list, optional, text};

/// The longest HTML text of a page, in characters.
const MAX_HTML: usize = 65_536;
/// The longest length of time, in hours: a year.
const MAX_HOURS: f64 = 8_760.0;
/// The shortest, a minute, in hours.
const MIN_HOURS: f64 = 0.016;
/// The greatest number of logout addresses.
const MAX_URLS: usize = 500;

/// A member, and what becomes of it.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Its name and what it may be.
    pub member: Member,
    /// What becomes of it.
    pub effect: Effect,
}

/// What becomes of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Something acts upon it; what it does.
    Acts(&'static str),
    /// It is kept and given back; what it waits for.
    Waits(&'static str),
}

const fn acts(name: &'static str, schema: Schema, does: &'static str) -> Setting {
    Setting { member: optional(name, schema, does), effect: Effect::Acts(does) }
}

const fn waits(name: &'static str, schema: Schema, what: &'static str) -> Setting {
    Setting { member: optional(name, schema, ""), effect: Effect::Waits(what) }
}

const HTML: Schema = text(MAX_HTML);
const HOURS: Schema = Schema::Number { min: MIN_HOURS, max: MAX_HOURS };
const FLAG: Schema = Schema::Nullable(&Schema::Flag);
const NAME: Schema = Schema::Nullable(&text(600));
const COLOR: Schema = formatted(7, Format::Color);
const ADDRESS: Schema = formatted(2048, Format::WebAddress);
const PAGE: Schema =
    Schema::Nullable(&Schema::Object(&[optional("enabled", Schema::Flag, ""), optional("html", HTML, "")]));
const ERROR_PAGE: Schema = Schema::Nullable(&Schema::Object(&[
    optional("html", HTML, ""),
    optional("show_log_link", Schema::Flag, ""),
    optional("url", formatted(2048, Format::SafeAddress), ""),
]));
const DEVICE_FLOW: Schema = Schema::Nullable(&Schema::Object(&[
    optional("charset", Schema::Words(&["base20", "digits"]), ""),
    optional("mask", formatted(20, Format::CodeMask), ""),
]));
const SESSION_COOKIE: Schema = Schema::Nullable(&Schema::Object(&[optional(
    "mode",
    Schema::Words(&["persistent", "non-persistent"]),
    "",
)]));
const SESSIONS: Schema =
    Schema::Nullable(&Schema::Object(&[optional("oidc_logout_prompt_enabled", Schema::Flag, "")]));
const OIDC_LOGOUT: Schema = Schema::Nullable(&Schema::Object(&[optional(
    "rp_logout_end_session_endpoint_discovery",
    Schema::Flag,
    "",
)]));
const MTLS: Schema = Schema::Nullable(&Schema::Object(&[optional("enable_endpoint_aliases", FLAG, "")]));
const BACKGROUND: Schema = Schema::Either(&[
    COLOR,
    Schema::Object(&[
        optional("type", Schema::Words(&["linear-gradient"]), ""),
        optional("start", COLOR, ""),
        optional("end", COLOR, ""),
        optional("angle_deg", Schema::Whole { min: 0, max: 360 }, ""),
    ]),
]);
const UNIVERSAL_LOGIN: Schema = Schema::Nullable(&Schema::Object(&[
    optional(
        "colors",
        Schema::Nullable(&Schema::Object(&[
            optional("primary", COLOR, ""),
            optional("page_background", BACKGROUND, ""),
        ])),
        "",
    ),
    optional("passwordless", Schema::Nullable(&Schema::Open(&[])), ""),
]));
const LOCALE: Schema = formatted(16, Format::Name).not_empty();

/// All settings, in the order in which they are given.
pub const SETTINGS: [Setting; 42] = [
    waits("change_password", PAGE, "custom pages: the text is kept, and never rendered"),
    waits("guardian_mfa_page", PAGE, "custom pages: the text is kept, and never rendered"),
    waits(
        "error_page",
        ERROR_PAGE,
        "custom pages: the text is kept and never rendered, nobody is sent to the address",
    ),
    acts(
        "default_audience",
        NAME,
        "The API that a request without `audience` means, by identifier; empty for none.",
    ),
    acts("default_directory", NAME, "The connection that the password grant means, by name; empty for none."),
    acts(
        "device_flow",
        DEVICE_FLOW,
        "How the codes are written that devices show their people: letters without vowels (`base20`, the default) or \
         digits, and a mask with at least 8 stars, `****-****` when absent.",
    ),
    waits("default_token_quota", Schema::Nullable(&Schema::Open(&[])), "quotas of tokens"),
    acts("flags", Schema::Nullable(&Schema::Object(FLAG_MEMBERS)), "Switches; see below."),
    acts("friendly_name", text(200), "What login pages call the tenant; empty for its domain."),
    waits(
        "picture_url",
        Schema::Nullable(&ADDRESS),
        "pictures on login pages, which load nothing from elsewhere",
    ),
    acts(
        "support_email",
        Schema::Nullable(&formatted(254, Format::Email)),
        "Where people can write to, on error pages; empty for none.",
    ),
    acts(
        "support_url",
        Schema::Nullable(&formatted(2048, Format::SafeAddress)),
        "Where people can read on, on error pages; empty for none.",
    ),
    acts(
        "allowed_logout_urls",
        Schema::Nullable(&list(&ALLOWED_LOGOUT_URL, MAX_URLS)),
        "Where `/v2/logout` may return to when no client is named, and `/oidc/logout` when only a session is (`logout_hint`).",
    ),
    acts("session_lifetime", HOURS, "How long a session may last, in hours; parts of hours are allowed."),
    acts("idle_session_lifetime", HOURS, "How long a session may lie idle, in hours."),
    acts(
        "log_retention_days",
        Schema::Nullable(&Schema::Whole { min: 0, max: 3650 }),
        "For how many days events of the log are kept: 30 when absent, 0 for ever. Not a setting of the original.",
    ),
    waits("ephemeral_session_lifetime", Schema::Nullable(&HOURS), "sessions that end with the browser"),
    waits("idle_ephemeral_session_lifetime", Schema::Nullable(&HOURS), "sessions that end with the browser"),
    waits("sandbox_version", NAME, "scripts"),
    waits("legacy_sandbox_version", NAME, "scripts"),
    waits("sandbox_versions_available", Schema::Nullable(&list(&NAME, 20)), "scripts"),
    waits(
        "default_redirection_uri",
        Schema::Nullable(&formatted(2048, Format::SafeAddress)),
        "a place for people who come to a login page without a request",
    ),
    waits("enabled_locales", Schema::Nullable(&list(&LOCALE, 100)), "translations: pages are in English"),
    waits("session_cookie", SESSION_COOKIE, "sessions that end with the browser"),
    acts(
        "sessions",
        SESSIONS,
        "`oidc_logout_prompt_enabled`: whether `/oidc/logout` asks the person when nothing proves who wants the logout; true when absent.",
    ),
    waits("oidc_logout", OIDC_LOGOUT, "nothing: discovery always names `/oidc/logout`"),
    waits("universal_login", UNIVERSAL_LOGIN, "colours of login pages"),
    waits("customize_mfa_in_postlogin_action", FLAG, "second factors"),
    waits("allow_organization_name_in_authentication_api", FLAG, "organizations"),
    waits("acr_values_supported", Schema::Nullable(&list(&NAME, 100)), "second factors"),
    waits("mtls", MTLS, "client certificates"),
    waits("pushed_authorization_requests_supported", FLAG, "nothing: requests can always be pushed"),
    waits("authorization_response_iss_parameter_supported", FLAG, "nothing: `iss` is always sent"),
    waits(
        "skip_non_verifiable_callback_uri_confirmation_prompt",
        FLAG,
        "the question before unverified callbacks",
    ),
    waits(
        "resource_parameter_profile",
        Schema::Nullable(&Schema::Words(&["audience", "compatibility"])),
        "nothing: `/authorize` reads `resource` where `audience` is absent",
    ),
    waits(
        "dynamic_client_registration_security_mode",
        Schema::Nullable(&Schema::Words(&["strict", "permissive"])),
        "dynamic registration",
    ),
    waits("client_id_metadata_document_supported", FLAG, "clients that describe themselves at an address"),
    waits("enable_ai_guide", FLAG, "nothing: there is no such guide"),
    waits("phone_consolidated_experience", FLAG, "phone numbers"),
    waits("include_session_metadata_in_tenant_logs", FLAG, "metadata of sessions in events"),
    waits(
        "security_headers",
        Schema::Nullable(&Schema::Open(&[])),
        "headers by tenant: the strict ones are always sent",
    ),
    waits("country_codes", Schema::Nullable(&Schema::Open(&[])), "phone numbers"),
];

const ALLOWED_LOGOUT_URL: Schema = text(urls::MAX_LENGTH).not_empty();

/// The switches below `flags`.
pub const FLAGS: [Setting; 32] = [
    acts("enable_client_connections", Schema::Flag, "Whether a new client gets every existing connection."),
    waits("allow_changing_enable_sso", Schema::Flag, "nothing: single sign-on is always on"),
    waits("allow_legacy_delegation_grant_types", Schema::Flag, "delegation"),
    waits("allow_legacy_ro_grant_types", Schema::Flag, "the password grant of before 2017, `/oauth/ro`"),
    waits("allow_legacy_tokeninfo_endpoint", Schema::Flag, "`/tokeninfo`"),
    acts(
        "ask_for_consent_at_localhost",
        Schema::Flag,
        "Whether people are asked each time an answer goes to a callback on their own machine (`localhost`, \
         `127.0.0.1`, `[::1]`), for clients of the house, too; `prompt=none` gets `consent_required` there. In the \
         original that is so always; here it is off. Not a setting of the original.",
    ),
    waits("change_pwd_flow_v1", Schema::Flag, "reset of passwords"),
    waits("dashboard_insights_view", Schema::Flag, "nothing: the dashboard is ours"),
    waits("dashboard_log_streams_next", Schema::Flag, "nothing: the dashboard is ours"),
    waits("disable_clickjack_protection_headers", Schema::Flag, "nothing: pages are never framed"),
    waits("disable_fields_map_fix", Schema::Flag, "connections to other providers"),
    waits("disable_impersonation", Schema::Flag, "nothing: there is no impersonation"),
    waits("enable_adfs_waad_email_verification", Schema::Flag, "connections to other providers"),
    waits("enable_apis_section", Schema::Flag, "nothing: the dashboard is ours"),
    waits("enable_custom_domain_in_emails", Schema::Flag, "mails"),
    waits("enable_dynamic_client_registration", Schema::Flag, "dynamic registration"),
    waits("enable_idtoken_api2", Schema::Flag, "tokens of people at the Management API"),
    waits("enable_legacy_logs_search_v2", Schema::Flag, "nothing: there is one search of logs"),
    waits("enable_legacy_profile", Schema::Flag, "nothing: claims are those of OpenID Connect"),
    waits("enable_pipeline2", Schema::Flag, "nothing: there is one pipeline"),
    waits("enable_public_signup_user_exists_error", Schema::Flag, "sign-up"),
    waits("enable_sso", Schema::Flag, "nothing: single sign-on is always on"),
    waits("enforce_client_authentication_on_passwordless_start", Schema::Flag, "logins without passwords"),
    waits("genai_trial", Schema::Flag, "nothing: there is no such trial"),
    waits("mfa_show_factor_list_on_enrollment", Schema::Flag, "second factors"),
    waits("new_universal_login_experience_enabled", Schema::Flag, "nothing: there is one login page"),
    waits("no_disclose_enterprise_connections", Schema::Flag, "enterprise connections"),
    waits("remove_alg_from_jwks", Schema::Flag, "nothing: SDKs read `alg`"),
    acts(
        "require_pushed_authorization_requests",
        Schema::Flag,
        "Whether every client has to push its authorization requests to `/oauth/par`.",
    ),
    acts(
        "revoke_refresh_token_grant",
        Schema::Flag,
        "Whether a refresh token that a client hands back at `/oauth/revoke` takes along the person's grant, \
         and all tokens of the same person, client and API.",
    ),
    waits("universal_login", Schema::Flag, "nothing: there is one login page"),
    waits(
        "use_scope_descriptions_for_consent",
        Schema::Flag,
        "nothing: the question shows the description of a permission where it has one, and its name where not",
    ),
];

const FLAG_MEMBERS: &[Member] = &members(&FLAGS);

/// The settings, as they are given.
pub const SHOWN: Schema = Schema::Object(&members(&SETTINGS));
/// What a body of a change may be: the settings, and lengths of time in minutes as well.
pub const CHANGE: Schema = Schema::Object(&joined::<42, 4, 46>(members(&SETTINGS), IN_MINUTES));

/// Lengths of time by another spelling, which only a change has: the original's deploy tool uses no other.
const IN_MINUTES: [Member; 4] = [
    optional("session_lifetime_in_minutes", MINUTES, "`session_lifetime` in minutes."),
    optional("idle_session_lifetime_in_minutes", MINUTES, "`idle_session_lifetime` in minutes."),
    optional("ephemeral_session_lifetime_in_minutes", MINUTES, "`ephemeral_session_lifetime` in minutes."),
    optional(
        "idle_ephemeral_session_lifetime_in_minutes",
        MINUTES,
        "`idle_ephemeral_session_lifetime` in minutes.",
    ),
];
/// The name of a length of time that is said in minutes, without that.
const MINUTES_SUFFIX: &str = "_in_minutes";
const MINUTES: Schema = Schema::Whole { min: 1, max: 525_600 };

const fn members<const N: usize>(settings: &[Setting; N]) -> [Member; N] {
    let mut all = [settings[0].member; N];
    let mut at = 0;
    while at < N {
        all[at] = settings[at].member;
        at += 1;
    }
    all
}

const fn joined<const N: usize, const M: usize, const ALL: usize>(
    some: [Member; N],
    more: [Member; M],
) -> [Member; ALL] {
    let mut all = [some[0]; ALL];
    let mut at = 0;
    while at < ALL {
        all[at] = if at < N { some[at] } else { more[at - N] };
        at += 1;
    }
    all
}

/// The name and the hours of a member that is said in minutes.
pub(super) fn in_hours<'a>(name: &'a str, value: &Value) -> Option<(&'a str, Value)> {
    let minutes = value.as_u64()?;
    let whole = minutes.is_multiple_of(60).then(|| Value::from(minutes / 60));
    let parts = || u32::try_from(minutes).map(|minutes| Value::from(f64::from(minutes) / 60.0)).ok();
    Some((name.strip_suffix(MINUTES_SUFFIX)?, whole.or_else(parts)?))
}

/// Checks a body: types and bounds, and the addresses by the rules that clients' have.
pub(super) fn check(body: &Map<String, Value>) -> Result<(), FieldErrors> {
    CHANGE.check_body(body)?;
    let mut errors = FieldErrors::default();
    for name in body.keys() {
        if name.strip_suffix(MINUTES_SUFFIX).is_some_and(|hours| body.contains_key(hours)) {
            let text = "The same length of time stands there in hours, too. Send one of the two.";
            errors.push(FieldError::new(name, "one_of", text));
        }
    }
    let addresses = body.get("allowed_logout_urls").and_then(Value::as_array);
    for (at, entry) in addresses.into_iter().flatten().enumerate() {
        if let Err(problem) = urls::check_logout_url(entry.as_str().unwrap_or_default()) {
            errors.push(FieldError::new(format!("allowed_logout_urls.{at}"), "format", problem.to_string()));
        }
    }
    errors.into_result(())
}

/// The settings as a page of the documentation, in Markdown.
#[must_use]
pub fn reference() -> String {
    let mut page = "# Tenant settings\n\n\
        This page is made from the table in `crates/model/src/tenant/members.rs`; a test compares them.\n\n\
        `GET` and `PATCH /api/v2/tenants/settings` (scopes `read:tenant_settings`, `update:tenant_settings`). A change names\n\
        what it changes; `null` takes a value away, `flags` are changed one by one, everything else is replaced as a whole. What\n\
        GET gives can be sent as it is and changes nothing. All settings are checked, kept and given back as they were sent;\n\
        this is what becomes of them. A change may say the four lengths of sessions in minutes, too (`session_lifetime_in_minutes`\n\
        and so on), as the original's deploy tool does.\n\n## Something acts upon these\n\n| setting | what it does |\n|---|---|\n"
        .to_owned();
    let rows = |settings: &[Setting], prefix: &str, acting: bool| {
        let mut rows = String::new();
        for setting in settings {
            let (what, is_acting) = match setting.effect {
                Effect::Acts(does) => (does, true),
                Effect::Waits(what) => (what, false),
            };
            if is_acting == acting {
                rows.push_str(&format!("| `{prefix}{}` | {what} |\n", setting.member.name));
            }
        }
        rows
    };
    page.push_str(&rows(&SETTINGS, "", true));
    page.push_str(&rows(&FLAGS, "flags.", true));
    page.push_str("\n## These are kept and given back\n\n| setting | what it waits for |\n|---|---|\n");
    page.push_str(&rows(&SETTINGS, "", false));
    page.push_str(&rows(&FLAGS, "flags.", false));
    page
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(body: &Value) -> Vec<(String, &'static str)> {
        let errors = check(body.as_object().unwrap()).err().unwrap_or_default();
        errors.all().iter().map(|error| (error.path.clone(), error.rule)).collect()
    }

    #[test]
    fn every_setting_has_types_and_bounds() {
        for (body, path, rule) in [
            (json!({ "friendly_name": null }), "friendly_name", "type"),
            (json!({ "friendly_name": "x".repeat(201) }), "friendly_name", "max_length"),
            (json!({ "session_lifetime": 0 }), "session_lifetime", "minimum"),
            (json!({ "session_lifetime": 1e9 }), "session_lifetime", "maximum"),
            (json!({ "session_lifetime": "7" }), "session_lifetime", "type"),
            (json!({ "session_lifetime_in_minutes": 0 }), "session_lifetime_in_minutes", "minimum"),
            (json!({ "idle_session_lifetime_in_minutes": null }), "idle_session_lifetime_in_minutes", "type"),
            (
                json!({ "session_lifetime": 1, "session_lifetime_in_minutes": 60 }),
                "session_lifetime_in_minutes",
                "one_of",
            ),
            (json!({ "friendly_name_in_minutes": 1 }), "friendly_name_in_minutes", "additional_properties"),
            (json!({ "support_email": "nobody" }), "support_email", "format"),
            (json!({ "support_url": "javascript:alert(1)" }), "support_url", "format"),
            (json!({ "picture_url": "data:image/png;base64,AAAA" }), "picture_url", "format"),
            (
                json!({ "allowed_logout_urls": ["https://a.test", "file:///x"] }),
                "allowed_logout_urls.1",
                "format",
            ),
            (json!({ "flags": { "enable_sso": 1 } }), "flags.enable_sso", "type"),
            (json!({ "flags": { "nonsense": true } }), "flags.nonsense", "additional_properties"),
            (json!({ "nonsense": 1 }), "nonsense", "additional_properties"),
            (json!({ "error_page": { "html": "x".repeat(65_537) } }), "error_page.html", "max_length"),
            (json!({ "device_flow": { "charset": "emoji" } }), "device_flow.charset", "enum"),
            (json!({ "enabled_locales": ["e n"] }), "enabled_locales.0", "pattern"),
        ] {
            assert_eq!(found(&body), [(path.to_owned(), rule)], "{body}");
        }
    }

    /// CVE-2026-29192.
    #[test]
    fn an_address_that_people_are_sent_to_is_https_or_on_this_machine() {
        for name in ["default_redirection_uri", "support_url"] {
            for (address, fine) in [
                ("https://a.test/start", true),
                ("http://localhost:3000/", true),
                ("", true),
                ("http://a.test/", false),
                ("javascript:alert(1)", false),
            ] {
                assert_eq!(found(&json!({ name: address })).is_empty(), fine, "{name}: {address}");
            }
        }
        assert_eq!(found(&json!({ "error_page": { "url": "http://a.test" } })).len(), 1);
    }

    #[test]
    fn no_setting_stands_twice() {
        for settings in [&SETTINGS[..], &FLAGS[..]] {
            for (at, setting) in settings.iter().enumerate() {
                let same = |other: &Setting| other.member.name == setting.member.name;
                assert!(!settings[..at].iter().any(same), "{}", setting.member.name);
            }
        }
    }

    #[test]
    fn the_page_in_the_documentation_is_the_table() {
        let page = include_str!("../../../../docs/reference/tenant-settings.md");
        assert!(page == reference(), "write this to docs/reference/tenant-settings.md:\n{}", reference());
    }
}
