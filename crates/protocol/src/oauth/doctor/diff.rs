//! Two addresses cut into the parts that are the same and those that differ.
//!
//! The parts joined give back both texts, byte for byte. What cannot be compared in bounded time is
//! marked as a whole.

use super::letters;

/// How many characters of each text are compared with each other, once the ends that are the same are
/// cut away: more than any two addresses that a person would take for the same differ by.
const MAX_COMPARED: usize = 400;
/// Parts that are the same but shorter than this, between two that differ, only make a pattern.
const MIN_SAME: usize = 3;

/// A part of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The characters, as they were sent or saved.
    pub text: String,
    /// Whether they differ from the other address.
    pub differs: bool,
}

impl Span {
    /// The characters as they can be shown: invisible ones are written out.
    #[must_use]
    pub fn shown(&self) -> String {
        letters::visible(&self.text)
    }
}

/// What was asked for and what is listed, one above the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff {
    /// The address of the request.
    pub asked: Vec<Span>,
    /// The entry of the list.
    pub listed: Vec<Span>,
}

impl Diff {
    /// Compares two texts.
    ///
    /// ```
    /// use doorward_protocol::oauth::doctor::Diff;
    /// let diff = Diff::between("https://a.test/cb/", "https://a.test/cb");
    /// let parts: Vec<_> = diff.asked.iter().map(|span| (span.text.as_str(), span.differs)).collect();
    /// assert_eq!(parts, [("https://a.test/cb", false), ("/", true)]);
    /// assert_eq!(diff.listed_text(), "https://a.test/cb");
    /// ```
    #[must_use]
    pub fn between(asked: &str, listed: &str) -> Self {
        let (asked, listed): (Vec<char>, Vec<char>) = (asked.chars().collect(), listed.chars().collect());
        let mut same = common(&asked, &listed);
        drop_short(&mut same, asked.len(), listed.len());
        let (mut in_asked, mut in_listed) = (vec![false; asked.len()], vec![false; listed.len()]);
        for Run { asked, listed, length } in same {
            in_asked[asked..asked + length].fill(true);
            in_listed[listed..listed + length].fill(true);
        }
        Self { asked: spans(&asked, &in_asked), listed: spans(&listed, &in_listed) }
    }

    /// The address of the request, whole.
    #[must_use]
    pub fn asked_text(&self) -> String {
        self.asked.iter().map(|span| span.text.as_str()).collect()
    }

    /// The entry of the list, whole.
    #[must_use]
    pub fn listed_text(&self) -> String {
        self.listed.iter().map(|span| span.text.as_str()).collect()
    }
}

/// Characters that stand in both texts.
#[derive(Debug, Clone, Copy)]
struct Run {
    asked: usize,
    listed: usize,
    length: usize,
}

/// The runs of characters that both texts share, in order.
fn common(asked: &[char], listed: &[char]) -> Vec<Run> {
    let head = asked.iter().zip(listed).take_while(|(one, other)| one == other).count();
    let (rest, other) = (&asked[head..], &listed[head..]);
    let tail = rest.iter().rev().zip(other.iter().rev()).take_while(|(one, other)| one == other).count();
    let (rest, other) = (&rest[..rest.len() - tail], &other[..other.len() - tail]);
    let mut runs = vec![Run { asked: 0, listed: 0, length: head }];
    if rest.len() <= MAX_COMPARED && other.len() <= MAX_COMPARED {
        runs.extend(longest_common(rest, other).into_iter().map(|(at, to)| Run {
            asked: head + at,
            listed: head + to,
            length: 1,
        }));
    }
    runs.push(Run { asked: asked.len() - tail, listed: listed.len() - tail, length: tail });
    joined(runs)
}

/// The places of a longest common subsequence, in order.
fn longest_common(one: &[char], other: &[char]) -> Vec<(usize, usize)> {
    let width = other.len() + 1;
    let mut lengths = vec![0_u16; (one.len() + 1) * width];
    for at in (0..one.len()).rev() {
        for to in (0..other.len()).rev() {
            lengths[at * width + to] = if one[at] == other[to] {
                lengths[(at + 1) * width + to + 1] + 1
            } else {
                lengths[(at + 1) * width + to].max(lengths[at * width + to + 1])
            };
        }
    }
    let (mut at, mut to, mut places) = (0, 0, Vec::new());
    while at < one.len() && to < other.len() {
        if one[at] == other[to] {
            places.push((at, to));
            (at, to) = (at + 1, to + 1);
        } else if lengths[(at + 1) * width + to] >= lengths[at * width + to + 1] {
            at += 1;
        } else {
            to += 1;
        }
    }
    places
}

/// Runs that follow each other in both texts are one.
fn joined(runs: Vec<Run>) -> Vec<Run> {
    let mut joined: Vec<Run> = Vec::new();
    for run in runs.into_iter().filter(|run| run.length > 0) {
        match joined.last_mut() {
            Some(last)
                if last.asked + last.length == run.asked && last.listed + last.length == run.listed =>
            {
                last.length += run.length;
            }
            _ => joined.push(run),
        }
    }
    joined
}

/// Leaves out short runs in the middle; those at the ends of both texts stay.
fn drop_short(runs: &mut Vec<Run>, asked: usize, listed: usize) {
    runs.retain(|run| {
        let begins = run.asked == 0 && run.listed == 0;
        let ends = run.asked + run.length == asked && run.listed + run.length == listed;
        run.length >= MIN_SAME || begins || ends
    });
}

fn spans(text: &[char], is_same: &[bool]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for (c, same) in text.iter().zip(is_same) {
        match spans.last_mut() {
            Some(last) if last.differs != *same => last.text.push(*c),
            _ => spans.push(Span { text: c.to_string(), differs: !same }),
        }
    }
    spans
}
