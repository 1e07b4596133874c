//! Rows of words below each other, as wide as they need and no wider than the terminal.

use crate::plain::{cut, tame, width};

/// What stands between two columns.
const GAP: usize = 2;
/// As narrow as a column becomes that may be cut.
const LEAST: usize = 8;

/// One column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    title: &'static str,
    /// Whether its texts may be cut: names may, ids may not, because they are copied.
    may_be_cut: bool,
}

impl Column {
    /// A column that is always whole.
    #[must_use]
    pub const fn whole(title: &'static str) -> Self {
        Self { title, may_be_cut: false }
    }

    /// A column that is cut where the terminal is too narrow.
    #[must_use]
    pub const fn cut(title: &'static str) -> Self {
        Self { title, may_be_cut: true }
    }
}

/// A table: each row has a text for each column.
#[derive(Debug)]
pub struct Table<const N: usize> {
    columns: [Column; N],
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    /// A table without rows.
    #[must_use]
    pub const fn new(columns: [Column; N]) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// Adds a row. Nothing in it can drive the terminal.
    pub fn push(&mut self, row: [String; N]) {
        self.rows.push(row.map(|text| tame(&text)));
    }

    /// The lines, the titles first; at most `room` wide where that is known and possible.
    #[must_use]
    pub fn lines(&self, room: Option<usize>) -> Vec<String> {
        let widths = self.widths(room);
        let titles = self.columns.map(|column| column.title.to_owned());
        std::iter::once(&titles).chain(&self.rows).map(|row| line(row, &widths)).collect()
    }

    fn widths(&self, room: Option<usize>) -> [usize; N] {
        let mut widths = self.columns.map(|column| width(column.title));
        for row in &self.rows {
            for (at, text) in row.iter().enumerate() {
                widths[at] = widths[at].max(width(text));
            }
        }
        let Some(room) = room else { return widths };
        while widths.iter().sum::<usize>() + GAP * N.saturating_sub(1) > room {
            let mut wide = widths
                .iter_mut()
                .zip(self.columns)
                .filter(|(width, column)| column.may_be_cut && **width > LEAST.max(column.title.len()));
            let Some(first) = wide.next() else { break };
            let (widest, _) = wide.fold(first, |widest, next| if next.0 > widest.0 { next } else { widest });
            *widest -= 1;
        }
        widths
    }
}

fn line<const N: usize>(row: &[String; N], widths: &[usize; N]) -> String {
    let mut out = String::new();
    for (text, room) in row.iter().zip(widths) {
        let text = cut(text, *room);
        out.push_str(&text);
        out.extend(std::iter::repeat_n(' ', room.saturating_sub(width(&text)) + GAP));
    }
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table<3> {
        let mut table = Table::new([Column::cut("Name"), Column::whole("ID"), Column::cut("Where")]);
        let row = |a: &str, b: &str, c: &str| [a.to_owned(), b.to_owned(), c.to_owned()];
        table.push(row("Storefront of the whole house", "0123456789abcdef", "Berlin"));
        table.push(row("山田", "fedcba", "a place with a long name"));
        table
    }

    #[test]
    fn columns_stand_below_each_other() {
        let lines = table().lines(None);
        assert_eq!(lines[0], "Name                           ID                Where");
        assert_eq!(lines[1], "Storefront of the whole house  0123456789abcdef  Berlin");
        assert_eq!(lines[2], "山田                           fedcba            a place with a long name");
    }

    #[test]
    fn a_table_is_no_wider_than_the_terminal_and_ids_stay_whole() {
        for room in [120, 80, 60, 44, 36] {
            let lines = table().lines(Some(room));
            assert!(lines.iter().all(|line| width(line) <= room), "{room}: {lines:?}");
            assert!(lines[1].contains("0123456789abcdef"), "{room}: {lines:?}");
        }
        assert!(table().lines(Some(44))[1].contains('…'));
        // What cannot be cut any further is wider; nothing is lost.
        assert!(table().lines(Some(3))[1].contains("0123456789abcdef"));
    }

    #[test]
    fn nothing_in_a_cell_breaks_the_table() {
        let mut table = Table::new([Column::cut("Name"), Column::cut("More")]);
        table.push(["a\nb\u{1b}[2J".to_owned(), "\u{202e}x\t".to_owned()]);
        let lines = table.lines(Some(80));
        assert_eq!(lines.len(), 2);
        assert!(!lines.concat().chars().any(char::is_control), "{lines:?}");
    }
}
