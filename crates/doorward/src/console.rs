//! What commands print: for people on a terminal, plain when piped, JSON when asked.
//!
//! Owns standard output. Logs and failures go to standard error and are not written here.
//! Source: the command-line chapter of the user experience plan; no-color.org.

use std::io::{self, IsTerminal, Write};

use serde_json::Value;

use crate::plain::{tame, tame_json, width};
use crate::table::Table;

/// Standard output and how it may be used.
#[derive(Debug, Clone, Copy)]
pub struct Console {
    /// Whether a person reads along.
    pub terminal: bool,
    /// Whether colours may be used.
    pub color: bool,
    /// Whether results are JSON.
    pub json: bool,
    /// Whether only results are printed.
    pub quiet: bool,
}

impl Console {
    /// Looks at standard output and at the wishes of the caller.
    #[must_use]
    pub fn new(json: bool, quiet: bool, no_color: bool) -> Self {
        let terminal = io::stdout().is_terminal();
        let refused = no_color || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { terminal, color: terminal && !refused, json, quiet }
    }

    /// Prints one line. A reader that went away is no failure of the command.
    pub fn line(&self, text: &str) {
        let mut out = io::stdout().lock();
        let _ = writeln!(out, "{text}").and_then(|()| out.flush());
    }

    /// Prints one line for people, unless only results are wanted.
    pub fn say(&self, text: &str) {
        if !self.quiet && !self.json {
            self.line(text);
        }
    }

    /// Prints the one JSON document that a command's result is.
    pub fn document(&self, value: &Value) {
        self.line(&tame_json(&value.to_string()));
    }

    /// Prints the result: `value` as JSON when asked, else each pair of `lines`, names padded.
    pub fn result(&self, value: &Value, lines: &[(&str, &str)]) {
        if self.json {
            self.document(value);
            return;
        }
        self.lines(lines);
    }

    /// Prints pairs of a name and a text, the texts below each other.
    pub fn lines<N: AsRef<str>, T: AsRef<str>>(&self, lines: &[(N, T)]) {
        let names: Vec<String> = lines.iter().map(|(name, _)| tame(name.as_ref())).collect();
        let room = names.iter().map(|name| width(name)).max().unwrap_or(0);
        for (name, (_, text)) in names.iter().zip(lines) {
            let gap = " ".repeat(room - width(name));
            self.line(&format!("{name}{gap}  {}", tame(text.as_ref())));
        }
    }

    /// Prints a table, as wide as the terminal at most.
    pub fn table<const N: usize>(&self, table: &Table<N>) {
        let lines = table.lines(self.room());
        for (at, line) in lines.iter().enumerate() {
            match (at, self.color) {
                (0, true) => self.line(&format!("\u{1b}[1m{line}\u{1b}[0m")),
                _ => self.line(line),
            }
        }
    }

    /// How many columns the terminal has; unknown where there is none.
    fn room(&self) -> Option<usize> {
        if !self.terminal {
            return None;
        }
        let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
        Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
    }

    /// The sign of a step that worked.
    #[must_use]
    pub fn tick(&self) -> &'static str {
        if self.color { "\u{1b}[32m✓\u{1b}[0m" } else { "✓" }
    }
}
