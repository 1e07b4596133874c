//! Addresses that an admin writes into a client: lists as typed, and what may be saved.
//!
//! Owns the one URL grammar of the house ([`parse`]) that callbacks, logout URLs, origins and logos
//! share, and the texts that say what is wrong with an address. Knows nothing of requests: who may
//! be sent where is decided in [`super::callback`], [`super::logout`] and [`super::origin`].
//!
//! Source: the brief, "Allowed Callback URLs", "Allowed Logout URLs", "Allowed Origins (CORS)";
//! RFC 3986; RFC 8252 §7 and §8.10; RFC 9700 §2.1 and §4.1.

pub mod anatomy;
mod host;
mod parse;
mod placeholder;

pub(super) use host::Host;
pub(super) use parse::{Address, Scheme, entry, requested};

/// The longest address that can be saved, in bytes.
pub const MAX_LENGTH: usize = 2048;

/// Parameters of an authorization response; a callback that brings its own could pass for one.
const RESPONSE_PARAMETERS: [&str; 12] = [
    "code",
    "state",
    "error",
    "error_description",
    "error_uri",
    "iss",
    "id_token",
    "access_token",
    "token_type",
    "expires_in",
    "scope",
    "response",
];

/// Why an address cannot be used, with what to do instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UrlProblem {
    /// Nothing there.
    #[error("The address is empty. Enter one such as https://app.example.com/callback.")]
    Empty,
    /// Longer than [`MAX_LENGTH`].
    #[error("The address is too long. Use at most 2048 characters.")]
    TooLong,
    /// No `http://`, `https://` or scheme of an app.
    #[error("The address has no scheme. Put https:// (or the scheme of your app) in front of it.")]
    NoScheme,
    /// A scheme that runs code or opens files.
    #[error("This scheme is not safe to send people to. Use https, or a scheme of your own app.")]
    UnsafeScheme,
    /// A scheme of an app where only web addresses make sense.
    #[error("Only web addresses fit here. Begin it with https:// or http://.")]
    NotWeb,
    /// Not `https://` where nothing else is safe enough.
    #[error("Only https addresses fit here. Begin it with https://.")]
    NotHttps,
    /// A character that no address may hold: a space, a control character, a backslash, no ASCII.
    #[error(
        "The address holds a space, a backslash, a control character or a letter outside ASCII. \
         Percent-encode it in the path, and write the host in its xn-- form."
    )]
    Character,
    /// A percent sign that is no good.
    #[error(
        "The address holds a percent-encoded dot, slash, backslash, percent or control character, or a \
         percent sign without two hexadecimal digits. Write the character itself, or leave it out."
    )]
    Escape,
    /// `user@` in front of the host.
    #[error("The address holds an @ in front of the host. Leave the user name out.")]
    UserInfo,
    /// The host is none.
    #[error("The host of the address is not valid. Write it like app.example.com, without a final dot.")]
    Host,
    /// The port is none.
    #[error("The port of the address is not valid. Use a number from 1 to 65535, or leave it out.")]
    Port,
    /// `.` or `..` in the path.
    #[error("The path holds . or .. as a part. Write the path out.")]
    DotSegment,
    /// A `#` where there cannot be one.
    #[error("The address holds a #. Leave it and what follows out.")]
    Fragment,
    /// The query holds a name that belongs to the answer.
    #[error(
        "The query holds a name that the answer needs for itself, such as code or state. Use another name."
    )]
    ResponseParameter,
    /// A star somewhere else than in the leftmost label, or a second one.
    #[error(
        "A star can only stand once, in the first part of the host, as in https://*.example.com/callback."
    )]
    WildcardPlace,
    /// A star with a scheme of an app.
    #[error("A star works with http and https only. List each address of the app instead.")]
    WildcardScheme,
    /// A placeholder where it cannot stand.
    #[error(
        "A placeholder stands alone in the first part of the host, as in \
         https://{{organization_name}}.example.com, and not together with a star."
    )]
    PlaceholderPlace,
    /// A star right below a public suffix.
    #[error("The star would cover domains of other people. Put it below a domain of yours.")]
    WildcardTooWide,
}

/// Splits what a person typed into one field: addresses separated by commas or line breaks.
///
/// ```
/// use doorward_model::client::urls::split_list;
/// assert_eq!(split_list(" https://a.test/cb ,\nhttps://b.test/cb,, "), ["https://a.test/cb", "https://b.test/cb"]);
/// assert!(split_list("  ").is_empty());
/// ```
#[must_use]
pub fn split_list(text: &str) -> Vec<String> {
    text.split([',', '\n', '\r']).map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Whether an address may be saved as an Allowed Callback URL.
///
/// ```
/// use doorward_model::client::urls::{UrlProblem, check_callback};
/// for good in [
///     "https://app.example.com/callback",
///     "http://localhost:3000/callback?from=login",
///     "https://*.example.com/callback",
///     "https://preview-*-web.example.com",
///     "http://127.0.0.1/callback",
///     "http://[::1]:8080/callback",
///     "com.example.app://login/callback",
///     "com.example.app:/callback",
/// ] {
///     assert_eq!(check_callback(good), Ok(()), "{good}");
/// }
/// for (bad, why) in [
///     ("", UrlProblem::Empty),
///     ("app.example.com/callback", UrlProblem::NoScheme),
///     ("localhost:3000/callback", UrlProblem::NoScheme),
///     ("*.google.com", UrlProblem::NoScheme),
///     ("javascript://a.test/%0aalert(1)", UrlProblem::UnsafeScheme),
///     ("https://a.test/cb#top", UrlProblem::Fragment),
///     ("https://a.test/cb?state=1", UrlProblem::ResponseParameter),
///     ("https://me@a.test/cb", UrlProblem::UserInfo),
///     ("https://a.test/x/../cb", UrlProblem::DotSegment),
///     ("https://a.test/x/%2e%2e/cb", UrlProblem::Escape),
///     ("https://a.test/cb/*", UrlProblem::WildcardPlace),
///     ("https://a.*.example.com/cb", UrlProblem::WildcardPlace),
///     ("https://*.co.uk/cb", UrlProblem::WildcardTooWide),
///     ("myapp://*.example.com/cb", UrlProblem::WildcardScheme),
/// ] {
///     assert_eq!(check_callback(bad), Err(why), "{bad}");
/// }
/// ```
///
/// # Errors
/// The first thing that is wrong with it.
pub fn check_callback(text: &str) -> Result<(), UrlProblem> {
    check_length(text)?;
    callback_entry(&placeholder::filled(text)?).map(|_| ())
}

/// Whether an address may be saved as an Allowed Logout URL. Query and hash may be there; they do
/// not count.
///
/// ```
/// use doorward_model::client::urls::{UrlProblem, check_logout_url};
/// assert_eq!(check_logout_url("https://app.example.com/bye?x=1#top"), Ok(()));
/// assert_eq!(check_logout_url("*.example.com"), Err(UrlProblem::NoScheme));
/// ```
///
/// # Errors
/// The first thing that is wrong with it.
pub fn check_logout_url(text: &str) -> Result<(), UrlProblem> {
    check_length(text)?;
    entry(&placeholder::filled(text)?).map(|_| ())
}

/// Whether an address may be saved as an Allowed Origin or an Allowed Web Origin. Path, query and
/// hash may be there; they do not count.
///
/// ```
/// use doorward_model::client::urls::{UrlProblem, check_origin};
/// assert_eq!(check_origin("https://app.example.com"), Ok(()));
/// assert_eq!(check_origin("https://*.example.com/"), Ok(()));
/// assert_eq!(check_origin("capacitor://localhost"), Ok(()));
/// assert_eq!(check_origin("com.example.app:/callback"), Err(UrlProblem::Host));
/// assert_eq!(check_origin("*"), Err(UrlProblem::NoScheme));
/// ```
///
/// # Errors
/// The first thing that is wrong with it.
pub fn check_origin(text: &str) -> Result<(), UrlProblem> {
    check_length(text)?;
    if entry(&placeholder::filled(text)?)?.host == Host::Absent { Err(UrlProblem::Host) } else { Ok(()) }
}

/// Whether an address may be saved as the logo of a client.
///
/// ```
/// use doorward_model::client::urls::{UrlProblem, check_logo};
/// assert_eq!(check_logo("https://cdn.example.com/logo.png?v=2"), Ok(()));
/// assert_eq!(check_logo("data:image/png;base64,AAAA"), Err(UrlProblem::UnsafeScheme));
/// ```
///
/// # Errors
/// The first thing that is wrong with it.
pub fn check_logo(text: &str) -> Result<(), UrlProblem> {
    check_web_page(text)
}

/// Whether an address is one of the web, without a star.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn check_web_page(text: &str) -> Result<(), UrlProblem> {
    check_length(text)?;
    match requested(text)?.scheme {
        Scheme::Http | Scheme::Https => Ok(()),
        Scheme::Custom(_) => Err(UrlProblem::NotWeb),
    }
}

/// Whether an address may be one that we call or send people to over https alone. It may hold a
/// placeholder.
///
/// ```
/// use doorward_model::client::urls::{UrlProblem, check_https};
/// assert_eq!(check_https("https://app.example.com/login?from=idp"), Ok(()));
/// assert_eq!(check_https("https://{organization_name}.example.com/login"), Ok(()));
/// assert_eq!(check_https("http://app.example.com/login"), Err(UrlProblem::NotHttps));
/// assert_eq!(check_https("https://app.example.com/#login"), Err(UrlProblem::Fragment));
/// ```
///
/// # Errors
/// The first thing that is wrong with it.
pub fn check_https(text: &str) -> Result<(), UrlProblem> {
    check_length(text)?;
    let filled = placeholder::filled(text)?;
    let address = requested(&filled)?;
    match address.scheme {
        _ if address.fragment.is_some() => Err(UrlProblem::Fragment),
        Scheme::Https => Ok(()),
        Scheme::Http | Scheme::Custom(_) => Err(UrlProblem::NotHttps),
    }
}

/// Reads a saved callback. What could not be saved today (an import may have brought it) is an
/// error here too, so that it never matches.
pub(super) fn callback_entry(text: &str) -> Result<Address<'_>, UrlProblem> {
    let address = entry(text)?;
    if address.fragment.is_some() {
        return Err(UrlProblem::Fragment);
    }
    if address.query.is_some_and(holds_response_parameter) {
        return Err(UrlProblem::ResponseParameter);
    }
    Ok(address)
}

fn holds_response_parameter(query: &str) -> bool {
    url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| RESPONSE_PARAMETERS.contains(&&*name))
}

fn check_length(text: &str) -> Result<(), UrlProblem> {
    if text.len() > MAX_LENGTH { Err(UrlProblem::TooLong) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheme_that_runs_code_or_opens_files_is_refused_everywhere() {
        for scheme in ["javascript", "JavaScript", "data", "vbscript", "file", "blob", "view-source", "about"]
        {
            for rest in [":alert(1)", "://a.test/cb", ":/cb", ":"] {
                let text = format!("{scheme}{rest}");
                for check in [check_callback, check_logout_url, check_origin, check_logo] {
                    assert_eq!(check(&text), Err(UrlProblem::UnsafeScheme), "{text}");
                }
            }
        }
    }

    #[test]
    fn a_response_parameter_is_found_behind_its_encoding() {
        assert_eq!(check_callback("https://a.test/cb?a=1&%63ode=2"), Err(UrlProblem::ResponseParameter));
        assert_eq!(check_callback("https://a.test/cb?encode=2"), Ok(()));
    }

    #[test]
    fn an_address_has_a_bound() {
        let long = format!("https://a.test/{}", "a".repeat(MAX_LENGTH));
        assert_eq!(check_callback(&long), Err(UrlProblem::TooLong));
        assert_eq!(check_callback(&long[..MAX_LENGTH]), Ok(()));
    }

    #[test]
    fn a_logo_is_a_web_address_without_a_star() {
        assert_eq!(check_logo("myapp://logo"), Err(UrlProblem::NotWeb));
        assert_eq!(check_logo("https://*.example.com/l.png"), Err(UrlProblem::Host));
    }
}
