//! Which program fetches packages of JavaScript: guides are written for npm, and said in the words of
//! the others.

use std::borrow::Cow;

/// A package manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packages {
    Npm,
    Pnpm,
    Yarn,
}

impl Packages {
    /// In the order of the tabs.
    pub(crate) const ALL: [Packages; 3] = [Packages::Npm, Packages::Pnpm, Packages::Yarn];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Packages::Npm => "npm",
            Packages::Pnpm => "pnpm",
            Packages::Yarn => "yarn",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == text)
    }

    /// Whether these commands are said differently by another one.
    pub(crate) fn has_words_for(commands: &str) -> bool {
        commands.lines().any(|line| line.starts_with("npm "))
    }

    /// The commands in the words of this one.
    pub(crate) fn said<'t>(self, commands: &'t str) -> Cow<'t, str> {
        if self == Packages::Npm || !Self::has_words_for(commands) {
            return Cow::Borrowed(commands);
        }
        let lines: Vec<String> = commands.lines().map(|line| self.line(line)).collect();
        Cow::Owned(lines.join("\n"))
    }

    fn line(self, line: &str) -> String {
        let Some(words) = line.strip_prefix("npm ") else { return line.to_owned() };
        let words = match words.split_once(' ') {
            // The lock file is npm's own; package.json names exact versions as well.
            None if words == "ci" => "install".to_owned(),
            Some(("install", packages)) => format!("add {packages}"),
            _ => words.to_owned(),
        };
        format!("{} {words}", self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_said_in_the_words_of_each() {
        let commands = "npm install a@1 b@2\nnpm ci\nnpm start\nnpm run dev\n./npm x";
        assert_eq!(Packages::Npm.said(commands), commands);
        assert_eq!(
            Packages::Pnpm.said(commands),
            "pnpm add a@1 b@2\npnpm install\npnpm start\npnpm run dev\n./npm x"
        );
        assert_eq!(Packages::Yarn.said("npm ci"), "yarn install");
        assert_eq!(Packages::Yarn.said("./call.sh"), "./call.sh");
        assert!(!Packages::has_words_for("./call.sh"));
    }

    #[test]
    fn only_the_three_are_known() {
        assert_eq!(Packages::ALL.map(|known| Packages::parse(known.as_str())), Packages::ALL.map(Some));
        assert_eq!(Packages::parse("bun; rm"), None);
    }
}
