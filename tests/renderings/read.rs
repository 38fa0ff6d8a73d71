//! What a reader sees of a rendering, without its form.

use pulldown_cmark::{Event, Options, Parser};

/// Letters and signs in a row: blanks, line ends and backticks depend on the form.
pub(crate) fn bare(text: &str) -> String {
    text.chars().filter(|it| !it.is_whitespace() && !matches!(it, '`' | '\\')).collect()
}

/// What Markdown shows.
pub(crate) fn markdown(source: &str) -> String {
    let mut seen = String::new();
    for event in Parser::new_ext(source, Options::ENABLE_TABLES) {
        match event {
            Event::Text(text) | Event::Code(text) => seen.push_str(&text),
            _ => seen.push(' '),
        }
    }
    seen
}

/// What HTML shows, and the texts that stand for its drawings.
pub(crate) fn html(source: &str) -> String {
    let mut seen = String::new();
    let (_, body) = source.split_once("</head>").unwrap();
    for piece in body.split('<') {
        let (tag, text) = piece.split_once('>').unwrap_or(("", piece));
        if let Some((_, alt)) = tag.split_once("aria-label=\"") {
            seen.push_str(alt.split('"').next().unwrap());
        }
        seen.push_str(text);
    }
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")]
        .into_iter()
        .fold(seen, |seen, (entity, character)| seen.replace(entity, character))
}

/// Tags of HTML, in order.
pub(crate) fn tags(source: &str) -> Vec<&str> {
    source.split('<').skip(1).map(|piece| piece.split(['>', ' ']).next().unwrap()).collect()
}
