//! The lines of the operator's log, several in one call of the system where many come at once.
//!
//! A request costs a few microseconds, and a call of the system for its line is a good part of that. So lines wait for
//! others, for a moment that nobody notices; a warning or an error waits for nothing, and takes along what
//! waits. A process that is killed may lose the lines of its last moment; events are not lost with them.

use std::io::{self, Write};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long a line waits for others.
const WAIT: Duration = Duration::from_millis(50);
/// So many bytes wait for no more.
const ENOUGH: usize = 16 * 1024;

type Out = Box<dyn Write + Send>;

/// Where lines wait.
pub struct Lines(Arc<Shared>);

/// Writes what still waits when it is dropped: at the end of the process.
pub struct Rest(Arc<Shared>);

impl Drop for Rest {
    fn drop(&mut self) {
        self.0.waiting.lock().write();
    }
}

struct Shared {
    /// Whether somebody watches: then no line waits.
    is_watched: bool,
    waiting: Mutex<Waiting>,
    some: Condvar,
}

struct Waiting {
    text: Vec<u8>,
    out: Out,
}

impl Waiting {
    /// Writes what waits. Whoever reads the lines may be gone: that is no reason to stop serving.
    fn write(&mut self) {
        let _ = self.out.write_all(&self.text).and_then(|()| self.out.flush());
        self.text.clear();
    }
}

impl Lines {
    /// Lines that go to `out`.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn to(out: impl Write + Send + 'static, is_watched: bool) -> io::Result<(Self, Rest)> {
        let waiting = Mutex::new(Waiting { text: Vec::new(), out: Box::new(out) });
        let shared = Arc::new(Shared { is_watched, waiting, some: Condvar::new() });
        if !is_watched {
            let shared = Arc::clone(&shared);
            thread::Builder::new().name("log-lines".to_owned()).spawn(move || write_behind(&shared))?;
        }
        Ok((Self(Arc::clone(&shared)), Rest(shared)))
    }
}

fn write_behind(shared: &Shared) -> ! {
    loop {
        let mut waiting = shared.waiting.lock();
        while waiting.text.is_empty() {
            shared.some.wait(&mut waiting);
        }
        drop(waiting);
        thread::sleep(WAIT);
        shared.waiting.lock().write();
    }
}

/// Takes the lines of one event.
pub struct Taker<'a> {
    shared: &'a Shared,
    is_urgent: bool,
}

impl Write for Taker<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut waiting = self.shared.waiting.lock();
        let is_first = waiting.text.is_empty();
        waiting.text.extend_from_slice(line);
        if self.is_urgent || waiting.text.len() >= ENOUGH {
            waiting.write();
        } else if is_first {
            self.shared.some.notify_one();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Taker<'a>;

    fn make_writer(&'a self) -> Taker<'a> {
        Taker { shared: &self.0, is_urgent: true }
    }

    fn make_writer_for(&'a self, event: &Metadata<'_>) -> Taker<'a> {
        Taker { shared: &self.0, is_urgent: self.0.is_watched || *event.level() <= Level::WARN }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// Tells what is written, call by call.
    struct Told(Sender<String>);

    impl Write for Told {
        fn write(&mut self, text: &[u8]) -> io::Result<usize> {
            let _ = self.0.send(String::from_utf8_lossy(text).into_owned());
            Ok(text.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn lines() -> (Lines, Rest, Receiver<String>) {
        let (tell, told) = channel();
        let (lines, rest) = Lines::to(Told(tell), false).unwrap();
        (lines, rest, told)
    }

    fn send(lines: &Lines, is_urgent: bool, text: &str) {
        Taker { shared: &lines.0, is_urgent }.write_all(text.as_bytes()).unwrap();
    }

    #[test]
    fn lines_that_come_together_are_written_together_and_in_their_order() {
        let (lines, _rest, told) = lines();
        for line in ["a\n", "b\n", "c\n"] {
            send(&lines, false, line);
        }
        let mut all = String::new();
        while all != "a\nb\nc\n" {
            all.push_str(&told.recv().unwrap());
        }
    }

    #[test]
    fn trouble_waits_for_nothing_and_takes_along_what_waits() {
        let (lines, _rest, told) = lines();
        send(&lines, false, "a\n");
        send(&lines, true, "trouble\n");
        assert!(told.try_iter().collect::<String>().ends_with("trouble\n"));
    }

    #[test]
    fn many_lines_are_written_at_once_and_the_last_ones_at_the_end() {
        let (lines, rest, told) = lines();
        send(&lines, false, &"x".repeat(ENOUGH));
        assert!(told.try_recv().is_ok());
        send(&lines, false, "the last\n");
        drop(rest);
        assert_eq!(told.try_iter().collect::<String>(), "the last\n");
    }
}
