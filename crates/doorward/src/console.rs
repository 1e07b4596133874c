//! What commands print: for people on a terminal, plain when piped, JSON when asked.
//!
//! Owns standard output. Logs and failures go to standard error and are not written here.
//! Source: the command-line chapter of the user experience plan; no-color.org.

use std::io::{self, IsTerminal, Write};

use serde_json::Value;

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

    /// Prints the result: `value` as JSON when asked, else each pair of `lines`, names padded.
    pub fn result(&self, value: &Value, lines: &[(&str, &str)]) {
        if self.json {
            self.line(&value.to_string());
            return;
        }
        let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, text) in lines {
            self.line(&format!("{name:width$}  {text}"));
        }
    }

    /// The sign of a step that worked.
    #[must_use]
    pub fn tick(&self) -> &'static str {
        if self.color { "\u{1b}[32m✓\u{1b}[0m" } else { "✓" }
    }
}
