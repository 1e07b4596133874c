//! The question before something is final: whoever types the name has read it.
//!
//! Asked on a terminal only, on standard error, so that what is printed stays the result.

use std::io::{self, BufRead, IsTerminal, Write};

use crate::failure::{Exit, Failure};
use crate::plain::tame;

/// The longest answer that is read.
const MAX: u64 = 4096;

/// Lets pass who types `name`, or said yes before.
///
/// # Errors
/// When another text is typed, or nobody can be asked.
pub(super) fn confirm(yes: bool, what: &str, name: &str) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    let stdin = io::stdin();
    if !(stdin.is_terminal() && io::stderr().is_terminal()) {
        return Err(Failure::usage(
            "Nothing was deleted.",
            format!("This deletes {what}, for good, and nobody is there to ask."),
            "Say so with --yes.",
        ));
    }
    // A name that cannot be shown cannot be typed either; what is shown is.
    let name = tame(name);
    let mut err = io::stderr().lock();
    let asked = writeln!(err, "This deletes {}, for good.", tame(what))
        .and_then(|()| write!(err, "Type {name} to delete it: "))
        .and_then(|()| err.flush());
    asked.map_err(|error| Failure::failed("Nothing was deleted.", error, "Say so with --yes."))?;
    if is_typed(stdin.lock(), &name) {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Failed,
        "Nothing was deleted.",
        "Another text was typed.",
        "Run the command again.",
    ))
}

fn is_typed(input: impl BufRead, name: &str) -> bool {
    let mut line = String::new();
    let read = io::Read::take(input, MAX).read_line(&mut line);
    read.is_ok() && line.trim() == name.trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_name_itself_will_do() {
        let typed = |text: &str| is_typed(text.as_bytes(), "My shop");
        assert!(typed("My shop\n") && typed(" My shop \r\n"));
        for other in ["", "\n", "y\n", "yes\n", "my shop\n", "My shop 2\n"] {
            assert!(!typed(other), "{other:?}");
        }
    }
}
