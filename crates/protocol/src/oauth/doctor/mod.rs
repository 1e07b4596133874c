//! The callback doctor: why an address was refused, and which of the ways to mend it is safe.
//!
//! Owns the causes and their sentences, the nearest entry of a list, the characters that differ, and
//! which fix may be offered. Decides nothing about a login: whether an address is allowed is asked of
//! the very functions that decide logins and logouts. Everything is computed from the lists as they are
//! now, so an answer is never older than the settings.
//!
//! An address in a log was chosen by anybody on the internet who hopes that an admin clicks. So one
//! click is offered only for the own machine and for hosts that the client has already; any other host
//! has to be typed. Source: UX §2.2; RFC 9700 §4.1.

mod causes;
mod diff;
mod letters;
mod nearest;
#[cfg(test)]
mod tests;

use doorward_model::client::urls::anatomy::{Anatomy, in_its_own_letters, knows_place};
use doorward_model::client::urls::{UrlProblem, check_callback, check_logout_url};

pub use diff::{Diff, Span};
pub use letters::visible;

use super::authorize::may_receive;
use super::logout;

/// What a person was to be sent to the address for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// With the answer of a login: `redirect_uri`, Allowed Callback URLs.
    Login,
    /// After a logout: `returnTo`, Allowed Logout URLs.
    Logout,
}

impl Purpose {
    /// The list that counts, under its name in the settings.
    #[must_use]
    pub fn list(self) -> &'static str {
        match self {
            Purpose::Login => "Allowed Callback URLs",
            Purpose::Logout => "Allowed Logout URLs",
        }
    }
}

/// The lists of one client.
#[derive(Debug, Clone, Copy, Default)]
pub struct Lists<'a> {
    /// Allowed Callback URLs.
    pub callbacks: &'a [String],
    /// Allowed Logout URLs.
    pub logout_urls: &'a [String],
    /// Allowed Origins (CORS).
    pub origins: &'a [String],
    /// Whether the client is a native app, whose loopback port is free.
    pub is_native: bool,
}

impl<'a> Lists<'a> {
    /// The list that counts.
    fn of(&self, purpose: Purpose) -> &'a [String] {
        match purpose {
            Purpose::Login => self.callbacks,
            Purpose::Logout => self.logout_urls,
        }
    }

    fn allow(&self, purpose: Purpose, address: &str) -> bool {
        allows(self.of(purpose), purpose, self.is_native, address)
    }

    /// Whether any of the lists names the host.
    fn know(&self, address: &str) -> bool {
        let entries = self.callbacks.iter().chain(self.logout_urls).chain(self.origins);
        entries.into_iter().any(|entry| knows_place(entry, address))
    }
}

/// Whether a list allows an address: the very question that logins and logouts ask.
fn allows(list: &[String], purpose: Purpose, is_native: bool, address: &str) -> bool {
    match purpose {
        Purpose::Login => may_receive(list, address, is_native),
        Purpose::Logout => logout::may_follow(list, address),
    }
}

/// Another client of the tenant.
#[derive(Debug, Clone, Copy)]
pub struct Other<'a> {
    /// Its Client ID.
    pub id: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its lists.
    pub lists: Lists<'a>,
}

/// A refused address and what is known about it.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The address as it was sent.
    pub asked: &'a str,
    /// What for.
    pub purpose: Purpose,
    /// The lists of the client.
    pub lists: Lists<'a>,
    /// Other clients that may have the address.
    pub others: &'a [Other<'a>],
}

impl Case<'_> {
    /// Whether the lists allow `address` in the place of the one that was asked for.
    fn would_allow(&self, address: &str) -> bool {
        self.lists.allow(self.purpose, address)
    }

    /// Why the address could not even be saved on the list that counts.
    fn problem(&self) -> Option<UrlProblem> {
        let check = match self.purpose {
            Purpose::Login => check_callback(self.asked),
            Purpose::Logout => check_logout_url(self.asked),
        };
        check.and_then(|()| Anatomy::of_request(self.asked).map(|_| ())).err()
    }
}

macro_rules! causes {
    ($($(#[$doc:meta])* $name:ident $slug:literal;)+) => {
        /// Why an address is not allowed: one of sixteen.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Cause {
            $($(#[$doc])* $name,)+
        }

        impl Cause {
            /// All of them.
            pub const ALL: &'static [Cause] = &[$(Cause::$name,)+];

            /// A stable name for programs.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Cause::$name => $slug,)+ }
            }
        }
    };
}

causes! {
    /// One of the two ends with a slash more.
    TrailingSlash "trailing_slash";
    /// Another scheme, or one that nobody is sent to.
    Scheme "scheme";
    /// Another port.
    Port "port";
    /// `localhost`, `127.0.0.1` and `[::1]` are three names.
    LoopbackName "loopback_name";
    /// `www`, or another subdomain of the same site.
    Subdomain "subdomain";
    /// Another path on the same host.
    Path "path";
    /// Upper and lower case.
    LetterCase "letter_case";
    /// Another query.
    Query "query";
    /// A `#`.
    Hash "hash";
    /// Percent-encoded once too often, or not at all.
    Encoding "encoding";
    /// A space, a line break, or something else that nobody sees.
    Invisible "invisible_character";
    /// A star stands for one label.
    WildcardDepth "wildcard_depth";
    /// It stands on another list of the same client.
    OtherList "other_list";
    /// It belongs to another client.
    OtherClient "other_client";
    /// Two spellings of an app's own scheme.
    NativeForm "native_scheme_form";
    /// No entry looks like it.
    NothingNear "nothing_near";
}

/// Which fix may be offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offer {
    /// One click puts the address onto the list: the host is known to the client, or is the own machine.
    Allow,
    /// One click takes an invisible character out of an entry.
    Clean {
        /// The entry as it is saved.
        entry: String,
        /// The entry without it.
        clean: String,
    },
    /// Somebody has to look at the host and type it: the client has never had it.
    Review,
    /// No button: the app has to send something else.
    ChangeApp,
}

/// Why an address is refused, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// The cause.
    pub cause: Cause,
    /// The cause in a sentence; `backticks` stand for code.
    pub sentence: String,
    /// What to do, in a sentence of the same kind.
    pub advice: String,
    /// The entry that the address is compared with, and the characters that differ.
    pub nearest: Option<Diff>,
    /// What may be offered.
    pub offer: Offer,
    /// The host, or the scheme of an app; none where the address has none that could be read.
    pub place: Option<String>,
    /// The host in its own letters, where it is written in Punycode.
    pub own_letters: Option<String>,
    /// The client that it belongs to: Client ID and name.
    pub owner: Option<(String, String)>,
}

/// What the doctor finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is allowed (by now).
    Allowed,
    /// It is refused.
    Refused(Box<Diagnosis>),
}

/// Looks at an address.
///
/// ```
/// use doorward_protocol::oauth::doctor::{Case, Cause, Lists, Offer, Purpose, Verdict, examine};
/// let callbacks = ["http://localhost:5173/callback".to_owned()];
/// let lists = Lists { callbacks: &callbacks, ..Lists::default() };
/// let case = |asked| Case { asked, purpose: Purpose::Login, lists, others: &[] };
/// assert_eq!(examine(&case("http://localhost:5173/callback")), Verdict::Allowed);
/// let Verdict::Refused(found) = examine(&case("http://localhost:5173/callback/")) else { panic!() };
/// assert_eq!((found.cause, found.offer), (Cause::TrailingSlash, Offer::Allow));
/// assert_eq!(found.sentence, "The request ends with an extra slash.");
/// ```
#[must_use]
pub fn examine(case: &Case<'_>) -> Verdict {
    if case.would_allow(case.asked) {
        return Verdict::Allowed;
    }
    let near = nearest::nearest(case);
    let finding = causes::find(case, near.as_ref());
    let parts = Anatomy::of_request(case.asked).ok();
    let place = parts.as_ref().map(Anatomy::place);
    let compared = finding.compared.as_deref().or(near.as_ref().map(|near| near.entry));
    let nearest = compared.filter(|_| finding.is_near).map(|entry| Diff::between(case.asked, entry));
    Verdict::Refused(Box::new(Diagnosis {
        offer: offer(case, finding.fix, parts.as_ref()),
        cause: finding.cause,
        sentence: finding.sentence,
        advice: finding.advice,
        nearest,
        own_letters: place.as_deref().and_then(in_its_own_letters),
        place,
        owner: finding.owner,
    }))
}

/// What a cause asks for, before anybody asked whether it is safe.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Fix {
    /// Put the address onto the list.
    Add,
    /// Take what is invisible out of this entry.
    Clean(String),
    /// Change the app.
    App,
}

fn offer(case: &Case<'_>, fix: Fix, parts: Option<&Anatomy<'_>>) -> Offer {
    let (Some(parts), None) = (parts, case.problem()) else { return Offer::ChangeApp };
    match fix {
        Fix::App => Offer::ChangeApp,
        // What was meant when the entry was saved: nothing new gets in.
        Fix::Clean(entry) => Offer::Clean { clean: letters::cleaned(&entry), entry },
        Fix::Add if parts.is_loopback() || case.lists.know(case.asked) => Offer::Allow,
        Fix::Add => Offer::Review,
    }
}
