//! SQL only: one text per query, two engines.
