//! Addons of a client: which there are and what the settings of each may hold.
//!
//! An addon is on when its name is there, with `{}` as well. Nothing acts upon them here; that is
//! the business of the protocols and services that they name.
//!
//! Source: the brief, "Addons"; the Management API's `addons`.

use super::schema::{MANY, may};
use crate::fields::{FieldError, FieldErrors};
use crate::json::Object;
use crate::schema::{Format, Member, OBJECT, Schema, formatted, list, required, text};

/// An addon.
#[derive(Debug, Clone, Copy)]
pub struct Addon {
    /// Its name on the wire.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What its settings may hold.
    pub settings: Schema,
    /// The members of its settings that are keys of another house.
    pub keys: &'static [&'static str],
}

const TEXT: Schema = text(2048);
/// Where browsers are sent with an answer, or a server asked.
const ADDRESS: Schema = formatted(2048, Format::WebAddress);
const KEY: Schema = text(16_384);
const MINUTES: Schema = Schema::Whole { min: 1, max: 525_600 };
const SALESFORCE: &[Member] = &[
    may("clientid", &TEXT),
    may("principal", &TEXT),
    may("communityName", &TEXT),
    may("community_url_section", &TEXT),
];

const fn addon(name: &'static str, title: &'static str, members: &'static [Member]) -> Addon {
    Addon { name, title, settings: Schema::Open(members), keys: &[] }
}

const fn with_keys(
    name: &'static str,
    title: &'static str,
    members: &'static [Member],
    keys: &'static [&'static str],
) -> Addon {
    Addon { name, title, settings: Schema::Open(members), keys }
}

/// All addons.
#[rustfmt::skip]
pub const ADDONS: &[Addon] = &[
    addon("samlp", "SAML2 Web App", SAMLP),
    addon("wsfed", "WS-Fed (WIF) Web App", &[]),
    addon("aws", "Amazon Web Services", &[
        may("principal", &TEXT), may("role", &TEXT),
        may("lifetime_in_seconds", &Schema::Whole { min: 900, max: 43_200 }),
    ]),
    with_keys("azure_blob", "Azure Blob Storage", &[
        may("accountName", &text(24)), may("storageAccessKey", &KEY), may("containerName", &TEXT),
        may("blobName", &TEXT), may("expiration", &MINUTES), may("signedIdentifier", &TEXT),
        may("blob_read", &Schema::Flag), may("blob_write", &Schema::Flag), may("blob_delete", &Schema::Flag),
        may("container_read", &Schema::Flag), may("container_write", &Schema::Flag),
        may("container_delete", &Schema::Flag), may("container_list", &Schema::Flag),
    ], &["storageAccessKey"]),
    with_keys("azure_sb", "Azure Service Bus", &[
        may("namespace", &TEXT), may("sasKeyName", &TEXT), may("sasKey", &KEY), may("entityPath", &TEXT),
        may("expiration", &MINUTES),
    ], &["sasKey"]),
    with_keys("firebase", "Firebase", &[
        may("secret", &KEY), may("private_key_id", &TEXT), may("private_key", &KEY), may("client_email", &TEXT),
        may("lifetime_in_seconds", &Schema::Whole { min: 1, max: 3600 }),
    ], &["secret", "private_key"]),
    with_keys("layer", "Layer", &[
        required("providerId", TEXT, ""), required("keyId", TEXT, ""), required("privateKey", KEY, ""), may("principal", &TEXT),
        may("expiration", &MINUTES),
    ], &["privateKey"]),
    addon("salesforce_api", "Salesforce API", SALESFORCE),
    addon("salesforce_sandbox_api", "Salesforce Sandbox API", SALESFORCE),
    with_keys("sap_api", "SAP OData", &[
        may("clientid", &TEXT), may("usernameAttribute", &TEXT), may("tokenEndpointUrl", &ADDRESS), may("scope", &TEXT),
        may("servicePassword", &KEY), may("nameIdentifierFormat", &TEXT),
    ], &["servicePassword"]),
    with_keys("wams", "Azure Mobile Services", &[may("masterkey", &KEY)], &["masterkey"]),
    addon("rms", "AD RMS", &[required("url", ADDRESS, "")]),
    addon("mscrm", "Microsoft Dynamics CRM", &[required("url", ADDRESS, "")]),
    addon("slack", "Slack", &[required("team", TEXT, "")]),
    addon("sentry", "Sentry", &[may("org_slug", &TEXT), may("base_url", &ADDRESS)]),
    addon("box", "Box", &[]),
    addon("cloudbees", "CloudBees", &[]),
    addon("concur", "Concur", &[]),
    addon("dropbox", "Dropbox", &[]),
    addon("echosign", "Adobe EchoSign", &[may("domain", &TEXT)]),
    addon("egnyte", "Egnyte", &[may("domain", &TEXT)]),
    addon("newrelic", "New Relic", &[may("account", &TEXT)]),
    addon("office365", "Office 365", &[may("domain", &TEXT), may("connection", &TEXT)]),
    addon("salesforce", "Salesforce", &[may("entity_id", &TEXT)]),
    addon("sharepoint", "SharePoint", &[may("url", &ADDRESS), may("external_url", &Schema::Either(&[ADDRESS, Schema::List { of: &ADDRESS, min: 1, max: MANY }]))]),
    addon("springcm", "SpringCM", &[may("acsurl", &ADDRESS)]),
    addon("zendesk", "Zendesk", &[may("accountName", &TEXT)]),
    addon("zoom", "Zoom", &[may("account", &TEXT)]),
    addon("sso_integration", "SSO Integration", &[may("name", &TEXT), may("version", &TEXT)]),
    addon("oag", "Access Gateway", &[]),
];

#[rustfmt::skip]
const SAMLP: &[Member] = &[
    may("audience", &TEXT), may("recipient", &ADDRESS), may("issuer", &TEXT), may("destination", &ADDRESS),
    may("mappings", &OBJECT), may("createUpnClaim", &Schema::Flag),
    may("passthroughClaimsWithNoMapping", &Schema::Flag), may("mapUnknownClaimsAsIs", &Schema::Flag),
    may("mapIdentities", &Schema::Flag), may("signatureAlgorithm", &TEXT), may("digestAlgorithm", &TEXT),
    may("lifetimeInSeconds", &Schema::Whole { min: 1, max: 31_536_000 }), may("signResponse", &Schema::Flag),
    may("nameIdentifierFormat", &TEXT),
    may("nameIdentifierProbes", &list(&TEXT, MANY)),
    may("authnContextClassRef", &TEXT), may("typedAttributes", &Schema::Flag),
    may("includeAttributeNameFormat", &Schema::Flag),
    may("logout", &Schema::Open(&[may("callback", &ADDRESS), may("slo_enabled", &Schema::Flag)])),
    may("binding", &TEXT), may("signingCert", &text(16_384)), may("relayState", &TEXT),
];

/// The addons as names of an object; one that is null is off.
pub(super) static ADDON_MEMBERS: [Member; ADDONS.len()] = members();

const fn members() -> [Member; ADDONS.len()] {
    let mut members = [may("", &OBJECT); ADDONS.len()];
    let mut at = 0;
    while at < ADDONS.len() {
        members[at] = may(ADDONS[at].name, &ADDONS[at].settings);
        at += 1;
    }
    members
}

/// The addon of that name.
///
/// ```
/// use doorward_model::client::addon::addon_named;
/// assert_eq!(addon_named("samlp").unwrap().title, "SAML2 Web App");
/// assert!(addon_named("toaster").is_none());
/// ```
#[must_use]
pub fn addon_named(name: &str) -> Option<&'static Addon> {
    ADDONS.iter().find(|addon| addon.name == name)
}

/// Looks at what a change says about addons; one at null is switched off.
pub(super) fn check(addons: &Object, errors: &mut FieldErrors) {
    for (name, settings) in addons {
        // The name goes into the path only as far as one could be; a stranger's text stays short.
        let path = format!("addons.{}", name.chars().take(64).collect::<String>());
        match addon_named(name) {
            Some(_) if settings.is_null() => {}
            Some(addon) => addon.settings.check(settings, &path, errors),
            None => {
                let names: Vec<&str> = ADDONS.iter().map(|addon| addon.name).collect();
                let text = format!("There is no such addon. There are: {}.", names.join(", "));
                errors.push(FieldError::new(path, "additional_properties", text));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn found(addons: Value) -> Vec<(String, &'static str)> {
        let Value::Object(addons) = addons else { panic!("no object") };
        let mut errors = FieldErrors::default();
        check(&addons, &mut errors);
        errors.all().iter().map(|error| (error.path.clone(), error.rule)).collect()
    }

    #[test]
    fn an_addon_is_on_with_nothing_said_or_with_settings_of_its_own() {
        assert_eq!(
            found(json!({
                "wsfed": {}, "samlp": { "mappings": { "email": "mail" }, "logout": { "slo_enabled": true }, "later": [1] },
                "aws": null, "sharepoint": { "url": "https://a.test", "external_url": ["https://b.test"] },
                "azure_blob": { "blob_read": true, "expiration": 5, "blobName": null },
            })),
            []
        );
    }

    #[test]
    fn an_unknown_addon_or_a_wrong_setting_is_found() {
        let path = |text: &str| format!("addons.{text}");
        assert_eq!(
            found(json!({
                "toaster": {}, "samlp": [], "aws": { "lifetime_in_seconds": 60 }, "slack": {},
                "azure_blob": { "blob_read": "yes" }, "sharepoint": { "external_url": [] },
            })),
            [
                (path("toaster"), "additional_properties"),
                (path("samlp"), "type"),
                (path("aws.lifetime_in_seconds"), "minimum"),
                (path("slack.team"), "required"),
                (path("azure_blob.blob_read"), "type"),
                (path("sharepoint.external_url"), "min_items"),
            ]
        );
    }

    #[test]
    fn an_address_that_is_a_program_is_found() {
        let bad = "javascript:alert(1)";
        assert_eq!(
            found(json!({
                "samlp": { "recipient": bad, "destination": bad, "logout": { "callback": bad } },
                "springcm": { "acsurl": bad }, "rms": { "url": "data:text/html,x" },
                "sharepoint": { "url": "https://a.test/", "external_url": ["https://b.test/", bad] },
            })),
            [
                ("addons.samlp.recipient".to_owned(), "format"),
                ("addons.samlp.destination".to_owned(), "format"),
                ("addons.samlp.logout.callback".to_owned(), "format"),
                ("addons.springcm.acsurl".to_owned(), "format"),
                ("addons.rms.url".to_owned(), "format"),
                ("addons.sharepoint.external_url.1".to_owned(), "format"),
            ]
        );
    }

    #[test]
    fn every_key_of_another_house_is_a_setting_that_holds_a_text() {
        for addon in ADDONS {
            let Schema::Open(members) = addon.settings else { panic!("{}", addon.name) };
            for key in addon.keys {
                let member = members.iter().find(|member| member.name == *key).unwrap();
                assert!(
                    matches!(member.schema, Schema::Nullable(Schema::Text { .. }) | Schema::Text { .. }),
                    "{} {key}",
                    addon.name
                );
            }
        }
    }
}
