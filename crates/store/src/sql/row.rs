//! A row, read column by column in the order of the column list.

use serde::de::DeserializeOwned;

use doorward_model::ids::IdError;
use doorward_model::time::Timestamp;

use super::error::StoreError;
use super::value::Value;

/// One row of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row(pub(crate) Vec<Value>);

impl Row {
    /// The values in the order of the columns.
    #[must_use]
    pub fn values(&self) -> &[Value] {
        &self.0
    }

    /// Starts to read; `table` and the first column name the row in a [`StoreError::Corrupt`].
    pub(crate) fn read(self, table: &'static str) -> Reader {
        let mut reader = Reader { table, id: String::new(), values: self.0.into_iter() };
        reader.go_on(table);
        reader
    }
}

/// Takes the columns of a row one after the other.
pub(crate) struct Reader {
    table: &'static str,
    id: String,
    values: std::vec::IntoIter<Value>,
}

impl Reader {
    /// From here on the columns are those of another table, beside the ones that were read.
    pub(crate) fn go_on(&mut self, table: &'static str) {
        self.table = table;
        self.id = match self.values.as_slice().first() {
            Some(Value::Text(text)) => text.clone(),
            _ => String::new(),
        };
    }

    /// Whether the next column holds nothing.
    pub(crate) fn is_null(&self) -> bool {
        matches!(self.values.as_slice().first(), Some(Value::Null))
    }

    pub(crate) fn corrupt(&self, column: &'static str) -> StoreError {
        StoreError::Corrupt { table: self.table, column, id: self.id.clone() }
    }

    pub(crate) fn text_or_none(&mut self, column: &'static str) -> Result<Option<String>, StoreError> {
        match self.values.next() {
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(Value::Null) => Ok(None),
            _ => Err(self.corrupt(column)),
        }
    }

    pub(crate) fn text(&mut self, column: &'static str) -> Result<String, StoreError> {
        self.text_or_none(column)?.ok_or_else(|| self.corrupt(column))
    }

    pub(crate) fn int_or_none(&mut self, column: &'static str) -> Result<Option<i64>, StoreError> {
        match self.values.next() {
            Some(Value::Int(value)) => Ok(Some(value)),
            Some(Value::Null) => Ok(None),
            _ => Err(self.corrupt(column)),
        }
    }

    pub(crate) fn int(&mut self, column: &'static str) -> Result<i64, StoreError> {
        self.int_or_none(column)?.ok_or_else(|| self.corrupt(column))
    }

    /// SQLite gives booleans back as 0 and 1.
    pub(crate) fn bool(&mut self, column: &'static str) -> Result<bool, StoreError> {
        match self.values.next() {
            Some(Value::Bool(value)) => Ok(value),
            Some(Value::Int(0)) => Ok(false),
            Some(Value::Int(1)) => Ok(true),
            _ => Err(self.corrupt(column)),
        }
    }

    pub(crate) fn bool_or_none(&mut self, column: &'static str) -> Result<Option<bool>, StoreError> {
        match self.values.next() {
            Some(Value::Null) => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(value)),
            Some(Value::Int(0)) => Ok(Some(false)),
            Some(Value::Int(1)) => Ok(Some(true)),
            _ => Err(self.corrupt(column)),
        }
    }

    pub(crate) fn time(&mut self, column: &'static str) -> Result<Timestamp, StoreError> {
        self.int(column).map(Timestamp::from_millis)
    }

    pub(crate) fn time_or_none(&mut self, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.int_or_none(column)?.map(Timestamp::from_millis))
    }

    pub(crate) fn id<T>(&mut self, column: &'static str, parse: Parse<T>) -> Result<T, StoreError> {
        let text = self.text(column)?;
        parse(&text).map_err(|_| self.corrupt(column))
    }

    pub(crate) fn id_or_none<T>(
        &mut self,
        column: &'static str,
        parse: Parse<T>,
    ) -> Result<Option<T>, StoreError> {
        match self.text_or_none(column)? {
            Some(text) => parse(&text).map(Some).map_err(|_| self.corrupt(column)),
            None => Ok(None),
        }
    }

    pub(crate) fn json<T: DeserializeOwned>(&mut self, column: &'static str) -> Result<T, StoreError> {
        let text = self.text(column)?;
        serde_json::from_str(&text).map_err(|_| self.corrupt(column))
    }

    /// A value that is none where nothing is stored.
    pub(crate) fn json_or_default<T: DeserializeOwned + Default>(
        &mut self,
        column: &'static str,
    ) -> Result<T, StoreError> {
        match self.text_or_none(column)? {
            Some(text) => serde_json::from_str(&text).map_err(|_| self.corrupt(column)),
            None => Ok(T::default()),
        }
    }

    /// A list of words as scopes are stored: parted by single spaces.
    pub(crate) fn words(&mut self, column: &'static str) -> Result<Vec<String>, StoreError> {
        Ok(self.text(column)?.split_ascii_whitespace().map(str::to_owned).collect())
    }
}

/// How an id is read from text.
pub(crate) type Parse<T> = fn(&str) -> Result<T, IdError>;

/// Writes a value as JSON text.
pub(crate) fn to_json<T: serde::Serialize>(value: &T) -> Value {
    // The model's types have string keys and finite numbers only, so this cannot fail; were it to,
    // the NOT NULL of the column refuses the statement.
    serde_json::to_string(value).map_or(Value::Null, Value::Text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_column_names_table_column_and_row() {
        let row = Row(vec![Value::Text("x".into()), Value::Text("seven".into())]);
        let mut reader = row.read("things");
        assert_eq!(reader.text("id"), Ok("x".into()));
        let corrupt = StoreError::Corrupt { table: "things", column: "count", id: "x".into() };
        assert_eq!(reader.int("count"), Err(corrupt));
    }

    #[test]
    fn a_bad_column_of_a_second_table_names_that_table() {
        let row = Row(["x", "y", "seven"].map(|text| Value::Text(text.into())).into());
        let mut reader = row.read("things");
        assert_eq!(reader.text("id"), Ok("x".into()));
        reader.go_on("owners");
        assert_eq!(reader.text("id"), Ok("y".into()));
        let corrupt = StoreError::Corrupt { table: "owners", column: "age", id: "y".into() };
        assert_eq!(reader.int("age"), Err(corrupt));
    }

    #[test]
    fn booleans_of_both_engines_are_read() {
        let mut reader = Row(vec![Value::Int(1), Value::Bool(false), Value::Int(2)]).read("things");
        assert_eq!(reader.bool("a"), Ok(true));
        assert_eq!(reader.bool("b"), Ok(false));
        assert!(reader.bool("c").is_err());
    }
}
