//! What holds of users.
