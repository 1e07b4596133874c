//! Which return addresses are taken for which entries of a list (RFC 9700 §2.1, RFC 8252 §7.3).

use doorward_model::client::callback;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::hold;

/// What is allowed, and what is asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Case {
    entries: Vec<String>,
    asked: String,
    native: bool,
}

const ENTRIES: [&str; 7] = [
    "https://app.test/cb",
    "https://app.test/cb?tenant=1",
    "https://*.wild.test/cb",
    "https://pre-*-post.wild.test:8443/cb",
    "http://127.0.0.1/cb",
    "http://localhost:3000/cb",
    "com.acme.app://login/cb",
];

/// What parsers disagree about.
const ODD: [&str; 24] = [
    "@",
    "\\",
    "/",
    "//",
    "/../",
    "/./",
    "%2f",
    "%2e%2e",
    "%00",
    "\u{0}",
    "\t",
    "\r\n",
    " ",
    "#",
    "?",
    "&",
    ".",
    "*",
    ":",
    "::",
    "。",
    "\u{ad}",
    "evil.test",
    "xn--",
];

fn made() -> impl Strategy<Value = Case> {
    let change = (
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        prop_oneof![prop::sample::select(&ODD[..]).prop_map(str::to_owned), "[ -~]{1,3}", "\\PC{1,2}"],
    );
    let entry = prop::sample::select(&ENTRIES[..]);
    (entry, prop::collection::vec(change, 0..4), "[a-z0-9.-]{1,5}", any::<bool>()).prop_map(
        |(entry, changes, star, native)| {
            let mut asked = entry.replace('*', &star);
            for (at, to, insert) in changes {
                let places: Vec<usize> =
                    asked.char_indices().map(|(place, _)| place).chain([asked.len()]).collect();
                let (a, b) = (places[at.index(places.len())], places[to.index(places.len())]);
                asked = format!("{}{insert}{}", &asked[..a.min(b)], &asked[a.max(b)..]);
            }
            Case { entries: ENTRIES.map(str::to_owned).into(), asked, native }
        },
    )
}

/// What is taken is the entry itself, or differs from it in the star or in the port of the own machine, and a
/// browser goes where the entry says.
fn judge(case: &Case) -> Result<(), String> {
    let Some(entry) = callback::matches(&case.entries, &case.asked, case.native) else { return Ok(()) };
    let asked = &case.asked;
    if !asked.bytes().all(|byte| byte.is_ascii_graphic()) || asked.contains(['#', '\\']) {
        return Err("an address is taken that holds what no address holds".to_owned());
    }
    if asked == entry {
        return Ok(());
    }
    let url = Url::parse(asked).map_err(|error| format!("a browser cannot read it: {error}"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it names somebody".to_owned());
    }
    let host = url.host_str().unwrap_or_default().to_owned();
    let tail = asked.splitn(4, '/').nth(3).unwrap_or_default();
    if entry.splitn(4, '/').nth(3) != Some(tail) {
        // Scheme and host may be spelled in other letters, the rest may not.
        return Err("path or query differ".to_owned());
    }
    match entry.split_once('*') {
        Some((_, after)) => {
            let domain = after.split(['/', ':']).next().unwrap_or_default();
            let label = host.strip_suffix(domain).ok_or("the host lies elsewhere")?;
            if label.contains('.') || label.is_empty() {
                Err("the star stands for one label".to_owned())
            } else {
                Ok(())
            }
        }
        None => {
            let of_entry = Url::parse(entry).map_err(|error| error.to_string())?;
            let is_port_of_home = case.native && host == "127.0.0.1";
            if Some(host.as_str()) != of_entry.host_str() || url.scheme() != of_entry.scheme() {
                Err("another host or scheme".to_owned())
            } else if url.port_or_known_default() != of_entry.port_or_known_default() && !is_port_of_home {
                Err("another port".to_owned())
            } else {
                Ok(())
            }
        }
    }
}

#[test]
fn no_address_is_taken_that_leads_elsewhere() {
    hold("redirects", made(), judge);
}
