//! The secrets that went in and out of a house, and where none of them may be seen again.
//!
//! Every request and answer of every test passes here. What is a secret is told by the name of its field,
//! cookie or header. When the last door of a house closes, its database and what receivers of its log got are
//! searched for all of them; what the server wrote to its own log is searched line by line, at trace level
//! (GHSA-qgmm-f2qw-r95f).

use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::sync::{LazyLock, Mutex, Once, PoisonError};

use axum::body::Bytes;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use serde_json::Value;
use tracing_subscriber::fmt::MakeWriter;

/// Shorter ones may stand anywhere by chance.
const LEAST: usize = 12;
/// Shorter words of the log are not kept.
const LEAST_WORD: usize = 8;
/// The same as the first for several words: "wrong password" is said of every wrong password.
const LEAST_PHRASE: usize = 18;
/// What a secret is called, in forms, queries, fragments and JSON.
const NAMES: [&str; 17] = [
    "access_token",
    "client_assertion",
    "client_secret",
    "code",
    "code_verifier",
    "device_code",
    "httpAuthorization",
    "httpSigningKey",
    "id_token",
    "id_token_hint",
    "logglyToken",
    "password",
    "refresh_token",
    "signing_secret",
    "splunkToken",
    "sumoSourceAddress",
    "token",
];
/// What a word of the log is made of.
fn is_of_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_.~+/=%$".contains(c)
}

/// Every word of the log of this program that is long enough to be a secret: one that was written down before
/// the test knew that it is one is found all the same.
static WORDS: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);
/// The secrets of all houses that are no words, such as passwords of several; and those of them that were seen.
static PHRASES: LazyLock<Mutex<HashMap<String, bool>>> = LazyLock::new(Mutex::default);

/// The secrets of one house.
#[derive(Debug, Default)]
pub struct Given {
    secrets: Mutex<HashSet<String>>,
    /// What was sent as something that everybody may see: with the plain method of PKCE the verifier is that.
    public: Mutex<HashSet<String>>,
    /// What receivers of log streams got.
    sent: Mutex<Vec<Bytes>>,
}

impl Given {
    /// Something that must not be seen again.
    pub fn note(&self, secret: &str) {
        let is_word = secret.chars().all(is_of_token);
        if secret.len() < if is_word { LEAST } else { LEAST_PHRASE } || lock(&self.public).contains(secret) {
            return;
        }
        if !is_word {
            lock(&PHRASES).entry(secret.to_owned()).or_default();
        }
        lock(&self.secrets).insert(secret.to_owned());
    }

    pub fn note_request(&self, path: &str, headers: &HeaderMap, body: &[u8]) {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        self.note_pairs(path.split_once('?').map_or("", |(_, query)| query).as_bytes());
        if text("content-type").starts_with("application/x-www-form-urlencoded") {
            self.note_pairs(body);
        }
        self.note_json(body);
        self.note_authorization(text("authorization"));
        for pair in text("cookie").split(';') {
            self.note_cookie(pair);
        }
    }

    pub fn note_answer(&self, headers: &HeaderMap, body: &[u8]) {
        let texts = |name| headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        for cookie in texts("set-cookie") {
            self.note_cookie(cookie.split(';').next().unwrap_or_default());
        }
        for location in texts("location") {
            let (rest, fragment) = location.split_once('#').unwrap_or((location, ""));
            self.note_pairs(fragment.as_bytes());
            self.note_pairs(rest.split_once('?').map_or("", |(_, query)| query).as_bytes());
        }
        self.note_json(body);
    }

    /// A body that a receiver of the log got.
    pub fn note_sent(&self, body: Bytes) {
        lock(&self.sent).push(body);
    }

    fn note_pairs(&self, pairs: &[u8]) {
        for (name, value) in url::form_urlencoded::parse(pairs) {
            if name == "code_challenge" {
                lock(&self.public).insert(value.into_owned());
            } else if NAMES.contains(&name.as_ref()) {
                self.note(&value);
            }
        }
    }

    fn note_json(&self, body: &[u8]) {
        if let Ok(value) = serde_json::from_slice(body) {
            self.note_members(&value, "");
        }
    }

    fn note_members(&self, value: &Value, name: &str) {
        match value {
            Value::String(text) if NAMES.contains(&name) => self.note(text),
            Value::Array(items) => items.iter().for_each(|item| self.note_members(item, name)),
            Value::Object(members) => {
                members.iter().for_each(|(name, member)| self.note_members(member, name));
            }
            _ => {}
        }
    }

    fn note_authorization(&self, text: &str) {
        let Some((scheme, rest)) = text.split_once(' ') else { return };
        if scheme.eq_ignore_ascii_case("bearer") {
            return self.note(rest);
        }
        let pair = STANDARD.decode(rest).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        if let Some((_, secret)) = pair.as_deref().and_then(|pair| pair.split_once(':')) {
            self.note(rest);
            self.note(secret);
        }
    }

    fn note_cookie(&self, pair: &str) {
        let own = pair.trim().split_once('=').filter(|(name, _)| name.starts_with("__Host-dw"));
        if let Some((_, value)) = own {
            self.note(value);
        }
    }

    /// Insists that no secret stands in `text`.
    pub fn assert_unseen(&self, place: &str, text: &str) {
        for secret in lock(&self.secrets).iter() {
            assert!(!text.contains(secret.as_str()), "a secret stands in {place}: {secret}");
        }
    }

    /// Insists that no secret stands in what was sent on, in what is stored, nor in the log of this program.
    pub fn assert_kept(&self, stored: &str) {
        for body in lock(&self.sent).iter() {
            self.assert_unseen("what a receiver got", &String::from_utf8_lossy(body));
        }
        self.assert_unseen("the database", stored);
        for secret in lock(&self.secrets).iter() {
            assert!(!was_logged(secret), "a secret stands in the log: {secret}");
        }
    }
}

/// Whether a text stands in the log of this program.
pub fn was_logged(secret: &str) -> bool {
    let is_phrase = lock(&PHRASES).get(secret).copied().unwrap_or(false);
    is_phrase || lock(&WORDS).contains(secret)
}

/// Writes the log of this program, at trace level, to where it is only looked through.
pub fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(Lines);
        tracing::subscriber::set_global_default(subscriber.finish()).unwrap();
    });
}

/// How many lines were looked through.
pub fn lines() -> usize {
    *lock(&COUNT)
}

static COUNT: Mutex<usize> = Mutex::new(0);

struct Lines;

/// One line of the log, or one of those who speak to the browser: they write down what they type there.
enum Line {
    Ours,
    OfTheBrowser,
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if matches!(self, Line::OfTheBrowser) {
            return Ok(bytes.len());
        }
        *lock(&COUNT) += 1;
        let line = String::from_utf8_lossy(bytes);
        let mut words = lock(&WORDS);
        for word in line.split(|c| !is_of_token(c)).filter(|word| word.len() >= LEAST_WORD) {
            // `name=value` is one word, and its value another.
            for part in [word, word.rsplit('=').next().unwrap_or(word)] {
                let part = part.trim_end_matches('.');
                if part.len() >= LEAST_WORD && !words.contains(part) {
                    words.insert(part.to_owned());
                }
            }
        }
        for (phrase, seen) in lock(&PHRASES).iter_mut() {
            *seen |= line.contains(phrase.as_str());
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line::Ours
    }

    fn make_writer_for(&'a self, about: &tracing::Metadata<'_>) -> Line {
        if about.target().starts_with("thirtyfour") { Line::OfTheBrowser } else { Line::Ours }
    }
}

/// A test that failed while it held a lock is a failure of its own.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
