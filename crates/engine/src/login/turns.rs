//! Tries that are under way in this process: who finds no try left waits for one that has not ended.
//!
//! A try is counted before its password is looked at, so ten right passwords at once use up all
//! tries for a moment. An eleventh must not hear "too many tries" then: it waits until one of them
//! has ended, and asks again. When none is under way, the count is what it is.
//!
//! Somebody may also try *alone*: then nobody else begins at that subject until the try has ended, so it need
//! not be counted before.
//! Knows nothing of counters and passwords.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;

/// How long somebody waits for tries of others to end.
const PATIENCE: Duration = Duration::from_secs(10);

/// All subjects with somebody trying or waiting.
#[derive(Debug, Default)]
pub(crate) struct Turns(Arc<Mutex<HashMap<String, Subject>>>);

#[derive(Debug, Default)]
struct Subject {
    visitors: usize,
    trying: usize,
    uncounted: usize,
    is_held: bool,
    ended: u64,
    freed: Arc<Notify>,
}

/// Somebody who wants to try; dropping it ends the try and lets the next one ask.
#[derive(Debug)]
pub(crate) struct Turn {
    turns: Arc<Mutex<HashMap<String, Subject>>>,
    name: String,
    freed: Arc<Notify>,
    is_trying: bool,
    is_uncounted: bool,
    is_alone: bool,
}

/// Nobody's try ended in time.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct OutOfPatience;

impl Turns {
    /// Comes to a subject, without trying yet.
    pub(crate) fn come(&self, name: &str) -> Turn {
        let mut subjects = self.0.lock();
        let subject = subjects.entry(name.to_owned()).or_default();
        subject.visitors += 1;
        let freed = Arc::clone(&subject.freed);
        let turns = Arc::clone(&self.0);
        let name = name.to_owned();
        Turn { turns, name, freed, is_trying: false, is_uncounted: false, is_alone: false }
    }
}

impl Turn {
    /// How many tries have ended; to be read before a try is asked for.
    pub(crate) fn ended(&self) -> u64 {
        self.turns.lock().get(&self.name).map_or(0, |subject| subject.ended)
    }

    /// Tries; to be said before the try is counted, so that nobody finds the count full of tries that
    /// seem not to be under way. False while somebody tries alone: then it is to be asked again.
    pub(crate) fn start(&mut self) -> bool {
        self.begin(|subject| !subject.is_held)
    }

    /// Tries without being counted before; how many do so is what [`Turn::uncounted`] tells the others.
    pub(crate) fn start_uncounted(&mut self) {
        self.is_uncounted = self.begin(|subject| {
            subject.uncounted += 1;
            true
        });
    }

    /// Tries as the only one. False when somebody tries already.
    pub(crate) fn start_alone(&mut self) -> bool {
        self.is_alone = self.begin(|subject| {
            let is_free = subject.trying == 0;
            subject.is_held |= is_free;
            is_free
        });
        self.is_alone
    }

    fn begin(&mut self, may: impl FnOnce(&mut Subject) -> bool) -> bool {
        if let Some(subject) = self.turns.lock().get_mut(&self.name)
            && may(subject)
        {
            subject.trying += 1;
            self.is_trying = true;
        }
        self.is_trying
    }

    /// How many try at this moment.
    pub(crate) fn trying(&self) -> usize {
        self.turns.lock().get(&self.name).map_or(0, |subject| subject.trying)
    }

    /// How many try at this moment of whom the count knows nothing.
    pub(crate) fn uncounted(&self) -> usize {
        self.turns.lock().get(&self.name).map_or(0, |subject| subject.uncounted)
    }

    /// There was no try left.
    pub(crate) fn step_back(&mut self) {
        if let Some(subject) = self.turns.lock().get_mut(&self.name) {
            subject.trying -= usize::from(self.is_trying);
            subject.uncounted -= usize::from(self.is_uncounted);
            subject.is_held &= !self.is_alone;
            if self.is_alone {
                subject.freed.notify_waiters();
            }
        }
        (self.is_trying, self.is_uncounted, self.is_alone) = (false, false, false);
    }

    /// After stepping back: waits while tries are under way that may give theirs back. False when there
    /// is nothing to wait for, so that the refusal stands.
    ///
    /// # Errors
    /// When none ended for ten seconds.
    pub(crate) async fn wait(&self, ended_before: u64) -> Result<bool, OutOfPatience> {
        let (trying, ended) = {
            let subjects = self.turns.lock();
            subjects.get(&self.name).map_or((0, 0), |subject| (subject.trying, subject.ended))
        };
        if ended != ended_before {
            return Ok(true);
        }
        if trying == 0 {
            return Ok(false);
        }
        tokio::time::timeout(PATIENCE, self.freed.notified()).await.map(|()| true).map_err(|_| OutOfPatience)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut subjects = self.turns.lock();
        let Some(subject) = subjects.get_mut(&self.name) else { return };
        subject.visitors -= 1;
        if self.is_trying {
            subject.trying -= 1;
            subject.ended += 1;
        }
        subject.uncounted -= usize::from(self.is_uncounted);
        subject.is_held &= !self.is_alone;
        if subject.visitors == 0 {
            subjects.remove(&self.name);
        } else if self.is_alone {
            // Nobody but the one who tried alone stood in their way. Whoever is about to wait takes the one.
            subject.freed.notify_waiters();
            subject.freed.notify_one();
        } else {
            // One at a time: whoever asks in vain leaves too, and so wakes the next.
            subject.freed.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_refusal_stands_when_nobody_is_trying() {
        let turns = Turns::default();
        let turn = turns.come("ada");
        assert_eq!(turn.wait(turn.ended()).await, Ok(false));
    }

    #[tokio::test]
    async fn who_is_refused_while_others_try_asks_again_when_one_ended() {
        let turns = Turns::default();
        let mut first = turns.come("ada");
        first.start();
        let second = turns.come("ada");
        let before = second.ended();
        let waiting = tokio::spawn(async move { second.wait(before).await });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drop(first);
        assert_eq!(waiting.await.unwrap(), Ok(true));
    }

    #[tokio::test]
    async fn a_try_that_ended_between_asking_and_waiting_is_not_missed() {
        let turns = Turns::default();
        let mut first = turns.come("ada");
        first.start();
        let second = turns.come("ada");
        let before = second.ended();
        drop(first);
        assert_eq!(second.wait(before).await, Ok(true));
        assert_eq!(second.wait(second.ended()).await, Ok(false));
    }

    #[test]
    fn who_tries_alone_is_the_only_one_until_it_ended() {
        let turns = Turns::default();
        let (mut first, mut second) = (turns.come("ada"), turns.come("ada"));
        assert!(first.start_alone());
        assert!(!second.start_alone() && !second.start());
        assert!(turns.come("grace").start_alone(), "others are not held up");
        drop(first);
        assert!(second.start());
        assert!(!turns.come("ada").start_alone(), "somebody tries already");
        assert!(turns.come("ada").start(), "several may try who are counted");
    }

    #[test]
    fn who_steps_back_holds_nobody_up() {
        let turns = Turns::default();
        let (mut first, mut second) = (turns.come("ada"), turns.come("ada"));
        assert!(first.start_alone());
        first.step_back();
        assert_eq!(second.trying(), 0);
        assert!(second.start_alone());
    }

    #[tokio::test]
    async fn those_who_ask_in_vain_wake_the_next() {
        let turns = Turns::default();
        let mut first = turns.come("ada");
        first.start();
        let waiting: Vec<_> = (0..20)
            .map(|_| {
                let turn = turns.come("ada");
                let before = turn.ended();
                tokio::spawn(async move { turn.wait(before).await })
            })
            .collect();
        tokio::task::yield_now().await;
        drop(first);
        for one in waiting {
            assert_eq!(one.await.unwrap(), Ok(true));
        }
        assert!(turns.0.lock().is_empty(), "nothing is kept of those who left");
    }
}
