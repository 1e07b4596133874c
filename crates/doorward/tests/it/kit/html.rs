//! Just enough HTML to fill in a form of our own pages.

/// A form as a browser sees it.
#[derive(Debug, Clone)]
pub struct Form {
    pub action: String,
    pub method: String,
    /// Names and values of everything in it, in order.
    pub fields: Vec<(String, String)>,
}

/// The first form of a page.
pub fn form(page: &str) -> Option<Form> {
    read(&page[page.find("<form")?..])
}

/// The form of a page that is sent to `action`.
pub fn form_to(page: &str, action: &str) -> Option<Form> {
    page.match_indices("<form").filter_map(|(at, _)| read(&page[at..])).find(|form| form.action == action)
}

fn read(rest: &str) -> Option<Form> {
    let body = &rest[..rest.find("</form>")?];
    let open = tag(body);
    let mut fields = Vec::new();
    for (at, _) in body.match_indices("<input") {
        let input = tag(&body[at..]);
        if let Some(name) = attribute(input, "name") {
            fields.push((name, attribute(input, "value").unwrap_or_default()));
        }
    }
    Some(Form {
        action: attribute(open, "action").unwrap_or_default(),
        method: attribute(open, "method").unwrap_or_else(|| "get".into()).to_lowercase(),
        fields,
    })
}

/// From `<` to the `>` that ends the tag, quotes respected.
fn tag(text: &str) -> &str {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(q), c) if q == c => quote = None,
            (None, '>') => return &text[..=at],
            _ => {}
        }
    }
    text
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let mut from = 0;
    loop {
        let at = from + tag[from..].find(&format!("{name}="))?;
        from = at + name.len() + 1;
        if !tag[..at].ends_with(char::is_whitespace) {
            continue;
        }
        let value = &tag[from..];
        let text = match value.chars().next()? {
            quote @ ('"' | '\'') => value[1..].split(quote).next()?,
            _ => value.split(|c: char| c.is_whitespace() || c == '>').next()?,
        };
        return Some(decode(text));
    }
}

fn decode(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let Some((entity, tail)) = after.split_once(';') else {
            out.push('&');
            rest = after;
            continue;
        };
        let number = entity.strip_prefix('#').and_then(|n| match n.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => n.parse().ok(),
        });
        match (entity, number.and_then(char::from_u32)) {
            (_, Some(c)) => out.push(c),
            ("amp", _) => out.push('&'),
            ("quot", _) => out.push('"'),
            ("lt", _) => out.push('<'),
            ("gt", _) => out.push('>'),
            ("apos", _) => out.push('\''),
            (other, _) => panic!("an entity this reader does not know: {other}"),
        }
        rest = tail;
    }
    out + rest
}

#[test]
fn a_form_is_read_as_a_browser_reads_it() {
    let page = r#"<p><form class="a>b" method=post action="/u/login?a=1&amp;b=2">
        <input type=hidden name="state" value='x&#38;y'><input name=username required></form>"#;
    let form = form(page).unwrap();
    assert_eq!((form.method.as_str(), form.action.as_str()), ("post", "/u/login?a=1&b=2"));
    assert_eq!(form.fields, [("state".into(), "x&y".into()), ("username".to_owned(), String::new())]);
}
