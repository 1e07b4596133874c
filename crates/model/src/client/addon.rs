//! Addons of a client: which there are and what the settings of each may hold.
//!
//! An addon is on when its name is there, with `{}` as well. Nothing acts upon them here; that is
//! the business of the protocols and services that they name.
//!
//! Source: the brief, "Addons"; the Management API's `addons`.

use super::schema::{MANY, Member, Rule, may, must, open, text};
use crate::fields::{FieldError, FieldErrors};
use crate::json::Object;

/// An addon.
#[derive(Debug, Clone, Copy)]
pub struct Addon {
    /// Its name on the wire.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What its settings may hold.
    pub settings: Rule,
    /// The members of its settings that are keys of another house.
    pub keys: &'static [&'static str],
}

const TEXT: Rule = text(2048);
const KEY: Rule = text(16_384);
const MINUTES: Rule = Rule::Number { min: 1, max: 525_600 };
const SALESFORCE: &[Member] = &[
    may("clientid", TEXT),
    may("principal", TEXT),
    may("communityName", TEXT),
    may("community_url_section", TEXT),
];

const fn addon(name: &'static str, title: &'static str, members: &'static [Member]) -> Addon {
    Addon { name, title, settings: open(members), keys: &[] }
}

const fn with_keys(
    name: &'static str,
    title: &'static str,
    members: &'static [Member],
    keys: &'static [&'static str],
) -> Addon {
    Addon { name, title, settings: open(members), keys }
}

/// All addons.
#[rustfmt::skip]
pub const ADDONS: &[Addon] = &[
    addon("samlp", "SAML2 Web App", SAMLP),
    addon("wsfed", "WS-Fed (WIF) Web App", &[]),
    addon("aws", "Amazon Web Services", &[
        may("principal", TEXT), may("role", TEXT),
        may("lifetime_in_seconds", Rule::Number { min: 900, max: 43_200 }),
    ]),
    with_keys("azure_blob", "Azure Blob Storage", &[
        may("accountName", text(24)), may("storageAccessKey", KEY), may("containerName", TEXT),
        may("blobName", TEXT), may("expiration", MINUTES), may("signedIdentifier", TEXT),
        may("blob_read", Rule::Flag), may("blob_write", Rule::Flag), may("blob_delete", Rule::Flag),
        may("container_read", Rule::Flag), may("container_write", Rule::Flag),
        may("container_delete", Rule::Flag), may("container_list", Rule::Flag),
    ], &["storageAccessKey"]),
    with_keys("azure_sb", "Azure Service Bus", &[
        may("namespace", TEXT), may("sasKeyName", TEXT), may("sasKey", KEY), may("entityPath", TEXT),
        may("expiration", MINUTES),
    ], &["sasKey"]),
    with_keys("firebase", "Firebase", &[
        may("secret", KEY), may("private_key_id", TEXT), may("private_key", KEY), may("client_email", TEXT),
        may("lifetime_in_seconds", Rule::Number { min: 1, max: 3600 }),
    ], &["secret", "private_key"]),
    with_keys("layer", "Layer", &[
        must("providerId", TEXT), must("keyId", TEXT), must("privateKey", KEY), may("principal", TEXT),
        may("expiration", MINUTES),
    ], &["privateKey"]),
    addon("salesforce_api", "Salesforce API", SALESFORCE),
    addon("salesforce_sandbox_api", "Salesforce Sandbox API", SALESFORCE),
    with_keys("sap_api", "SAP OData", &[
        may("clientid", TEXT), may("usernameAttribute", TEXT), may("tokenEndpointUrl", TEXT), may("scope", TEXT),
        may("servicePassword", KEY), may("nameIdentifierFormat", TEXT),
    ], &["servicePassword"]),
    with_keys("wams", "Azure Mobile Services", &[may("masterkey", KEY)], &["masterkey"]),
    addon("rms", "AD RMS", &[must("url", TEXT)]),
    addon("mscrm", "Microsoft Dynamics CRM", &[must("url", TEXT)]),
    addon("slack", "Slack", &[must("team", TEXT)]),
    addon("sentry", "Sentry", &[may("org_slug", TEXT), may("base_url", TEXT)]),
    addon("box", "Box", &[]),
    addon("cloudbees", "CloudBees", &[]),
    addon("concur", "Concur", &[]),
    addon("dropbox", "Dropbox", &[]),
    addon("echosign", "Adobe EchoSign", &[may("domain", TEXT)]),
    addon("egnyte", "Egnyte", &[may("domain", TEXT)]),
    addon("newrelic", "New Relic", &[may("account", TEXT)]),
    addon("office365", "Office 365", &[may("domain", TEXT), may("connection", TEXT)]),
    addon("salesforce", "Salesforce", &[may("entity_id", TEXT)]),
    addon("sharepoint", "SharePoint", &[may("url", TEXT), may("external_url", Rule::OneOrMore(&TEXT))]),
    addon("springcm", "SpringCM", &[may("acsurl", TEXT)]),
    addon("zendesk", "Zendesk", &[may("accountName", TEXT)]),
    addon("zoom", "Zoom", &[may("account", TEXT)]),
    addon("sso_integration", "SSO Integration", &[may("name", TEXT), may("version", TEXT)]),
    addon("oag", "Access Gateway", &[]),
];

#[rustfmt::skip]
const SAMLP: &[Member] = &[
    may("audience", TEXT), may("recipient", TEXT), may("issuer", TEXT), may("destination", TEXT),
    may("mappings", open(&[])), may("createUpnClaim", Rule::Flag),
    may("passthroughClaimsWithNoMapping", Rule::Flag), may("mapUnknownClaimsAsIs", Rule::Flag),
    may("mapIdentities", Rule::Flag), may("signatureAlgorithm", TEXT), may("digestAlgorithm", TEXT),
    may("lifetimeInSeconds", Rule::Number { min: 1, max: 31_536_000 }), may("signResponse", Rule::Flag),
    may("nameIdentifierFormat", TEXT),
    may("nameIdentifierProbes", Rule::List { of: &TEXT, min: 0, max: MANY }),
    may("authnContextClassRef", TEXT), may("typedAttributes", Rule::Flag),
    may("includeAttributeNameFormat", Rule::Flag),
    may("logout", open(&[may("callback", TEXT), may("slo_enabled", Rule::Flag)])),
    may("binding", TEXT), may("signingCert", text(16_384)), may("relayState", TEXT),
];

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
                (path("sharepoint.external_url"), "min_length"),
            ]
        );
    }

    #[test]
    fn every_key_of_another_house_is_a_setting_that_holds_a_text() {
        for addon in ADDONS {
            let Rule::Object { members, .. } = addon.settings else { panic!("{}", addon.name) };
            for key in addon.keys {
                let member = members.iter().find(|member| member.name == *key).unwrap();
                assert!(matches!(member.rule, Rule::Text { .. }), "{} {key}", addon.name);
            }
        }
    }
}
