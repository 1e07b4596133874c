//! `/api/v2/actions/actions`: there are none, and tools that read databases ask for them all the same.

mod list;
pub(crate) mod schema;

pub(crate) use list::list;
