//! Patterns with stars, and what a text has to be to match a test.

use super::{Bound, Kind, Scalar, Test};

/// A text with stars, each of which stands for any number of characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<String>);

impl Pattern {
    /// From the texts between the stars; stars that touch are one. None when there is no star.
    #[must_use]
    pub fn new(parts: Vec<String>) -> Option<Self> {
        let last = parts.len().checked_sub(1).filter(|last| *last > 0)?;
        let inner = |at: usize, part: &String| at == 0 || at == last || !part.is_empty();
        let kept: Vec<String> = parts
            .into_iter()
            .enumerate()
            .filter(|(at, part)| inner(*at, part))
            .map(|(_, part)| part)
            .collect();
        Some(Self(kept))
    }

    /// The texts between the stars, at least two; the first and the last may be empty.
    #[must_use]
    pub fn parts(&self) -> &[String] {
        &self.0
    }

    /// What stands before the only star, when that is the end.
    #[must_use]
    pub fn prefix(&self) -> Option<&str> {
        match self.0.as_slice() {
            [prefix, end] if end.is_empty() => Some(prefix),
            _ => None,
        }
    }

    /// How many stars there are.
    #[must_use]
    pub fn stars(&self) -> usize {
        self.0.len() - 1
    }

    /// How many characters are no stars.
    #[must_use]
    pub fn literals(&self) -> usize {
        self.0.iter().map(|part| part.chars().count()).sum()
    }

    /// The same in small letters.
    #[must_use]
    pub fn folded(&self) -> Self {
        Self(self.0.iter().map(|part| part.to_lowercase()).collect())
    }

    /// Whether a text looks like this.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let Some((first, rest)) = self.0.split_first() else { return false };
        let Some((last, middle)) = rest.split_last() else { return text == first };
        let Some(mut left) = text.strip_prefix(first.as_str()) else { return false };
        for part in middle {
            // The earliest place leaves the most for the parts that follow.
            match left.find(part.as_str()) {
                Some(at) => left = &left[at + part.len()..],
                None => return false,
            }
        }
        left.ends_with(last.as_str())
    }
}

impl Test {
    /// Whether a text of a field of that kind passes; for lists that are kept in memory.
    #[must_use]
    pub fn accepts(&self, kind: Kind, text: &str) -> bool {
        let fold = |text: &str| if kind == Kind::Folded { text.to_lowercase() } else { text.to_owned() };
        let value = fold(text);
        match self {
            Test::Exists => true,
            Test::Is(Scalar::Text(wanted)) => fold(wanted) == value,
            Test::Like(pattern) if kind == Kind::Folded => pattern.folded().matches(&value),
            Test::Like(pattern) => pattern.matches(&value),
            Test::Between(low, high) => {
                let end = |bound: &Bound| match &bound.value {
                    Scalar::Text(text) => Some(fold(text)),
                    _ => None,
                };
                let above = low.as_ref().is_none_or(|bound| {
                    end(bound).is_some_and(|low| value > low || (bound.inclusive && value == low))
                });
                let below = high.as_ref().is_none_or(|bound| {
                    end(bound).is_some_and(|high| value < high || (bound.inclusive && value == high))
                });
                above && below
            }
            Test::Is(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::new(text.split('*').map(str::to_owned).collect()).unwrap()
    }

    #[test]
    fn stars_stand_for_any_number_of_characters() {
        for (stars, yes, no) in [
            ("jo*", &["jo", "john"][..], &["j", "ajo"][..]),
            ("*hn", &["hn", "john"], &["johns"]),
            ("*o*n", &["on", "john", "oonn"], &["no"]),
            ("a*a", &["aa", "aba"], &["a", "ab"]),
            ("a**b", &["ab", "axb"], &["a"]),
            ("ab*bc*c", &["abbcc", "ab-bc-c"], &["abc", "abbc"]),
        ] {
            let pattern = pattern(stars);
            assert!(yes.iter().all(|text| pattern.matches(text)), "{stars}");
            assert!(!no.iter().any(|text| pattern.matches(text)), "{stars}");
        }
    }

    #[test]
    fn stars_that_touch_are_one() {
        assert_eq!(pattern("a***"), pattern("a*"));
        assert_eq!(pattern("a***").prefix(), Some("a"));
        assert_eq!(pattern("**a*").stars(), 2);
        assert_eq!(pattern("*a").prefix(), None);
        assert_eq!(Pattern::new(vec!["a".to_owned()]), None);
    }
}
