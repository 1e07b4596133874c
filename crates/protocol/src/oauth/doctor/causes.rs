//! The sixteen causes in their order, each with its sentence, and what would mend it.
//!
//! What can be told from the characters comes first, then what can be told by putting the address right
//! and asking again whether it is allowed, then the parts one by one. Everything that is quoted may come
//! from a stranger: it is cut, and holds neither backticks nor invisible characters. Source: UX §2.2.

use doorward_model::client::urls::UrlProblem;
use doorward_model::client::urls::anatomy::{Anatomy, knows_place};

use super::letters::{self, cleaned, decoded, visible};
use super::nearest::{Near, edits};
use super::{Case, Cause, Fix, Lists, Purpose, allows};

/// The longest text that is quoted in a sentence, in characters.
const MAX_QUOTED: usize = 80;
/// How far apart two hosts may be, as edits weigh, to be taken for one another.
const LOOKS_ALIKE: usize = 6;

const ADD: &str =
    "If the app is right, allow this URL. If the list is right, change the app to send the listed one.";
const REVIEW: &str =
    "Allow it only if you know who runs this host. Anybody can send a request with any URL in it.";

/// A cause and what follows from it.
#[derive(Debug)]
pub(super) struct Finding {
    pub cause: Cause,
    pub sentence: String,
    pub advice: String,
    pub fix: Fix,
    /// The entry to compare with, where it is not the nearest.
    pub compared: Option<String>,
    /// Whether comparing helps.
    pub is_near: bool,
    pub owner: Option<(String, String)>,
}

impl Finding {
    fn add(cause: Cause, sentence: impl Into<String>) -> Self {
        let (sentence, advice) = (sentence.into(), ADD.to_owned());
        Self { cause, sentence, advice, fix: Fix::Add, compared: None, is_near: true, owner: None }
    }

    fn app(cause: Cause, sentence: impl Into<String>, advice: &str) -> Self {
        Self { fix: Fix::App, advice: advice.to_owned(), ..Self::add(cause, sentence) }
    }

    fn advising(self, advice: impl Into<String>) -> Self {
        Self { advice: advice.into(), ..self }
    }

    fn alone(self) -> Self {
        Self { is_near: false, ..self }
    }

    fn comparing(self, entry: Option<&str>) -> Self {
        Self { compared: entry.map(str::to_owned), ..self }
    }
}

/// A text of somebody else in backticks.
fn quoted(text: &str) -> String {
    let shown = visible(text).replace('`', "'");
    let mut cut: String = shown.chars().take(MAX_QUOTED).collect();
    if cut.len() < shown.len() {
        cut.push('…');
    }
    format!("`{cut}`")
}

/// The cause of a refusal.
pub(super) fn find(case: &Case<'_>, near: Option<&Near<'_>>) -> Finding {
    let asked = match by_characters(case, near) {
        Ok(asked) => asked,
        Err(finding) => return *finding,
    };
    let parts = near.and_then(|near| Some((near.entry, &near.parts.as_ref()?.1)));
    let exact = parts.and_then(|(entry, listed)| one_detail(case, &asked, entry, listed));
    exact
        .or_else(|| other_list(case))
        .or_else(|| other_client(case).filter(|_| !asked.is_loopback()))
        .or_else(|| parts.and_then(|(entry, listed)| part_by_part(case, &asked, entry, listed)))
        .or_else(|| other_client(case))
        .unwrap_or_else(|| nothing_near(case, &asked, parts.map(|(_, listed)| listed)))
}

/// What the characters say; else the address in its parts.
fn by_characters<'a>(case: &Case<'a>, near: Option<&Near<'_>>) -> Result<Anatomy<'a>, Box<Finding>> {
    let read = Anatomy::of_request(case.asked);
    // What is too long can be no entry, and is not looked at further: that would take its time.
    if case.problem() == Some(UrlProblem::TooLong) {
        return Err(Box::new(unreadable(UrlProblem::TooLong).alone()));
    }
    let found =
        invisible(case).or_else(|| hash(case)).or_else(|| encoding(case, read.as_ref().err().copied()));
    match (found, read) {
        (Some(found), _) => Err(Box::new(Finding { is_near: near.is_some() && found.is_near, ..found })),
        (None, Ok(parts)) => Ok(parts),
        (None, Err(problem)) => Err(Box::new(without_scheme(case).unwrap_or_else(|| unreadable(problem)))),
    }
}

/// The entry of the list that allows an address.
fn allowing<'a>(case: &Case<'a>, address: &str) -> Option<&'a str> {
    let Lists { is_native, .. } = case.lists;
    let mut entries = case.lists.of(case.purpose).iter();
    let is_it = |entry: &&String| allows(std::slice::from_ref(*entry), case.purpose, is_native, address);
    entries.find(is_it).map(String::as_str)
}

fn invisible(case: &Case<'_>) -> Option<Finding> {
    let clean = cleaned(case.asked);
    let is_meant = |entry: &&String| {
        let tidy = cleaned(entry);
        tidy != **entry && allows(&[tidy], case.purpose, case.lists.is_native, &clean)
    };
    if let Some(entry) = case.lists.of(case.purpose).iter().find(is_meant) {
        let what = culprit(entry).map_or("a space or line break", letters::name);
        let place = if cleaned(entry).len() + 4 > entry.len() && entry.starts_with(&cleaned(entry)) {
            "at the end of"
        } else {
            "in"
        };
        let sentence = format!("There is {what} {place} the listed URL.");
        let found = Finding::add(Cause::Invisible, sentence).comparing(Some(entry));
        return Some(
            Finding { fix: Fix::Clean(entry.clone()), ..found }
                .advising("Clean the list: the entry is replaced by the URL without it."),
        );
    }
    let has_one = case.asked.chars().any(letters::is_invisible);
    if clean == case.asked || !(has_one || case.would_allow(&clean)) {
        return None;
    }
    let what = culprit(case.asked).map_or("a space or line break", letters::name);
    let place = if case.asked.starts_with(clean.as_str()) { "ends with" } else { "holds" };
    let advice = "Change the app: take it out of the URL that it sends. It often comes from a line of a settings file.";
    let sentence = format!("The request {place} {what}.");
    Some(Finding::app(Cause::Invisible, sentence, advice).comparing(allowing(case, &clean)))
}

fn culprit(text: &str) -> Option<char> {
    text.chars().find(|c| letters::is_invisible(*c))
}

fn hash(case: &Case<'_>) -> Option<Finding> {
    if case.purpose != Purpose::Login {
        return None;
    }
    let (before, after) = case.asked.split_once('#')?;
    let advice = format!(
        "Change the app: send the URL without {}. Values can travel in `state`.",
        quoted(&format!("#{after}"))
    );
    Some(
        Finding::app(Cause::Hash, "A callback cannot contain `#`.", &advice)
            .comparing(allowing(case, before)),
    )
}

/// Encoded once too often, or not at all.
fn encoding(case: &Case<'_>, problem: Option<UrlProblem>) -> Option<Finding> {
    const ONCE: &str = "Change the app: encode the URL once, where it becomes a parameter, and not before.";
    let plain = decoded(case.asked).filter(|plain| plain != case.asked);
    if let Some(plain) = plain {
        let twice = matches!(problem, Some(UrlProblem::Escape))
            || (problem.is_some() && Anatomy::of_request(&plain).is_ok())
            || case.would_allow(&plain);
        if twice {
            let (escape, meaning) = first_escape(case.asked).unwrap_or(("%", "%".to_owned()));
            let sentence = format!(
                "{} in place of {}: the app encoded the URL twice.",
                quoted(escape),
                quoted(&meaning)
            );
            return Some(Finding::app(Cause::Encoding, sentence, ONCE).comparing(allowing(case, &plain)));
        }
    }
    if problem == Some(UrlProblem::Escape) {
        let sentence = "The request holds a percent sign without two hexadecimal digits.";
        return Some(Finding::app(Cause::Encoding, sentence, ONCE));
    }
    let foreign = case.asked.chars().find(|c| !c.is_ascii()).filter(|_| problem.is_some())?;
    let sentence =
        format!("The request holds {}, which no URL can hold as it is.", quoted(&foreign.to_string()));
    let advice = "Change the app: write the host in its `xn--` form, and percent-encode the path.";
    Some(Finding::app(Cause::Encoding, sentence, advice))
}

/// The first percent-encoded character and what it stands for.
fn first_escape(text: &str) -> Option<(&str, String)> {
    text.match_indices('%').find_map(|(at, _)| {
        let escape = text.get(at..at + 3)?;
        decoded(escape).filter(|meaning| meaning != escape).map(|meaning| (escape, meaning))
    })
}

/// `app.acme.com/callback`: a person sees a URL in it.
fn without_scheme(case: &Case<'_>) -> Option<Finding> {
    let meant = ["https://", "http://"].map(|scheme| (scheme, format!("{scheme}{}", case.asked)));
    let (scheme, meant) = meant.into_iter().find(|(_, meant)| case.would_allow(meant))?;
    let sentence = format!("The request has no `{scheme}` in front.");
    let advice = "Change the app: send the whole URL.";
    Some(Finding::app(Cause::Scheme, sentence, advice).comparing(allowing(case, &meant)))
}

/// What cannot be read as an address at all.
fn unreadable(problem: UrlProblem) -> Finding {
    const APP: &str = "Change the app: send the URL as it stands on the list.";
    match problem {
        UrlProblem::UnsafeScheme => {
            let sentence =
                "The scheme of the request runs code or opens files, so nobody is ever sent there.";
            let advice =
                "Nothing is to be done here. If your app sends this, look for somebody else's text in it.";
            Finding::app(Cause::Scheme, sentence, advice).alone()
        }
        UrlProblem::NoScheme => {
            Finding::app(Cause::Scheme, "The request has no `https://` (or scheme of an app) in front.", APP)
                .alone()
        }
        UrlProblem::Port => Finding::app(Cause::Port, "The port in the request is no port.", APP),
        UrlProblem::DotSegment => Finding::app(
            Cause::Path,
            "The path holds `.` or `..` as a part.",
            "Change the app: write the path out.",
        ),
        other => Finding::app(Cause::NothingNear, other.to_string(), APP).alone(),
    }
}

/// A part of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Scheme,
    Host,
    Port,
    Path,
    Query,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Part::Scheme => "scheme",
            Part::Host => "host",
            Part::Port => "port",
            Part::Path => "path",
            Part::Query => "query",
        }
    }
}

/// The parts in which an address differs from an entry, as far as they count.
fn differing(case: &Case<'_>, asked: &Anatomy<'_>, entry: &str, listed: &Anatomy<'_>) -> Vec<Part> {
    let scheme = asked.scheme != listed.scheme;
    let host = !knows_place(entry, case.asked) && asked.host != listed.host;
    let free = case.lists.is_native && listed.is_loopback();
    // Another scheme has another port of its own.
    let ports =
        if scheme { asked.port != listed.port } else { asked.effective_port() != listed.effective_port() };
    let query = case.purpose == Purpose::Login && asked.query != listed.query;
    let all = [
        (Part::Scheme, scheme),
        (Part::Host, host),
        (Part::Port, ports && !free),
        (Part::Path, asked.path != listed.path),
        (Part::Query, query),
    ];
    all.into_iter().filter_map(|(part, differs)| differs.then_some(part)).collect()
}

/// One small difference that people overlook: a slash, a capital letter, a form of an app's scheme.
fn one_detail(case: &Case<'_>, asked: &Anatomy<'_>, entry: &str, listed: &Anatomy<'_>) -> Option<Finding> {
    if asked.is_app && listed.is_app && asked.scheme == listed.scheme {
        let bare = |text: &str| text.split_once(':').map(|(_, rest)| rest.trim_start_matches('/').to_owned());
        if bare(case.asked) == bare(entry) {
            let sentence = format!("{} and {} differ.", quoted(case.asked), quoted(entry));
            return Some(Finding::add(Cause::NativeForm, sentence));
        }
    }
    if differing(case, asked, entry, listed) != [Part::Path] {
        return None;
    }
    let (mine, theirs) = (asked.path, listed.path);
    let (cause, sentence) = if mine.strip_suffix('/') == Some(theirs) {
        (Cause::TrailingSlash, "The request ends with an extra slash.".to_owned())
    } else if theirs.strip_suffix('/') == Some(mine) {
        (Cause::TrailingSlash, "The request lacks the slash at the end.".to_owned())
    } else if mine.eq_ignore_ascii_case(theirs) {
        (Cause::LetterCase, format!("Paths are case-sensitive: {} and {}.", quoted(mine), quoted(theirs)))
    } else {
        return None;
    };
    Some(Finding::add(cause, sentence))
}

fn other_list(case: &Case<'_>) -> Option<Finding> {
    let Lists { callbacks, logout_urls, origins, .. } = case.lists;
    let is_on = |list: &[String]| {
        list.iter().any(|entry| entry.trim_end_matches('/') == case.asked.trim_end_matches('/'))
    };
    let name = match case.purpose {
        Purpose::Login if is_on(logout_urls) => "logout list",
        Purpose::Logout if is_on(callbacks) => "callback list",
        _ if is_on(origins) => "list of origins",
        _ => return None,
    };
    let this = match case.purpose {
        Purpose::Login => "callback list",
        Purpose::Logout => "logout list",
    };
    let sentence = format!("It is on your {name}, not on the {this}.");
    let advice = format!("If people should return here, allow this URL. It goes to the {this} as well.");
    Some(Finding::add(Cause::OtherList, sentence).advising(advice).alone())
}

fn other_client(case: &Case<'_>) -> Option<Finding> {
    let owner = case.others.iter().find(|other| other.lists.allow(case.purpose, case.asked))?;
    let plain = |c: char| if c == '`' || c.is_control() { ' ' } else { c };
    let name: String = owner.name.chars().map(plain).take(MAX_QUOTED).collect();
    let sentence = format!("This URL belongs to “{name}”. Is the app using the wrong client ID?");
    let advice =
        "Put the client ID of that client into the app. Allow the URL here only if two clients share it.";
    let found = Finding::add(Cause::OtherClient, sentence).advising(advice).alone();
    Some(Finding { owner: Some((owner.id.to_owned(), owner.name.to_owned())), ..found })
}

/// The first part that differs names the cause; the others are mentioned.
fn part_by_part(case: &Case<'_>, asked: &Anatomy<'_>, entry: &str, listed: &Anatomy<'_>) -> Option<Finding> {
    let parts = differing(case, asked, entry, listed);
    let host = if parts.contains(&Part::Host) { Some(other_host(asked, listed)?) } else { None };
    let first = |part: &Part| match part {
        Part::Scheme => scheme(asked, listed),
        Part::Port => port(asked, listed),
        Part::Query => query(asked, listed),
        Part::Path | Part::Host => path(asked, listed),
    };
    let named = [Part::Scheme, Part::Port, Part::Query, Part::Path];
    let (part, found) = match host {
        Some(host) => (Part::Host, host),
        None => named.iter().find(|part| parts.contains(part)).map(|part| (*part, first(part)))?,
    };
    let further: Vec<&str> = parts.iter().filter(|other| **other != part).map(|other| other.name()).collect();
    let also = match further.as_slice() {
        [] => return Some(found),
        [one] => format!(" The {one} differs too."),
        [init @ .., last] => format!(" The {} and the {last} differ too.", init.join(", the ")),
    };
    Some(Finding { sentence: found.sentence + &also, ..found })
}

/// Another host that has to do with the listed one; none when it has not.
fn other_host(asked: &Anatomy<'_>, listed: &Anatomy<'_>) -> Option<Finding> {
    let (mine, theirs) = (asked.host.as_deref()?, listed.host.as_deref()?);
    if asked.is_loopback() && listed.is_loopback() {
        let sentence = format!(
            "{} and {} name the same machine but are not equal for a login.",
            quoted(mine),
            quoted(theirs)
        );
        return Some(Finding::add(Cause::LoopbackName, sentence));
    }
    if let Some(above) = &listed.star_above
        && let Some(labels) = mine.strip_suffix(above.as_str()).and_then(|rest| rest.strip_suffix('.'))
        && labels.contains('.')
    {
        let count = labels.split('.').count();
        let sentence = format!("The star covers one label: {} has {count} in its place.", quoted(mine));
        return Some(Finding::add(Cause::WildcardDepth, sentence).advising(REVIEW));
    }
    if asked.site().is_none() || asked.site() != listed.site() {
        return None;
    }
    let sentence = format!("The host is {}, you allow {}.", quoted(mine), quoted(theirs));
    Some(Finding::add(Cause::Subdomain, sentence).advising(REVIEW))
}

fn scheme(asked: &Anatomy<'_>, listed: &Anatomy<'_>) -> Finding {
    let sentence =
        format!("The app uses {}, your list says {}.", quoted(&asked.scheme), quoted(&listed.scheme));
    if asked.scheme == "http" && listed.scheme == "https" && !asked.is_loopback() {
        let advice = "Change the app to `https`. Over `http` everybody on the way could read the code. Behind a \
                      proxy, the app has to believe its `X-Forwarded-Proto`.";
        return Finding::app(Cause::Scheme, sentence, advice);
    }
    Finding::add(Cause::Scheme, sentence)
}

fn port(asked: &Anatomy<'_>, listed: &Anatomy<'_>) -> Finding {
    let number = |parts: &Anatomy<'_>| {
        parts.effective_port().map_or_else(|| "none".to_owned(), |port| port.to_string())
    };
    let sentence = format!("Same address, but port {} instead of {}.", number(asked), number(listed));
    Finding::add(Cause::Port, sentence)
}

fn query(asked: &Anatomy<'_>, listed: &Anatomy<'_>) -> Finding {
    let shown = |query: &str| quoted(&format!("?{query}"));
    let sentence = match (asked.query, listed.query) {
        (Some(mine), None) => format!("The request adds {}. Callbacks match with their query.", shown(mine)),
        (None, Some(theirs)) => {
            format!("The request lacks {}. Callbacks match with their query.", shown(theirs))
        }
        (mine, theirs) => format!(
            "The query is {}, you allow {}. Callbacks match with their query.",
            shown(mine.unwrap_or_default()),
            shown(theirs.unwrap_or_default())
        ),
    };
    let advice = "A value that changes belongs into `state`, which comes back with the answer. A query that never \
                  changes can be allowed.";
    Finding::add(Cause::Query, sentence).advising(advice)
}

fn path(asked: &Anatomy<'_>, listed: &Anatomy<'_>) -> Finding {
    let sentence =
        format!("Same site, other path: {} and you allow {}.", quoted(asked.path), quoted(listed.path));
    Finding::add(Cause::Path, sentence)
}

fn nothing_near(case: &Case<'_>, asked: &Anatomy<'_>, listed: Option<&Anatomy<'_>>) -> Finding {
    let hosts = listed.and_then(|listed| Some((asked.host.as_deref()?, listed.host.as_deref()?)));
    if let Some((mine, theirs)) = hosts
        && !asked.is_app
        && !asked.is_loopback()
        && edits(mine, theirs) <= LOOKS_ALIKE
    {
        let sentence = format!(
            "{} looks like {}, which you allow, but it is another site.",
            quoted(mine),
            quoted(theirs)
        );
        return Finding::add(Cause::NothingNear, sentence).advising(REVIEW);
    }
    let list = case.purpose.list();
    let sentence = if case.lists.of(case.purpose).is_empty() {
        format!("There are no {list} yet.")
    } else {
        "No URL of yours looks like it.".to_owned()
    };
    let advice = if asked.is_loopback() { ADD } else { REVIEW };
    Finding::add(Cause::NothingNear, sentence).advising(advice).alone()
}
