//! Reading `guide.md`: a head of `name: value` lines, then a small part of Markdown.
//!
//! Owns the format. What stands between double braces is filled in later, by `values`. Only what our
//! own guides use is read: headings, paragraphs, lists, code; in a line `code`, **strong**, addresses.
//! A code block that is empty and names a file shows that file of the sample.

use doorward_model::client::kind::ClientKind;

use super::samples::{Sample, TEMPLATE};
use super::values::SettingsReader;

/// A guide.
pub(crate) struct Guide {
    pub id: &'static str,
    pub name: &'static str,
    pub kinds: Vec<ClientKind>,
    /// The package that does the work; none where no package is needed.
    pub library: Option<&'static str>,
    pub minutes: &'static str,
    /// Where the sample runs, if it has pages.
    pub app: Option<AppAddress>,
    /// What comes before the first heading: what one will have.
    pub intro: Vec<Block>,
    pub steps: Vec<Step>,
    pub files: &'static [(&'static str, &'static str)],
}

/// Where the sample runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AppAddress {
    /// The port, unless another one is chosen; none for a program that takes whatever port is free.
    pub port: Option<u16>,
    /// A path, or the whole address where there is no port.
    pub callback: &'static str,
    /// Where people are sent after a logout, if the sample has one.
    pub logout: Option<&'static str>,
}

impl AppAddress {
    /// The same at another port, where it has one.
    pub(crate) fn at(mut self, port: Option<u16>) -> Self {
        self.port = self.port.map(|usual| port.unwrap_or(usual));
        self
    }

    /// Scheme, host and port, where the port is known.
    pub(crate) fn origin(self) -> Option<String> {
        self.port.map(|port| format!("http://localhost:{port}"))
    }

    /// The whole address of one of its pages.
    pub(crate) fn page(self, path: &str) -> String {
        self.origin().unwrap_or_default() + path
    }
}

/// What stands below one heading.
pub(crate) struct Step {
    pub title: &'static str,
    pub blocks: Vec<Block>,
}

/// A paragraph, a list, or code.
#[derive(Debug, PartialEq)]
pub(crate) enum Block {
    Text(Vec<Span>),
    List(Vec<Vec<Span>>),
    Code { title: &'static str, text: &'static str },
}

/// A part of a line.
#[derive(Debug, PartialEq)]
pub(crate) enum Span {
    Plain(&'static str),
    Code(&'static str),
    Strong(&'static str),
    Address(&'static str),
}

impl Guide {
    /// Who reads the `.env` of its sample.
    pub(crate) fn settings_reader(&self) -> SettingsReader {
        let is_script = self.files.iter().any(|(path, _)| path.ends_with(".sh"));
        if is_script { SettingsReader::Shell } else { SettingsReader::Dotenv }
    }

    /// Reads the guide of a sample; none when it breaks the format, which a test would tell.
    pub(crate) fn read(sample: &'static Sample) -> Option<Self> {
        let (head, body) = sample.guide.strip_prefix("---\n")?.split_once("\n---\n")?;
        let says = |name: &str| {
            let line = head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            line.map(str::trim)
        };
        let port = says("port").map(str::parse).transpose().ok()?;
        let app = says("callback").map(|callback| AppAddress { port, callback, logout: says("logout") });
        let mut sections = body.split("\n## ");
        let intro = blocks(sections.next()?, sample.files)?;
        let step = |section: &'static str| {
            let (title, rest) = section.split_once('\n')?;
            Some(Step { title, blocks: blocks(rest, sample.files)? })
        };
        Some(Self {
            id: says("id").filter(|id| *id == sample.id)?,
            name: says("name")?,
            kinds: says("types")?.split(", ").map(ClientKind::parse).collect::<Option<_>>()?,
            library: says("library").filter(|library| *library != "none"),
            minutes: says("minutes")?,
            app,
            intro,
            steps: sections.map(step).collect::<Option<_>>()?,
            files: sample.files,
        })
    }
}

fn blocks(text: &'static str, files: &'static [(&'static str, &'static str)]) -> Option<Vec<Block>> {
    let mut found = Vec::new();
    let mut rest = text.trim_start_matches('\n');
    while !rest.is_empty() {
        let (block, after) = if let Some(opened) = rest.strip_prefix("```") {
            let (title, code) = opened.split_once('\n')?;
            let (code, after) = code
                .strip_prefix("```")
                .map_or_else(|| code.split_once("\n```"), |after| Some(("", after)))?;
            (code_block(title, code, files)?, after)
        } else {
            let (paragraph, after) = rest.split_once("\n\n").unwrap_or((rest, ""));
            (lines(paragraph.trim_end()), after)
        };
        found.push(block);
        rest = after.trim_start_matches('\n');
    }
    Some(found)
}

/// The word after the language is the file; a block without text of its own shows that file.
fn code_block(
    title: &'static str,
    text: &'static str,
    files: &'static [(&'static str, &'static str)],
) -> Option<Block> {
    let (_, file) = title.split_once(' ').unwrap_or((title, ""));
    if !text.is_empty() {
        return Some(Block::Code { title: file, text });
    }
    let kept = if file == ".env" { TEMPLATE } else { file };
    let (_, text) = files.iter().find(|(path, _)| *path == kept)?;
    Some(Block::Code { title: file, text: text.trim_end() })
}

fn lines(paragraph: &'static str) -> Block {
    match paragraph.strip_prefix("- ") {
        Some(items) => Block::List(items.split("\n- ").map(spans).collect()),
        None => Block::Text(spans(paragraph)),
    }
}

/// Where the sample runs, as a guide writes it.
const APP: &str = "{{app}}";

fn spans(line: &'static str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut rest = line;
    while !rest.is_empty() {
        let next = ["`", "**", "http://", "https://", APP]
            .into_iter()
            .filter_map(|mark| Some((rest.find(mark)?, mark)))
            .min();
        let Some((at, mark)) = next else {
            found.push(Span::Plain(rest));
            break;
        };
        let (before, from) = rest.split_at(at);
        if !before.is_empty() {
            found.push(Span::Plain(before));
        }
        let inner = from.strip_prefix(mark).and_then(|inner| inner.split_once(mark));
        rest = match (mark, inner) {
            ("`", Some((code, after))) => {
                found.push(Span::Code(code));
                after
            }
            ("**", Some((strong, after))) => {
                found.push(Span::Strong(strong));
                after
            }
            (APP, _) => {
                found.push(Span::Address(APP));
                from.strip_prefix(APP).unwrap_or_default()
            }
            ("`" | "**", None) => {
                found.push(Span::Plain(from));
                ""
            }
            _ => {
                let end = from.find(char::is_whitespace).unwrap_or(from.len());
                let (address, after) = from.split_at(end);
                found.push(Span::Address(address));
                after
            }
        };
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_code_strong_words_and_addresses() {
        assert_eq!(
            spans("Open http://localhost:1 and press **Log in**, not `Log out`."),
            [
                Span::Plain("Open "),
                Span::Address("http://localhost:1"),
                Span::Plain(" and press "),
                Span::Strong("Log in"),
                Span::Plain(", not "),
                Span::Code("Log out"),
                Span::Plain("."),
            ]
        );
        assert_eq!(spans("one ` alone"), [Span::Plain("one "), Span::Plain("` alone")]);
    }

    #[test]
    fn an_address_inside_code_is_code() {
        assert_eq!(spans("`http://a`"), [Span::Code("http://a")]);
        assert_eq!(
            spans("Open {{app}}."),
            [Span::Plain("Open "), Span::Address("{{app}}"), Span::Plain(".")]
        );
    }

    #[test]
    fn a_code_block_has_its_text_or_that_of_its_file() {
        const FILES: &[(&str, &str)] = &[(".env.example", "A={{b}}\n"), ("x.js", "1\n")];
        let read =
            blocks("Words.\n\n```sh\nrun\nit\n```\n\n```ini .env\n```\n\n- one\n- two\n", FILES).unwrap();
        assert_eq!(
            read,
            [
                Block::Text(vec![Span::Plain("Words.")]),
                Block::Code { title: "", text: "run\nit" },
                Block::Code { title: ".env", text: "A={{b}}" },
                Block::List(vec![vec![Span::Plain("one")], vec![Span::Plain("two")]]),
            ]
        );
        assert!(blocks("```js missing.js\n```\n", FILES).is_none());
    }
}
