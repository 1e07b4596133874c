//! From tokens to a tree.
//!
//! `NOT` binds closest, then `AND`, then `OR`. Terms that merely stand side by side are alternatives,
//! as in Lucene; but one that is negated narrows the others: `ada -blocked:true`.

use super::lexer::{Lexer, Place, Range, Token, Word};
use super::time::Moment;
use super::value::Pattern;
use super::{
    Bound, Kind, Language, MAX_DEPTH, MAX_LENGTH, MAX_STARS, MAX_TERMS, MIN_LITERALS, Query, Scalar,
    SearchError, Target, Test,
};
use crate::spelling::nearest;

/// The name whose value is the name of a field.
const EXISTS: &str = "_exists_";

pub(super) fn parse(language: &Language, text: &str) -> Result<Query, SearchError> {
    if text.len() > MAX_LENGTH {
        let at = text.char_indices().take_while(|(at, _)| *at < MAX_LENGTH).count();
        return Err(SearchError::new(at, format!("A query has at most {MAX_LENGTH} bytes.")));
    }
    let mut parser = Parser {
        language,
        lexer: Lexer::new(text),
        at: 0,
        token: Token::End,
        scope: None,
        depth: 0,
        terms: 0,
    };
    parser.step()?;
    if parser.token == Token::End {
        return Err(SearchError::new(0, "The query is empty."));
    }
    let query = parser.sequence()?;
    match parser.token {
        Token::End => Ok(query),
        _ => Err(SearchError::new(parser.at, "This bracket closes nothing.")),
    }
}

struct Parser<'a> {
    language: &'a Language,
    lexer: Lexer,
    /// The token that is looked at, and its place.
    at: usize,
    token: Token,
    /// The field whose brackets are open.
    scope: Option<Target>,
    depth: usize,
    terms: usize,
}

type Parsed = Result<Query, SearchError>;

impl Parser<'_> {
    fn step(&mut self) -> Result<(), SearchError> {
        let place = if self.scope.is_some() { Place::Group } else { Place::Term };
        (self.at, self.token) = self.lexer.next(place)?;
        Ok(())
    }

    /// Alternatives, up to a closing bracket or the end.
    fn sequence(&mut self) -> Parsed {
        let (mut wanted, mut unwanted) = (Vec::new(), Vec::new());
        let mut is_joined = false;
        loop {
            let part = self.conjunction()?;
            let goes_on = self.token == Token::Or;
            match part {
                Query::Not(_) if !is_joined && !goes_on => unwanted.push(part),
                part => wanted.push(part),
            }
            is_joined = goes_on;
            if goes_on {
                self.step()?;
            } else if matches!(self.token, Token::End | Token::Close) {
                break;
            }
        }
        if !wanted.is_empty() {
            unwanted.insert(0, Query::any(wanted));
        }
        Ok(Query::all(unwanted))
    }

    fn conjunction(&mut self) -> Parsed {
        let mut parts = vec![self.negation()?];
        while self.token == Token::And {
            self.step()?;
            parts.push(self.negation()?);
        }
        Ok(Query::all(parts))
    }

    fn negation(&mut self) -> Parsed {
        if self.token != Token::Not {
            return self.primary();
        }
        self.deeper()?;
        self.step()?;
        let inner = self.negation()?;
        self.depth -= 1;
        Ok(inner.opposite())
    }

    fn primary(&mut self) -> Parsed {
        let at = self.at;
        match std::mem::replace(&mut self.token, Token::End) {
            Token::Open => self.brackets(at),
            Token::Name(name) => self.named(at, &name),
            Token::Word(word) => {
                let target = self.scope.clone().unwrap_or(Target::Anywhere);
                let query = self.term(at, target, &word)?;
                self.step()?;
                Ok(query)
            }
            Token::Range(range) => {
                let target = self.scope.clone().unwrap_or(Target::Anywhere);
                let query = self.range(at, target, range)?;
                self.step()?;
                Ok(query)
            }
            Token::Close => {
                Err(SearchError::new(at, "Something to search for is missing before this bracket."))
            }
            Token::And | Token::Or => {
                let text = "Something to search for is missing before this word. To search for the word itself, \
                            put it into quotes.";
                Err(SearchError::new(at, text))
            }
            Token::Not | Token::End => Err(SearchError::new(at, "Something to search for is missing here.")),
        }
    }

    fn brackets(&mut self, opened: usize) -> Parsed {
        let query = self.inside(opened)?;
        self.step()?;
        Ok(query)
    }

    /// What stands between brackets; the closing one is the token that is looked at afterwards.
    fn inside(&mut self, opened: usize) -> Parsed {
        self.deeper()?;
        self.step()?;
        if self.token == Token::Close {
            return Err(SearchError::new(opened, "There is nothing between these brackets."));
        }
        let query = self.sequence()?;
        if self.token != Token::Close {
            return Err(SearchError::new(opened, "This bracket is never closed."));
        }
        self.depth -= 1;
        Ok(query)
    }

    /// What follows a name.
    fn named(&mut self, at: usize, name: &str) -> Parsed {
        let query = if name == EXISTS { self.existence()? } else { self.about(at, name)? };
        self.step()?;
        Ok(query)
    }

    fn existence(&mut self) -> Parsed {
        match self.lexer.next(Place::Value)? {
            (at, Token::Word(word)) if word.parts.len() == 1 => {
                let target = self.target(at, &word.parts.concat())?;
                self.count(at)?;
                Ok(Query::Term(target, Test::Exists))
            }
            (at, _) => Err(SearchError::new(at, "After _exists_: stands the name of a field.")),
        }
    }

    fn about(&mut self, at: usize, name: &str) -> Parsed {
        let target = self.target(at, name)?;
        match self.lexer.next(Place::Value)? {
            (at, Token::Word(word)) => self.term(at, target, &word),
            (at, Token::Range(range)) => self.range(at, target, range),
            (at, Token::Open) => {
                self.scope = Some(target);
                let query = self.inside(at);
                self.scope = None;
                query
            }
            (at, _) => {
                let text = format!(
                    "A value is missing after {name}: here. Put one that is an operator into quotes."
                );
                Err(SearchError::new(at, text))
            }
        }
    }

    fn target(&self, at: usize, name: &str) -> Result<Target, SearchError> {
        if let Some(field) = self.language.field(name) {
            return Ok(Target::Field(field));
        }
        if self.language.is_path(name) {
            return Ok(Target::Path(name.to_owned()));
        }
        Err(SearchError::new(at, unknown(self.language, name)))
    }

    fn term(&mut self, at: usize, target: Target, word: &Word) -> Parsed {
        self.count(at)?;
        let is_all = word.parts.len() > 1 && word.parts.iter().all(String::is_empty);
        let test = match (Pattern::new(word.parts.clone()), &target) {
            (Some(_), Target::Anywhere) if is_all => return Ok(Query::Everything),
            (_, Target::Anywhere) if !self.language.has_bare() => return Err(self.no_bare(at)),
            (Some(_), _) if is_all => Test::Exists,
            (Some(pattern), target) => Test::Like(checked(at, target, pattern)?),
            (None, target) => Test::Is(scalar(at, target, word.parts.concat())?),
        };
        Ok(Query::Term(target, test))
    }

    /// Where every term names its field.
    fn no_bare(&self, at: usize) -> SearchError {
        let names: Vec<&str> = self.language.fields.iter().map(|field| field.name).collect();
        SearchError::new(at, format!("Name the field: {}, each with a colon behind it.", names.join(" or ")))
    }

    fn range(&mut self, at: usize, target: Target, range: Range) -> Parsed {
        self.count(at)?;
        let Target::Field(field) = &target else {
            let text = "Ranges need a field of its own; they do not work here.";
            return Err(SearchError::new(at, text));
        };
        if field.kind == Kind::Flag {
            return Err(SearchError::new(at, format!("{} is true or false and has no range.", field.name)));
        }
        let end = |end: Option<(usize, String)>, inclusive| match end {
            Some((at, text)) => Ok(Some(Bound { value: scalar(at, &target, text)?, inclusive })),
            None => Ok(None),
        };
        let test = match (end(range.low, range.low_inclusive)?, end(range.high, range.high_inclusive)?) {
            (None, None) => Test::Exists,
            (low, high) => Test::Between(low, high),
        };
        Ok(Query::Term(target, test))
    }

    fn count(&mut self, at: usize) -> Result<(), SearchError> {
        self.terms += 1;
        if self.terms > MAX_TERMS {
            return Err(SearchError::new(at, format!("A query has at most {MAX_TERMS} terms.")));
        }
        Ok(())
    }

    fn deeper(&mut self) -> Result<(), SearchError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let text = format!("Brackets and negations go at most {MAX_DEPTH} deep.");
            return Err(SearchError::new(self.at, text));
        }
        Ok(())
    }
}

/// A value of the kind that the target holds.
fn scalar(at: usize, target: &Target, text: String) -> Result<Scalar, SearchError> {
    let Target::Field(field) = target else { return Ok(Scalar::Text(text)) };
    let wrong = |what: &str| SearchError::new(at, format!("{} holds {what}.", field.name));
    match field.kind {
        Kind::Text | Kind::Folded => Ok(Scalar::Text(text)),
        Kind::Number => text.parse().map(Scalar::Number).map_err(|_| wrong("whole numbers, like 7")),
        Kind::Flag => match text.as_str() {
            "true" => Ok(Scalar::Flag(true)),
            "false" => Ok(Scalar::Flag(false)),
            _ => Err(wrong("true or false")),
        },
        Kind::Time => Moment::parse(&text)
            .map(Scalar::Time)
            .ok_or_else(|| wrong("times, like 2026-01-31 or 2026-01-31T12:00:00Z")),
    }
}

fn checked(at: usize, target: &Target, pattern: Pattern) -> Result<Pattern, SearchError> {
    if let Target::Field(field) = target
        && !matches!(field.kind, Kind::Text | Kind::Folded)
    {
        return Err(SearchError::new(
            at,
            format!("{} holds no text, so a star does not work here.", field.name),
        ));
    }
    if pattern.stars() > MAX_STARS {
        return Err(SearchError::new(at, format!("A pattern has at most {MAX_STARS} stars.")));
    }
    if pattern.prefix().is_none() && pattern.literals() < MIN_LITERALS {
        let text =
            format!("A pattern whose star is not at its end needs at least {MIN_LITERALS} other characters.");
        return Err(SearchError::new(at, text));
    }
    Ok(pattern)
}

/// What to say about a field that is not there.
fn unknown(language: &Language, name: &str) -> String {
    // What a stranger made up comes back short and in one line.
    let shown: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
    let names = language.fields.iter().map(|field| field.name);
    if let Some(near) = nearest(&shown, names.clone()) {
        return format!("There is no field {shown} here. Did you mean {near}?");
    }
    let paths = language.roots.iter().map(|root| format!("{root}.…"));
    let known: Vec<String> = names.map(str::to_owned).chain(paths).collect();
    format!(
        "There is no field {shown} here. The fields are {}. A value with a colon in it belongs into quotes.",
        known.join(", ")
    )
}
