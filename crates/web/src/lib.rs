//! The HTTP kit that the three fronts share.
