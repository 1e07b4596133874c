//! The entry of a list that an address was most likely meant to be.
//!
//! Compared part by part, because a wrong port is nearer than a wrong letter of the host. Lists may be
//! long and addresses longer: all entries are measured roughly, and the best few with care.

use doorward_model::client::urls::anatomy::Anatomy;

use super::Case;
use super::letters::cleaned;

/// How many entries are measured with care.
const SHORT_LIST: usize = 24;
/// How many characters of a part are measured, once the ends that are the same are cut away.
const MAX_MEASURED: usize = 256;
/// How many characters of an address are looked at.
const MAX_LENGTH: usize = 4096;

/// Weights of the parts.
const SCHEME: usize = 6;
const PORT: usize = 4;
const OTHER_NAME_OF_THIS_MACHINE: usize = 5;
const OTHER_SUBDOMAIN: usize = 12;
const OTHER_SITE: usize = 80;
const UNREADABLE: usize = 40;

/// The nearest entry.
#[derive(Debug, Clone)]
pub(super) struct Near<'a> {
    pub entry: &'a str,
    /// Both taken apart, where both can be read.
    pub parts: Option<(Anatomy<'a>, Anatomy<'a>)>,
}

/// The nearest entry of the list that counts; none when the list is empty or the address is no address
/// at all.
pub(super) fn nearest<'a>(case: &Case<'a>) -> Option<Near<'a>> {
    let asked = case.asked;
    if asked.len() > MAX_LENGTH {
        return None;
    }
    let parts = Anatomy::of_request(asked).ok();
    let mut measured: Vec<(usize, &'a str)> = case
        .lists
        .of(case.purpose)
        .iter()
        .map(|entry| (distance(asked, parts.as_ref(), entry, rough), entry.as_str()))
        .collect();
    // Stable: of two that are as near, the first of the list is the one.
    measured.sort_by_key(|(distance, _)| *distance);
    measured.truncate(SHORT_LIST);
    let careful =
        measured.into_iter().map(|(_, entry)| (distance(asked, parts.as_ref(), entry, edits), entry));
    let (_, entry) = careful.min_by_key(|(distance, _)| *distance)?;
    let parts = parts.and_then(|asked| Some((asked, Anatomy::of_entry(entry).ok()?)));
    Some(Near { entry, parts })
}

type Measure = fn(&str, &str) -> usize;

fn distance(asked: &str, parts: Option<&Anatomy<'_>>, entry: &str, measure: Measure) -> usize {
    let (Some(mine), Ok(theirs)) = (parts, Anatomy::of_entry(entry)) else {
        return UNREADABLE + measure(&cleaned(asked), &cleaned(entry));
    };
    let scheme = if mine.scheme == theirs.scheme { 0 } else { SCHEME };
    let port = if mine.effective_port() == theirs.effective_port() || scheme > 0 { 0 } else { PORT };
    let query = measure(mine.query.unwrap_or_default(), theirs.query.unwrap_or_default());
    host(mine, &theirs, measure) + scheme + port + measure(mine.path, theirs.path) + query
}

fn host(mine: &Anatomy<'_>, theirs: &Anatomy<'_>, measure: Measure) -> usize {
    let (one, other) = (mine.host.as_deref().unwrap_or_default(), theirs.host.as_deref().unwrap_or_default());
    if one == other || (mine.is_app && mine.scheme == theirs.scheme) {
        0
    } else if mine.is_loopback() && theirs.is_loopback() {
        OTHER_NAME_OF_THIS_MACHINE
    } else if mine.site().is_some() && mine.site() == theirs.site() {
        OTHER_SUBDOMAIN
    } else {
        OTHER_SITE + 3 * measure(one, other)
    }
}

/// The ends that two texts share are cut away.
fn without_ends<'a>(one: &'a str, other: &'a str) -> (Vec<char>, Vec<char>) {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let head = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let (one, other) = (&one[head..], &other[head..]);
    let tail = one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
    (one[..one.len() - tail].to_vec(), other[..other.len() - tail].to_vec())
}

/// A bound that one walk along both texts gives.
fn rough(one: &str, other: &str) -> usize {
    let (one, other) = without_ends(one, other);
    one.len().max(other.len()) * 2
}

/// The weighted edit distance: letters that differ in case only are near, slashes cost little.
pub(super) fn edits(one: &str, other: &str) -> usize {
    let (one, other) = without_ends(one, other);
    let beyond = one.len().saturating_sub(MAX_MEASURED) + other.len().saturating_sub(MAX_MEASURED);
    let (one, other) = (&one[..one.len().min(MAX_MEASURED)], &other[..other.len().min(MAX_MEASURED)]);
    let alone = |c: char| if c == '/' { 1 } else { 2 };
    let changed = |a: char, b: char| match (a == b, a.eq_ignore_ascii_case(&b)) {
        (true, _) => 0,
        (false, true) => 1,
        (false, false) => 3,
    };
    let mut row: Vec<usize> = Vec::with_capacity(other.len() + 1);
    row.push(0);
    for c in other {
        row.push(row.last().copied().unwrap_or_default() + alone(*c));
    }
    for a in one {
        let mut diagonal = row[0];
        row[0] += alone(*a);
        for (at, b) in other.iter().enumerate() {
            let best = (diagonal + changed(*a, *b)).min(row[at] + alone(*b)).min(row[at + 1] + alone(*a));
            diagonal = row[at + 1];
            row[at + 1] = best;
        }
    }
    row.last().copied().unwrap_or_default() + 2 * beyond
}
