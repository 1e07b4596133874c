//! Protocol decisions and wire formats: no IO.
