//! The API described: what each operation takes and gives.

pub(crate) mod operation;
