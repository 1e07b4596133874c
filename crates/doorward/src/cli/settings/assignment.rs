//! `key=value` as typed: which setting, what is done to it, and with which text.

use crate::failure::Failure;

/// What is done to a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Operation {
    /// The value takes the place of what was there.
    Set,
    /// Entries are put at the end of a list, unless they are in it.
    Add,
    /// Entries are taken out of a list.
    Take,
}

/// One `key=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) struct Assignment {
    /// The name of the field, and of what lies below it.
    pub(in crate::cli) path: Vec<String>,
    /// What is done.
    pub(in crate::cli) operation: Operation,
    /// The value as typed.
    pub(in crate::cli) text: String,
}

impl Assignment {
    /// Reads `name=value`, `name.below=value`, `name+=entries`, `name-=entries`.
    ///
    /// # Errors
    /// When it is none of these.
    pub(in crate::cli) fn parse(typed: &str) -> Result<Self, Failure> {
        let unusable = || {
            Failure::usage(
                format!("{typed} is no change of a setting."),
                "A change is the name of a setting, an equals sign and a value.",
                "Write name=VALUE, name.member=VALUE, or for an entry of a list name+=ENTRY.",
            )
        };
        let (name, text) = typed.split_once('=').ok_or_else(unusable)?;
        let (name, operation) = match (name.strip_suffix('+'), name.strip_suffix('-')) {
            (Some(name), _) => (name, Operation::Add),
            (_, Some(name)) => (name, Operation::Take),
            _ => (name, Operation::Set),
        };
        let path: Vec<String> = name.split('.').map(str::to_owned).collect();
        if path.iter().any(String::is_empty) {
            return Err(unusable());
        }
        Ok(Self { path, operation, text: text.to_owned() })
    }

    /// The setting's name as typed.
    pub(in crate::cli) fn name(&self) -> String {
        self.path.join(".")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_a_name_an_operation_and_a_text() {
        let read = |typed: &str| {
            let read = Assignment::parse(typed).unwrap();
            (read.name(), read.operation, read.text)
        };
        assert_eq!(read("name=Shop"), ("name".into(), Operation::Set, "Shop".into()));
        assert_eq!(read("name="), ("name".into(), Operation::Set, String::new()));
        assert_eq!(read("callbacks+=a=b"), ("callbacks".into(), Operation::Add, "a=b".into()));
        assert_eq!(read("callbacks-=a"), ("callbacks".into(), Operation::Take, "a".into()));
        assert_eq!(
            Assignment::parse("jwt_configuration.alg=RS256").unwrap().path,
            ["jwt_configuration", "alg"]
        );
        for bad in ["", "name", "=x", "+=x", "a..b=1", ".a=1", "a.=1"] {
            assert!(Assignment::parse(bad).is_err(), "{bad}");
        }
    }
}
