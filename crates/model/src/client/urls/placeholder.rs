//! Placeholders in addresses: `https://{organization_name}.example.com`.
//!
//! Owns which there are and where they may stand. Nothing fills them yet, so an entry that holds one
//! can be saved and matches nothing: its text is no address. Source: the original's "subdomain URL
//! placeholders".

use std::borrow::Cow;

use super::UrlProblem;

/// The address with a plain label in place of its placeholders, to see whether it is well formed
/// otherwise. One cannot stand beside a star.
pub(super) fn filled(text: &str) -> Result<Cow<'_, str>, UrlProblem> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, behind)) = after.split_once('}').filter(|(name, _)| is_known(name)) else { break };
        let is_whole_label =
            name != "organization_name" || (before.ends_with("//") && behind.starts_with('.'));
        if !is_whole_label || text.contains('*') {
            return Err(UrlProblem::PlaceholderPlace);
        }
        filled.push_str(before);
        filled.push_str("placeholder");
        rest = behind;
    }
    if filled.is_empty() {
        return Ok(Cow::Borrowed(text));
    }
    filled.push_str(rest);
    Ok(Cow::Owned(filled))
}

fn is_known(name: &str) -> bool {
    let key =
        ["custom_domain.metadata.", "organization.metadata."].iter().find_map(|it| name.strip_prefix(it));
    let is_plain = |key: &str| key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    name == "organization_name" || key.is_some_and(|key| !key.is_empty() && is_plain(key))
}

#[cfg(test)]
mod tests {
    use super::super::{UrlProblem, check_callback, check_logout_url, check_origin};
    use crate::client::callback::matches;

    #[test]
    fn an_address_with_a_placeholder_can_be_saved_and_matches_nothing() {
        for entry in [
            "https://{organization_name}.example.com/cb",
            "https://{custom_domain.metadata.public_brand}.example.com/cb",
            "https://{organization.metadata.public_KEY}.example.com/cb",
        ] {
            for check in [check_callback, check_logout_url, check_origin] {
                assert_eq!(check(entry), Ok(()), "{entry}");
            }
            let list = [entry.to_owned()];
            for asked in [entry, "https://placeholder.example.com/cb", "https://acme.example.com/cb"] {
                assert_eq!(matches(&list, asked, true), None, "{entry} {asked}");
            }
        }
    }

    #[test]
    fn a_placeholder_that_is_unknown_or_in_the_wrong_place_is_refused() {
        for (entry, why) in [
            ("https://{tenant}.example.com/cb", UrlProblem::Host),
            ("https://{organization_name.example.com/cb", UrlProblem::Host),
            ("https://x-{organization_name}.example.com/cb", UrlProblem::PlaceholderPlace),
            ("https://{organization_name}-x.example.com/cb", UrlProblem::PlaceholderPlace),
            ("https://a.{organization_name}.example.com/cb", UrlProblem::PlaceholderPlace),
            ("https://{organization_name}.*.example.com/cb", UrlProblem::PlaceholderPlace),
            ("https://*.{custom_domain.metadata.x}.example.com/cb", UrlProblem::PlaceholderPlace),
        ] {
            assert_eq!(check_callback(entry), Err(why), "{entry}");
        }
    }
}
