//! Use cases: the only place where IO and decisions meet.
