//! One statement for many rows, where one for each would cost more than what it does.
//!
//! Such a text is made when it is needed: what comes before a list of values, the list, and what comes after
//! it. Lists have as many rows as a power of two, so that few different texts arise and stay prepared.

use std::fmt::Write;

use super::text::Text;
use super::value::Value;

/// The most rows of one statement: with thirty columns a fourth of the values that SQLite takes.
const MOST: usize = 256;

/// The type of a column, where a row of values alone does not say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text.
    Text,
    /// A number or a time.
    Int,
    /// True or false.
    Flag,
}

impl Kind {
    fn sql(self) -> &'static str {
        match self {
            Kind::Text => "TEXT",
            Kind::Int => "BIGINT",
            Kind::Flag => "BOOLEAN",
        }
    }
}

/// A statement that takes any number of rows.
#[derive(Debug)]
pub(crate) struct Rows {
    /// What stands before the list.
    pub(crate) before: &'static str,
    /// What each row has.
    pub(crate) columns: &'static [Kind],
    /// What stands after it.
    pub(crate) after: &'static str,
}

impl Rows {
    /// The statements for some rows, each with its values.
    pub(crate) fn statements(&self, rows: Vec<Vec<Value>>) -> Vec<(Text, Vec<Value>)> {
        let mut left = rows.len();
        let mut rows = rows.into_iter();
        let mut all = Vec::new();
        while let Some(exponent) = left.min(MOST).checked_ilog2() {
            let count = 1_usize << exponent;
            all.push((Text::new(&self.text(count)), rows.by_ref().take(count).flatten().collect()));
            left -= count;
        }
        all
    }

    /// The text for so many rows. The types of the first are those of all.
    fn text(&self, count: usize) -> String {
        let mut text = format!("{} VALUES ", self.before);
        let mut place = 0;
        for row in 0..count {
            text.push_str(if row == 0 { "(" } else { ", (" });
            for (at, kind) in self.columns.iter().enumerate() {
                place += 1;
                let comma = if at == 0 { "" } else { ", " };
                // Writing to a text cannot fail.
                let _ = match row {
                    0 => write!(text, "{comma}CAST(${place} AS {})", kind.sql()),
                    _ => write!(text, "{comma}${place}"),
                };
            }
            text.push(')');
        }
        text.push_str(self.after);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::value::args;

    const ROWS: Rows = Rows {
        before: "INSERT INTO t (a, b)",
        columns: &[Kind::Text, Kind::Flag],
        after: " ON CONFLICT DO NOTHING",
    };

    #[test]
    fn the_places_go_on_from_row_to_row() {
        let mut made = ROWS.statements(vec![args!["x", true], args!["y", false]]);
        let (text, values) = made.remove(0);
        assert!(made.is_empty());
        let expected = "INSERT INTO t (a, b) VALUES (CAST($1 AS TEXT), CAST($2 AS BOOLEAN)), ($3, $4) \
                        ON CONFLICT DO NOTHING";
        assert_eq!(text.postgres, expected);
        assert_eq!(values, args!["x", true, "y", false]);
        assert!(ROWS.statements(Vec::new()).is_empty());
    }

    #[test]
    fn many_rows_are_parted_into_few_sizes() {
        for (count, sizes) in [(1, &[1][..]), (50, &[32, 16, 2][..]), (600, &[256, 256, 64, 16, 8][..])] {
            let rows: Vec<_> = (0..count).map(|number| args![i64::from(number).to_string(), true]).collect();
            let made = ROWS.statements(rows.clone());
            let counts: Vec<usize> = made.iter().map(|(_, values)| values.len() / 2).collect();
            assert_eq!(counts, sizes);
            let values: Vec<Value> = made.into_iter().flat_map(|(_, values)| values).collect();
            assert_eq!(values, rows.concat(), "each row once, in its order");
        }
    }
}
