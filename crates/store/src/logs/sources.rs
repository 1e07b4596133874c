//! Where indexes give the ids of the events that a search is about.
//!
//! A source is a list of conditions, each served by an index; all that a query finds is among what they give
//! together. Shapes are looked up when the source is made.

use doorward_model::ids::ClientId;
use doorward_model::search::{Query, Scalar, Target, Test};
use doorward_model::time::Timestamp;

use super::shapes;
use super::terms::{Way, bare_of_shape, column, condition, is_of_shape};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::search::Condition;
use crate::sql::value::{Value, args};

/// The most shapes that are walked one beside the other.
const SIDE_BY_SIDE: usize = 32;
/// The most columns of one source, so that no statement is longer than an engine takes.
const MOST_COLUMNS: usize = 60;

/// One condition that an index serves.
#[derive(Debug, Clone)]
struct Part {
    condition: Condition,
    /// Whether the index gives its events in the order of their ids.
    is_in_order: bool,
}

/// Where all events are that a query finds.
#[derive(Debug, Clone, Default)]
pub(super) struct Source {
    /// The shapes, if any is asked for; then [`shapes::NONE`] is one of them.
    shapes: Vec<i64>,
    parts: Vec<Part>,
    /// Whether what they give is what the query finds, and not more: but for those without a shape.
    pub(super) is_exact: bool,
}

/// A condition of a source, to be walked or counted.
#[derive(Debug)]
pub(super) struct Branch {
    /// What the index serves.
    pub(super) condition: Condition,
    /// Whether the events have to be looked at even where the source is exact.
    pub(super) is_loose: bool,
}

impl Source {
    /// Events of a client, and of what was done to it.
    pub(super) fn about(client: &ClientId) -> Self {
        let id = || args![client.as_str()];
        let parts = vec![equals("client_id = ?", id()), equals("target_client_id = ?", id())];
        Self { shapes: Vec::new(), parts, is_exact: true }
    }

    /// Events of a client, of which it is one condition of several.
    pub(super) fn of_client(client: &ClientId) -> Self {
        let part = equals("client_id = ?", args![client.as_str()]);
        Self { shapes: Vec::new(), parts: vec![part], is_exact: false }
    }

    /// Whether all its conditions can be walked in the order of the ids, side by side.
    pub(super) fn is_in_order(&self) -> bool {
        self.shapes.len() <= SIDE_BY_SIDE && self.parts.iter().all(|part| part.is_in_order)
    }

    /// Whether it is about shapes, which many events have; a column holds what few have.
    pub(super) fn is_of_shapes(&self) -> bool {
        !self.shapes.is_empty()
    }

    /// Whether none of its conditions gives an event that another gives.
    pub(super) fn is_disjoint(&self) -> bool {
        self.parts.len() + usize::from(!self.shapes.is_empty()) == 1
    }

    /// How many walks there are side by side.
    pub(super) fn width(&self) -> usize {
        self.shapes.len() + self.parts.len()
    }

    /// Its conditions, with all shapes in one.
    pub(super) fn together(&self) -> Vec<Branch> {
        let mut all: Vec<Branch> = self.columns();
        if !self.shapes.is_empty() {
            all.push(Branch { condition: of_shapes(&self.shapes), is_loose: true });
        }
        all
    }

    /// Its conditions, each shape by itself.
    pub(super) fn side_by_side(&self) -> Vec<Branch> {
        let mut all: Vec<Branch> = self.columns();
        let places = if self.shapes.is_empty() { 0 } else { self.shapes.len().next_power_of_two() };
        let filled = self.shapes.iter().copied().chain(std::iter::repeat(shapes::NOBODY)).take(places);
        all.extend(filled.map(|shape| Branch {
            condition: Condition { text: "shape = ?".to_owned(), values: args![shape] },
            is_loose: shape == shapes::NONE,
        }));
        all
    }

    fn columns(&self) -> Vec<Branch> {
        let each = self.parts.iter().map(|part| part.condition.clone());
        each.map(|condition| Branch { condition, is_loose: false }).collect()
    }

    fn join(&mut self, other: Source) {
        self.shapes.extend(other.shapes);
        self.shapes.sort_unstable();
        self.shapes.dedup();
        self.parts.extend(other.parts);
        self.is_exact &= other.is_exact;
    }
}

fn equals(text: &str, values: Vec<Value>) -> Part {
    Part { condition: Condition { text: text.to_owned(), values }, is_in_order: true }
}

/// `shape IN (…)`, filled up to few different texts.
fn of_shapes(all: &[i64]) -> Condition {
    let places = all.len().next_power_of_two();
    let filled = all.iter().copied().chain(std::iter::repeat(shapes::NOBODY)).take(places);
    Condition {
        text: format!("shape IN ({})", vec!["?"; places].join(", ")),
        values: filled.map(Value::Int).collect(),
    }
}

/// The sources of a query: of alternatives together, of conditions that must all hold each by itself, those
/// of shapes together. `since` is when the oldest event that can be found happened.
pub(super) async fn sources(
    t: &Scope<'_>,
    query: &Query,
    since: Option<Timestamp>,
) -> Result<Vec<Source>, StoreError> {
    let parts = match query {
        Query::All(parts) => parts.as_slice(),
        one => std::slice::from_ref(one),
    };
    let (of_shape, rest): (Vec<&Query>, Vec<&Query>) = parts.iter().partition(|part| is_of_shape(part));
    let is_alone = rest.is_empty() || (of_shape.is_empty() && rest.len() == 1);
    let mut found = Vec::new();
    if !of_shape.is_empty() {
        let all = Query::all(of_shape.into_iter().cloned().collect());
        found.extend(of(t, &all, since).await?);
    }
    for part in rest {
        found.extend(of(t, part, since).await?);
    }
    found.retain(|source| source.parts.len() <= MOST_COLUMNS);
    found.iter_mut().for_each(|source| source.is_exact &= is_alone);
    Ok(found)
}

async fn of(t: &Scope<'_>, query: &Query, since: Option<Timestamp>) -> Result<Option<Source>, StoreError> {
    if is_of_shape(query) {
        let shapes = shapes::that_are(t, &condition(query, Way::Plain), since).await?;
        return Ok(shapes.map(|shapes| Source { shapes, parts: Vec::new(), is_exact: true }));
    }
    match query {
        Query::Everything | Query::Not(_) => Ok(None),
        Query::Term(Target::Field(field), test) => {
            let part = by_column(field.name, test);
            Ok(part.map(|part| Source { shapes: Vec::new(), parts: vec![part], is_exact: true }))
        }
        Query::Term(Target::Anywhere, test) => anywhere(t, test, since).await,
        Query::Term(Target::Path(_), _) => Ok(None),
        // Any of them will do; what is in a column is mostly rarer than a shape.
        Query::All(parts) => {
            let (of_shape, columns): (Vec<&Query>, Vec<&Query>) =
                parts.iter().partition(|part| is_of_shape(part));
            for part in columns.into_iter().chain(of_shape) {
                if let Some(source) = Box::pin(of(t, part, since)).await? {
                    return Ok(Some(Source { is_exact: false, ..source }));
                }
            }
            Ok(None)
        }
        Query::Any(parts) => {
            let mut all = Source { is_exact: true, ..Source::default() };
            for part in parts {
                match Box::pin(of(t, part, since)).await? {
                    Some(source) => all.join(source),
                    None => return Ok(None),
                }
            }
            Ok(Some(all))
        }
    }
}

/// A term without a field: any of those that are searched then.
async fn anywhere(
    t: &Scope<'_>,
    test: &Test,
    since: Option<Timestamp>,
) -> Result<Option<Source>, StoreError> {
    let (shared, own) = bare_of_shape(test);
    let parts: Option<Vec<Part>> = own.into_iter().map(|name| by_column(name, test)).collect();
    let Some(parts) = parts else { return Ok(None) };
    let shapes = shapes::that_are(t, &condition(&shared, Way::Plain), since).await?;
    Ok(shapes.map(|shapes| Source { shapes, parts, is_exact: true }))
}

/// A test of a column of events that has an index.
fn by_column(name: &str, test: &Test) -> Option<Part> {
    if !matches!(name, "ip" | "log_id" | "reference" | "user_id" | "user_name") {
        return None;
    }
    // A reference is the beginning of what its index holds.
    let is_one = matches!(test, Test::Is(Scalar::Text(_))) && name != "reference";
    let is_narrow = match test {
        Test::Is(_) => true,
        Test::Like(pattern) => pattern.prefix().is_some(),
        Test::Between(low, high) => name != "reference" && (low.is_some() || high.is_some()),
        Test::Exists => false,
    };
    is_narrow.then(|| {
        let mut condition = Condition::default();
        column(Way::Plain, name, test, &mut condition);
        // The ids themselves are in order, whichever of them are asked for.
        Part { condition, is_in_order: is_one || name == "log_id" }
    })
}
