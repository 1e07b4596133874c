//! Admins: the people who run the installation. One verb per file.

mod add;
mod list;
mod reset;

pub use add::add;
pub(crate) use add::{checked, push_new};
pub use list::list;
pub use reset::reset;
