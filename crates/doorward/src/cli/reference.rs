//! Every command as a page of the documentation, made from what `--help` says, so that the two cannot
//! differ.

use std::fmt::Write;

use clap::{Command, CommandFactory};

use super::Cli;

const HEAD: &str = "# The command line\n\n\
This page is made from the program's own help; a test compares them. `--help` after any command says the same.\n\n\
## What holds for every command\n\n\
Every command but `serve` is a process of its own on the same database: it works while a server runs and while none does, and\n\
a running server knows at once what was changed. Whoever may read the data folder may do everything, and the log says that it\n\
was the command line.\n\n\
- `--json` prints one JSON document (`logs tail`: one a line) and nothing else. Clients and users look as in the\n  \
[Management API](management-api.md); lists are arrays; `clients create` prints what a program needs to begin.\n\
- Tables are as wide as the terminal at most, and whole when they are piped. Colours are for terminals only, and neither\n  \
`--no-color` nor `NO_COLOR` lets any through. Characters that could drive a terminal are shown as \u{FFFD}, in JSON escaped.\n\
- Questions are asked on a terminal only. `--yes` answers them before; without a terminal it is needed.\n\
- A password comes from standard input, and a secret is never an argument: every list of processes shows those. What names a\n  \
file (`NAME=@FILE`) takes its first line.\n\
- A failure says on standard error what happened, why, and what to do.\n\n\
| exit code | meaning |\n|---|---|\n\
| 0 | done |\n| 1 | tried, and it did not work |\n| 2 | the command was given wrong |\n| 3 | what it is about does not exist |\n\
| 4 | it may not be done |\n| 5 | there was nothing to do |\n\n";

const SETTINGS: &str = "Settings have the names that they have in the Management API, see [client fields](client-fields.md), \
and are read and\nrefused by the same rules. A value is read by the type of its setting: `sso=true`, `name=12` is a text, \
entries of a list stand\nbetween commas, JSON will do everywhere (`callbacks='[\"https://a.test/?x=1,2\"]'`), `null` takes away. \
Members are named with dots\n(`jwt_configuration.lifetime_in_seconds=3600`). `+=` puts entries at the end of a list, `-=` takes \
them out; if somebody else\nchanges the client in between, neither change is lost.\n\n";

const FIELDS_OF_USERS: &str = "Fields have the names that they have in the Management API, and are read and refused by the same \
rules ([users](../guides/users.md#change-one)).\nValues are typed as for `clients set`. Metadata is named with dots, at any depth \
(`user_metadata.address.city=Bonn`); what\nis not named stays. A password is set by the API: every list of processes shows arguments.\n\n";

const SEARCHING: &str = "[How to search](search.md) has the language of `--search`.\n\n";

/// The page, in Markdown.
#[must_use]
pub fn reference() -> String {
    let mut root = Cli::command();
    root.build();
    let mut page = HEAD.to_owned();
    page.push_str("Options of every command:\n\n```text\n");
    for arg in root.get_arguments().filter(|arg| arg.is_global_set()) {
        let (name, help) = (arg.get_long().unwrap_or_default(), arg.get_help());
        let value = arg.get_value_names().filter(|_| arg.get_action().takes_values());
        let value =
            value.and_then(|names| names.first()).map_or_else(String::new, |name| format!(" <{name}>"));
        let help = help.map(ToString::to_string).unwrap_or_default();
        // Writing to a text cannot fail.
        let _ = writeln!(page, "{:26}  {help}", format!("--{name}{value}"));
    }
    page.push_str("```\n");
    write(&root, "doorward", &mut page);
    page
}

/// Writes the commands that do something.
fn write(command: &Command, name: &str, page: &mut String) {
    let mut below = command.get_subcommands().filter(|below| below.get_name() != "help").peekable();
    if below.peek().is_none() {
        let shown = command.clone().bin_name(name).mut_args(|arg| {
            let is_common = arg.is_global_set() || ["help", "version"].contains(&arg.get_id().as_str());
            arg.hide(is_common).hide_env_values(true)
        });
        let mut shown = shown.disable_help_flag(true).disable_version_flag(true).term_width(100);
        let help = shown.render_help().to_string();
        let _ = write!(page, "\n## `{name}`\n\n");
        page.push_str(match name {
            "doorward clients set" => SETTINGS,
            "doorward users list" => SEARCHING,
            "doorward users set" => FIELDS_OF_USERS,
            _ => "",
        });
        let _ = writeln!(page, "```text\n{}\n```", trimmed(&help));
    }
    for below in below {
        write(below, &format!("{name} {}", below.get_name()), page);
    }
}

/// Without blanks at the ends of lines.
fn trimmed(help: &str) -> String {
    help.trim().lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_in_the_documentation_is_the_help() {
        let page = include_str!("../../../../docs/reference/command-line.md");
        assert!(
            page == super::reference(),
            "write this to docs/reference/command-line.md:\n{}",
            super::reference()
        );
    }
}
