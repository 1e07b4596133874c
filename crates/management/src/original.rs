//! The operations of the original's Management API, and what becomes of those that are not served.
//!
//! One list (`original.txt`): method, path, scopes. What `routes` serves is taken out of
//! it; everything else is answered to bearers of a token with 403 and the scope, which the original's
//! tools take for "leave it alone", and to strangers with 401. Never with a 5xx, which they would try
//! again for minutes. Source: the original's list of endpoints; what its tools do with each answer.

use std::collections::{HashMap, HashSet};

use axum::extract::State;
use doorward_engine::api_token;
use doorward_web::caller::Authorized;
use doorward_web::fault::ApiFault;
use doorward_web::route::{Guard, Route};
use doorward_web::state::Web;
use http::Method;

const LIST: &str = include_str!("original.txt");

/// An operation of the original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    /// Method and path, which is what it is called in the log.
    pub name: &'static str,
    /// The method.
    pub method: Method,
    /// The path; `{name}` stands for one segment.
    pub path: &'static str,
    /// The scopes of which any one opens it, between spaces.
    pub scopes: &'static str,
}

/// All of them, in the order of the list.
#[must_use]
pub fn all() -> Vec<Original> {
    LIST.lines().filter_map(read).collect()
}

fn read(line: &'static str) -> Option<Original> {
    let (method, rest) = line.split_once(' ')?;
    let (path, scopes) = rest.split_once(' ')?;
    let name = &line[..method.len() + 1 + path.len()];
    Some(Original { name, method: method.parse().ok()?, path, scopes })
}

/// Those that `served` does not serve.
#[must_use]
pub fn not_served(served: &[Route]) -> Vec<Original> {
    let known: HashSet<(&Method, String)> =
        served.iter().map(|route| (&route.method, shape(route.path))).collect();
    all().into_iter().filter(|original| !known.contains(&(&original.method, shape(original.path)))).collect()
}

/// The rows that refuse them. Where `served` has the same address for another method, its spelling is
/// the one that counts: a router takes one name for each segment.
pub(crate) fn rows(served: &[Route]) -> Vec<Route> {
    let spelled: HashMap<String, &'static str> =
        served.iter().map(|route| (shape(route.path), route.path)).collect();
    let mut first: HashMap<String, &'static str> = HashMap::new();
    let mut rows = Vec::new();
    for original in not_served(served) {
        let shape = shape(original.path);
        let path = match spelled.get(&shape) {
            Some(path) => path,
            None => *first.entry(shape).or_insert(original.path),
        };
        let (name, scopes) = (original.name, original.scopes);
        let refuse = move |State(web): State<Web>, Authorized(caller): Authorized| async move {
            ApiFault(api_token::not_served(web.app(), &caller, name, scopes).await)
        };
        rows.extend(Route::any(&original.method, path, Guard::AnyToken, name, refuse));
    }
    rows
}

/// A path without the names of its segments.
pub(crate) fn shape(path: &str) -> String {
    let segments = path.split('/').map(|segment| if segment.starts_with('{') { "{}" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

/// Whether an address is an addition of ours, which the original does not have.
pub(crate) fn is_ours(path: &str) -> bool {
    path.starts_with("/api/v2/clients/{id}/secrets")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_list_is_an_operation_and_none_stands_twice() {
        let all = all();
        assert_eq!(all.len(), LIST.lines().count());
        let shapes: HashSet<_> = all.iter().map(|one| (one.method.clone(), shape(one.path))).collect();
        assert_eq!(shapes.len(), all.len());
        for one in &all {
            assert!(one.path.starts_with("/api/v2/") && !one.scopes.is_empty(), "{one:?}");
            assert!(one.scopes.split(' ').all(|scope| scope.contains(':')), "{one:?}");
        }
    }

    #[test]
    fn what_is_served_is_not_refused_whatever_its_segments_are_called() {
        let served = crate::routes::served();
        let refused = rows(&served);
        let mut seen = HashSet::new();
        for route in served.iter().chain(&refused) {
            assert!(seen.insert((route.method.clone(), shape(route.path))), "{}", route.operation);
        }
        // One spelling per address, or the router would not be built.
        let mut spelled: HashMap<String, &str> = HashMap::new();
        for route in served.iter().chain(&refused) {
            assert_eq!(*spelled.entry(shape(route.path)).or_insert(route.path), route.path);
        }
    }

    /// A scope that opens here what it does not open there would be a hole in somebody's plan.
    #[test]
    fn what_is_served_opens_to_scopes_that_open_it_in_the_original() {
        let originals: HashMap<_, _> =
            all().into_iter().map(|one| ((one.method.clone(), shape(one.path)), one.scopes)).collect();
        for route in crate::routes::served() {
            let Guard::AnyOf(scopes) = route.guard else { continue };
            if is_ours(route.path) {
                continue;
            }
            let Some(known) = originals.get(&(route.method.clone(), shape(route.path))) else {
                panic!("{} is not in original.txt", route.operation)
            };
            for scope in scopes {
                let is_known = known.split(' ').any(|one| one == scope.as_str());
                assert!(is_known, "{}: {} is not one of {known}", route.operation, scope.as_str());
            }
        }
    }
}
