//! Passwords from standard input: never an argument, where every process list shows it.

use std::io::{self, BufRead, IsTerminal};

use doorward_model::secret::Secret;

use crate::failure::Failure;

/// The longest line that is read.
const MAX: u64 = 64 * 1024;

/// Reads one line.
///
/// # Errors
/// When nothing comes.
pub fn from_stdin() -> Result<Secret, Failure> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        return Err(Failure::usage(
            "No password came on standard input.",
            "Typed here it would be readable on the screen.",
            "Pipe it in, for example: doorward … --password-stdin < password.txt",
        ));
    }
    read(stdin.lock())
}

fn read(input: impl BufRead) -> Result<Secret, Failure> {
    let mut line = String::new();
    let _ = io::Read::take(input, MAX).read_line(&mut line).map_err(|error| {
        Failure::failed("The password could not be read.", error, "Give it as one line of UTF-8.")
    })?;
    let text = line.trim_end_matches(['\r', '\n']).to_owned();
    if text.is_empty() {
        return Err(Failure::usage(
            "The password is empty.",
            "Standard input ended before a line came.",
            "Pipe the password in as one line.",
        ));
    }
    Ok(Secret::new(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_without_its_end_is_the_password() {
        for text in ["open sesame\n", "open sesame\r\n", "open sesame", "open sesame\nsecond line\n"] {
            assert_eq!(read(text.as_bytes()).unwrap().expose(), "open sesame", "{text:?}");
        }
        assert_eq!(read(" padded \n".as_bytes()).unwrap().expose(), " padded ");
        assert!(read("\n".as_bytes()).is_err());
    }
}
