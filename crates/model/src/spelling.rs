//! The known word that somebody probably meant.
//!
//! Source: the optimal string alignment distance (Damerau, Levenshtein).

/// How far a word may be from the one that was meant.
const NEAR: usize = 2;

/// The one of `known` that is spelled most like `word`, unless all are spelled too differently.
///
/// ```
/// use doorward_model::spelling::nearest;
/// assert_eq!(nearest("calbacks", ["name", "callbacks"]), Some("callbacks"));
/// assert_eq!(nearest("nmae", ["name", "callbacks"]), Some("name"));
/// assert_eq!(nearest("colour", ["name", "callbacks"]), None);
/// ```
#[must_use]
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let measured = known.into_iter().map(|known| (distance(word, known), known));
    measured.filter(|(far, _)| *far <= NEAR).min_by_key(|(far, _)| *far).map(|(_, known)| known)
}

/// How many letters have to be changed, added, taken away or swapped with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = change.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}
