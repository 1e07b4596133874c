//! Quick starts: guides and runnable samples, filled with a client's own values.
//!
//! Owns what a guide is and which there are. The one source of a guide, its page and its download is
//! `samples/<id>/` at the root of the repository. Knows no request. Source: UX §1.5 "Quick Start", §7.

mod archive;
mod guide;
mod needs;
mod packages;
mod samples;
mod values;

use std::sync::LazyLock;

use doorward_model::client::kind::ClientKind;

pub(crate) use archive::zipped;
pub(crate) use guide::{Block, Guide, Span};
pub(crate) use needs::{ASKED, Need, needs, wanted};
pub(crate) use packages::Packages;
pub(crate) use values::{HIDDEN, Values};

static ALL: LazyLock<Vec<Guide>> = LazyLock::new(|| samples::ALL.iter().filter_map(Guide::read).collect());

/// The guides for a client of this type; one without a type is shown as a regular web application.
pub(crate) fn of(kind: Option<ClientKind>) -> Vec<&'static Guide> {
    let kind = kind.map_or(ClientKind::RegularWeb, ClientKind::acts_as);
    ALL.iter().filter(|guide| guide.kinds.contains(&kind)).collect()
}

/// The guide of that name, if it is one for this type.
pub(crate) fn find(kind: Option<ClientKind>, id: &str) -> Option<&'static Guide> {
    of(kind).into_iter().find(|guide| guide.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_has_a_guide_that_can_be_read() {
        assert_eq!(ALL.len(), samples::ALL.len());
        for (kind, names) in [
            (Some(ClientKind::Spa), &["React"][..]),
            (Some(ClientKind::RegularWeb), &["Express"]),
            (None, &["Express"]),
            (Some(ClientKind::NonInteractive), &["curl"]),
            (Some(ClientKind::Native), &["Command line (Node.js)"]),
        ] {
            assert_eq!(of(kind).iter().map(|guide| guide.name).collect::<Vec<_>>(), names, "{kind:?}");
        }
    }

    #[test]
    fn a_guide_is_found_for_its_own_type_only() {
        assert!(find(Some(ClientKind::Spa), "react").is_some());
        assert!(find(Some(ClientKind::RegularWeb), "react").is_none());
        assert!(find(Some(ClientKind::Spa), "../react").is_none());
    }
}
