//! Settings as they are typed, `name=value`, and what a change of them did.
//!
//! The same for clients and users; what differs between them stands in [`Kind`].

mod assignment;
mod body;
mod differences;

use doorward_model::schema::Schema;

pub(super) use assignment::{Assignment, Operation};
pub(super) use body::body;
pub(super) use differences::{differences, tell};

/// What is changed.
#[derive(Debug)]
pub(super) struct Kind {
    /// What a change may name.
    pub(super) change: &'static Schema,
    /// What is shown, and cannot be changed where the other does not name it.
    pub(super) shown: &'static Schema,
    /// Objects of which a change names only the members that change; of all others it gives the whole.
    pub(super) merged: &'static [&'static str],
    /// Those of them of whose members the whole is given.
    pub(super) merged_at_the_top: &'static [&'static str],
    /// What would be readable for everybody on this machine if it were typed, and the better way.
    pub(super) secret: (&'static str, &'static str),
}
