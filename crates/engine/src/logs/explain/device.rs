//! Why a device got nothing: it asked wrongly or too late, or its person could not or would not answer.

use doorward_model::log::code::EventCode;
use doorward_model::log::event::Event;

use super::{Explanation, Line, Part, authorize, hint, oauth_error, token};

/// By the private reason of the refusal.
const REASONS: &[(&str, Line)] = &[
    (
        "no such device code",
        Line {
            why: "Nobody was given this device code, or it is so old that it was forgotten.",
            fix: "Start again on the device. If it keeps coming: the device code must arrive whole and unchanged, \
                  and it is not the code that the person types.",
            part: None,
        },
    ),
    (
        "the device code belongs to another client",
        Line {
            why: "The device code was given to another client than the one that came for the tokens.",
            fix: "Use the same Client ID for the device code and for its tokens.",
            part: None,
        },
    ),
    (
        "the device code is older than the client",
        Line {
            why: "The device code was given to a client of this Client ID that was deleted; this is another one.",
            fix: "Start again on the device.",
            part: None,
        },
    ),
    (
        "the device code was used before",
        Line {
            why: "The device came a second time for tokens that it has. Usually it keeps asking after it got them. \
                  Because it could also be a thief, the tokens of the first time were ended too.",
            fix: "Let the device stop asking with the first answer that holds tokens.",
            part: None,
        },
    ),
    (
        "the device code is too old",
        Line {
            why: "The device asked for longer than the 15 minutes that its code is good for.",
            fix: "Let the device stop after expires_in, and offer the person a new code.",
            part: None,
        },
    ),
    (
        "the person declined the device",
        Line { why: "The person declined on our page what the device wanted.", fix: "", part: None },
    ),
    (
        "no device waits with this code",
        Line {
            why: "Somebody typed a code that no device shows. Usually it is a slip; many of them from one address \
                  are guesses, and after ten the address has to wait for ten minutes.",
            fix: "Type the code as the device shows it. Upper and lower case and the dash do not matter.",
            part: None,
        },
    ),
    (
        "the device does not wait any more",
        Line {
            why: "The code was typed too late: it is good for 15 minutes.",
            fix: "Start again on the device, which then shows a new code.",
            part: None,
        },
    ),
    (
        "somebody answered for the device before",
        Line {
            why: "The code was typed a second time, after somebody had allowed or declined it.",
            fix: "Start again on the device, if it did not get its tokens.",
            part: None,
        },
    ),
    (
        "too many wrong codes from this address",
        Line {
            why: "Ten wrong codes came from this address within ten minutes, so it has to wait.",
            fix: "Wait ten minutes. If many people share the address behind a proxy of yours, name the proxy in \
                  trusted_proxies, so that Doorward sees who is behind it.",
            part: None,
        },
    ),
    (
        "the connection is not enabled for the client any more",
        Line {
            why: "The person logged in through a connection that was switched off for this client since.",
            fix: "Switch it on again.",
            part: Some(Part::Connections),
        },
    ),
];

pub(super) fn lines() -> impl Iterator<Item = &'static Line> {
    REASONS.iter().map(|(_, line)| line)
}

pub(super) fn explain(event: &Event) -> Explanation {
    let reason = hint(event).unwrap_or_default();
    if let Some((_, line)) = REASONS.iter().find(|(known, _)| *known == reason) {
        return line.of(event);
    }
    match event.code {
        EventCode::DeviceDeclined => {
            let why = "The person saw what the device wanted, and declined. The device was told.";
            Explanation::new(event, why, "", None)
        }
        // The other place speaks of the grant of codes.
        EventCode::DeviceActivationFailed if oauth_error(event) == Some("unauthorized_client") => {
            token::explain(event)
        }
        EventCode::DeviceActivationFailed => {
            authorize::redirect(event).unwrap_or_else(|| authorize::other(event))
        }
        _ => token::explain(event),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use doorward_model::ids::ClientId;
    use serde_json::json;

    use super::super::{Place, explain, tests::event};
    use super::*;

    #[test]
    fn every_line_is_a_reason_that_is_given_and_every_reason_has_a_line() {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let read = |file: &str| std::fs::read_to_string(crates.join(file)).unwrap();
        let grant = read("protocol/src/oauth/grants/device_code.rs");
        let sources = format!("{grant}{}", read("engine/src/login/devices/activation.rs"));
        for (reason, line) in REASONS {
            assert!(sources.contains(&format!("\"{reason}\"")), "{reason}");
            assert!(line.why.ends_with('.') && (line.fix.is_empty() || line.fix.ends_with('.')), "{reason}");
        }
        let rules = grant.split("#[cfg(test)]").next().unwrap();
        let given = rules.split("refused(\"").chain(rules.split("with_private(\"")).skip(1);
        let given: Vec<&str> = given.filter_map(|rest| rest.split('"').next()).collect();
        for (reason, _) in REASONS.iter().filter(|(reason, _)| rules.contains(&format!("\"{reason}\""))) {
            assert!(given.contains(reason), "{reason}");
        }
        assert!(rules.matches("refused(\"").count() >= 5, "is the search out of date?");
    }

    #[test]
    fn what_the_client_may_not_do_leads_to_its_settings() {
        let message = "The client may not use the device_code grant. Add it to its grant types.";
        let details = json!({ "error": { "oauthError": "unauthorized_client", "message": message } });
        for code in [EventCode::DeviceAuthorizationFailed, EventCode::DeviceActivationFailed] {
            let fix = explain(&event(code, message, details.clone())).unwrap().fix.unwrap();
            let place = Place::Client(ClientId::parse("abc").unwrap(), Part::GrantTypes);
            assert_eq!(fix.place, Some(place), "{code:?}");
        }
    }

    #[test]
    fn who_declined_did_nothing_wrong() {
        let known = explain(&event(EventCode::DeviceDeclined, "x", json!({}))).unwrap();
        assert_eq!((known.fix, known.why.ends_with("The device was told.")), (None, true));
    }
}
