//! The log as people read it. Source: UX §1.9; the brief, "Client Auditing".

mod filter;
mod list;
mod live;
mod row;
mod sentence;
pub(crate) mod show;
mod way;
mod way_out;

pub(crate) use list::list;
pub(crate) use live::listen;
pub(crate) use row::Row;
pub(crate) use sentence::short;

/// The address at which the log is searched for a text.
pub(crate) fn search(text: &str) -> String {
    format!("/manage/logs?q={}", filter::encoded(text))
}

#[cfg(test)]
pub(crate) use sentence::tests::deeds;
