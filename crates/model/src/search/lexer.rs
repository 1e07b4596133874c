//! From characters to words, operators and brackets, each with its place.
//!
//! A word ends at a space, a bracket or a quotation mark. A backslash takes what follows as it is.

use super::SearchError;

/// Something that stands in a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Open,
    Close,
    And,
    Or,
    Not,
    /// A name that a value, a range or a bracket follows.
    Name(String),
    Word(Word),
    Range(Range),
    End,
}

/// A value as typed: the texts between its stars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) parts: Vec<String>,
}

/// The two ends of a range as typed, each with its place; none is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) low: Option<(usize, String)>,
    pub(super) high: Option<(usize, String)>,
    pub(super) low_inclusive: bool,
    pub(super) high_inclusive: bool,
}

/// What a word is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// It may be a name, an operator or a value.
    Term,
    /// It stands between the brackets that belong to a name.
    Group,
    /// It follows a name at once: a colon and a minus are characters like any other.
    Value,
}

/// Reads a query word by word.
pub(super) struct Lexer {
    chars: Vec<char>,
    at: usize,
}

impl Lexer {
    pub(super) fn new(text: &str) -> Self {
        Self { chars: text.chars().collect(), at: 0 }
    }

    /// The next token and its place.
    pub(super) fn next(&mut self, place: Place) -> Result<(usize, Token), SearchError> {
        self.skip_spaces();
        let at = self.at;
        let token = match self.peek() {
            None => Token::End,
            Some('(') => self.single(Token::Open),
            Some(')') => self.single(Token::Close),
            Some('"') => Token::Word(Word { parts: vec![self.quoted()?] }),
            Some('[' | '{') if place == Place::Term => {
                let text = "A range needs a field before it, as in logins_count:[1 TO 9].";
                return Err(SearchError::new(at, text));
            }
            Some('[' | '{') => Token::Range(self.range()?),
            Some('-' | '!') if place != Place::Value && self.starts_a_term(1) => self.single(Token::Not),
            _ => self.word(place)?,
        };
        Ok((at, token))
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn single(&mut self, token: Token) -> Token {
        self.at += 1;
        token
    }

    fn skip_spaces(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    /// Whether something that can be negated begins `ahead` characters from here.
    fn starts_a_term(&self, ahead: usize) -> bool {
        self.chars.get(self.at + ahead).is_some_and(|c| !c.is_whitespace() && *c != ')')
    }

    /// A text between quotation marks: all of it literal.
    fn quoted(&mut self) -> Result<String, SearchError> {
        let opened = self.at;
        self.at += 1;
        let mut text = String::new();
        while let Some(c) = self.peek() {
            self.at += 1;
            match c {
                '"' => return Ok(text),
                '\\' => text.push(self.escaped()?),
                c => text.push(c),
            }
        }
        Err(SearchError::new(opened, "This quotation mark is never closed."))
    }

    /// What a backslash made literal.
    fn escaped(&mut self) -> Result<char, SearchError> {
        let c = self.peek().ok_or_else(|| {
            SearchError::new(self.at - 1, "A backslash takes the next character as it is, and there is none.")
        })?;
        self.at += 1;
        Ok(c)
    }

    fn word(&mut self, place: Place) -> Result<Token, SearchError> {
        let start = self.at;
        let (mut parts, mut text, mut is_plain) = (Vec::new(), String::new(), true);
        while let Some(c) = self.peek() {
            if c.is_whitespace() || matches!(c, '(' | ')' | '"') {
                break;
            }
            self.at += 1;
            match c {
                '\\' => {
                    text.push(self.escaped()?);
                    is_plain = false;
                }
                '*' => parts.push(std::mem::take(&mut text)),
                ':' if place == Place::Term && parts.is_empty() && !text.is_empty() => {
                    return Ok(Token::Name(text));
                }
                '?' | '~' | '^' => return Err(unavailable(self.at - 1, c)),
                c => text.push(c),
            }
        }
        parts.push(text);
        if is_plain && self.chars[start..self.at].first() == Some(&'/') && parts.concat().len() > 1 {
            return Err(SearchError::new(
                start,
                "Regular expressions are not available. To search for the slash itself, put the value into quotes.",
            ));
        }
        Ok(match parts.as_slice() {
            [word] if is_plain => operator(word).unwrap_or(Token::Word(Word { parts })),
            _ => Token::Word(Word { parts }),
        })
    }

    /// A range: bracket, value, `TO`, value, bracket.
    fn range(&mut self) -> Result<Range, SearchError> {
        let opened = self.at;
        let low_inclusive = self.peek() == Some('[');
        self.at += 1;
        let low = self.end_of_range(opened)?;
        self.skip_spaces();
        if self.chars.get(self.at..self.at + 2) != Some(&['T', 'O']) {
            return Err(SearchError::new(self.at, "A range looks like [1 TO 9]: TO is missing here."));
        }
        self.at += 2;
        let high = self.end_of_range(opened)?;
        self.skip_spaces();
        let high_inclusive = match self.peek() {
            Some(']') => true,
            Some('}') => false,
            _ => return Err(SearchError::new(opened, "This range is never closed.")),
        };
        self.at += 1;
        Ok(Range { low, high, low_inclusive, high_inclusive })
    }

    fn end_of_range(&mut self, opened: usize) -> Result<Option<(usize, String)>, SearchError> {
        self.skip_spaces();
        let at = self.at;
        let mut text = String::new();
        match self.peek() {
            Some('"') => return Ok(Some((at, self.quoted()?))),
            None => return Err(SearchError::new(opened, "This range is never closed.")),
            Some(_) => {}
        }
        let mut is_plain = true;
        while let Some(c) = self.peek() {
            if c.is_whitespace() || matches!(c, ']' | '}') {
                break;
            }
            self.at += 1;
            if c == '\\' {
                text.push(self.escaped()?);
                is_plain = false;
            } else {
                text.push(c);
            }
        }
        match text.as_str() {
            "" => Err(SearchError::new(at, "A range has two ends; an open one is a star: [1 TO *].")),
            "TO" if is_plain => {
                Err(SearchError::new(at, "A range has two ends; an open one is a star: [* TO 9]."))
            }
            "*" if is_plain => Ok(None),
            _ => Ok(Some((at, text))),
        }
    }
}

fn operator(word: &str) -> Option<Token> {
    match word {
        "AND" | "&&" => Some(Token::And),
        "OR" | "||" => Some(Token::Or),
        "NOT" => Some(Token::Not),
        _ => None,
    }
}

fn unavailable(at: usize, c: char) -> SearchError {
    let what = match c {
        '?' => "There is no sign for a single character; a star stands for any number of them.",
        '~' => "Searching for similar words is not available.",
        _ => "Weights are not available.",
    };
    SearchError::new(at, format!("{what} To search for {c} itself, put the value into quotes."))
}
