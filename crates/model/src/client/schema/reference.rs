//! The table as documentation, so that the two cannot differ.

use std::fmt::Write;

use super::{Era, FIELDS, Field, Holds, Null, Unset, Use};
use crate::schema::{Format, Schema};

const HEAD: &str = "# The fields of a client\n\n\
This page is made from the table in `crates/model/src/client/schema/table.rs`; a test compares them.\n\n\
Every field that can be set is checked, stored, and given back as it was sent: lists keep their order, and empty, null and\n\
absent stay apart. An object replaces the one before it; `client_metadata` and `addons` are merged name by name. A name\n\
that is not in this table is refused with 400. *Since* says whether the original had the field when the brief was written.\n\n\
An address in one of the four lists may hold a placeholder, `{organization_name}` or one of\n\
`{custom_domain.metadata.…}` and `{organization.metadata.…}`. Until there is something to fill it with, it matches nothing.\n\
The original fills the last one in `initiate_login_uri` only; here it may stand in a list as well, where it never matches.\n";

const ACTS: &str =
    "\n## What is acted upon\n\n| field | holds | null | since | what comes of it |\n|---|---|---|---|---|\n";
const WAITS: &str = "\n## What is stored until its feature is there\n\n\
Nothing looks at these fields yet: one that asks for protection, such as `organization_usage`,\n\
protects nothing before its feature is there. Keys of other houses among the `addons` are sealed in\n\
the store.\n\n\
| field | holds | null | since | waits for |\n|---|---|---|---|---|\n";

const REFUSED: &str = "\n## What is refused until its feature is there\n\n\
A client with one of these could not prove itself at all, or would believe itself safer than it is. So they are no fields that are\n\
kept and wait, but a 400 that says so ([decision 0016](../decisions/0016-what-of-the-plan-is-done-in-another-way.md)).\n\n\
| what | where | waits for |\n|---|---|---|\n\
| `tls_client_auth`, `self_signed_tls_client_auth` | `client_authentication_methods` | proof by a TLS certificate |\n\
| `cert_subject_dn`, `x509_cert` as `credential_type`; `subject_dn` | credentials of a client, `POST /clients/{id}/credentials` | proof by a TLS certificate |\n";

/// The reference page of the client's fields, in Markdown.
#[must_use]
pub fn reference() -> String {
    let mut text = HEAD.to_owned();
    text.push_str(ACTS);
    for field in FIELDS {
        if let Use::Acts(how) = field.use_ {
            row(&mut text, field, how);
        }
    }
    text.push_str(WAITS);
    for field in FIELDS {
        if let Use::Waits(what) = field.use_ {
            row(&mut text, field, what);
        }
    }
    text.push_str(REFUSED);
    text
}

fn row(text: &mut String, field: &Field, last: &str) {
    let name = match field.alias {
        Some(alias) => format!("`{}`, also `{alias}`", field.name),
        None => format!("`{}`", field.name),
    };
    let holds = words(&field.schema);
    let default = match field.unset {
        Unset::Nothing => "",
        Unset::Off => "; false",
        Unset::On => "; true",
        Unset::EmptyList => "; `[]`",
    };
    let fixed = match field.holds {
        Holds::Made => "; only read",
        _ if field.is_fixed => "; set when the client is made, not changed",
        _ => "",
    };
    let null = match field.null {
        Null::Refused => "refused",
        Null::Clears => "clears",
        Null::Kept => "kept",
    };
    let since = match field.era {
        Era::Brief => "the brief",
        Era::Later => "later",
    };
    // Writing to a text cannot fail.
    let _ = writeln!(text, "| {name} | {holds}{default}{fixed} | {null} | {since} | {last} |");
}

/// A schema in words.
fn words(schema: &Schema) -> String {
    match schema {
        Schema::Any => "anything".to_owned(),
        Schema::Flag => "true or false".to_owned(),
        Schema::Text { min: 0, max, format: Format::Any } => format!("text, at most {max} characters"),
        Schema::Text { min, max, format: Format::Any } => format!("text, {min} to {max} characters"),
        Schema::Text { min, format, .. } => {
            let kind =
                if *format == Format::Https { "https address without a fragment" } else { "web address" };
            if *min == 0 { format!("{kind}, or empty") } else { kind.to_owned() }
        }
        Schema::Words(words) => format!("one of `{}`", words.join("`, `")),
        Schema::Whole { min, max } => format!("whole number, {min} to {max}"),
        Schema::Number { min, max } => format!("number, {min} to {max}"),
        Schema::List { of, max: usize::MAX, .. } => format!("list, each: {}", words(of)),
        Schema::List { of, max, .. } => format!("list of at most {max}, each: {}", words(of)),
        Schema::Object([]) | Schema::Open([]) => "object".to_owned(),
        Schema::Object(members) | Schema::Open(members) => {
            let names: Vec<&str> = members.iter().map(|member| member.name).collect();
            format!("object with `{}`", names.join("`, `"))
        }
        Schema::Map { of, .. } => format!("object of names of one's own, each: {}", words(of)),
        Schema::Either(several) => several.iter().map(words).collect::<Vec<_>>().join(", or "),
        Schema::Nullable(inner) => format!("{}, or null", words(inner)),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_in_the_documentation_is_the_table() {
        let page = include_str!("../../../../../docs/reference/client-fields.md");
        assert!(
            page == super::reference(),
            "write this to docs/reference/client-fields.md:\n{}",
            super::reference()
        );
    }
}
