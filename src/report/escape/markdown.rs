//! Text in GitHub Flavored Markdown, without markup that nobody wrote.

use super::plain::{harmless, presentable, shortened};

/// A sentence: what stands between backticks becomes code, and everything else is text that no renderer takes for
/// markup, for somebody to notify (`@name`), for another ticket (`#1`), or for a link.
///
/// Backticks that do not pair are shown; a peer that sends them can make its own text code, and no more.
pub(crate) fn markdown(sentence: &str) -> String {
    spans(sentence, code)
}

/// The same for a cell of a table, where a bar ends the cell even inside code (GFM §4.10).
pub(crate) fn cell(sentence: &str) -> String {
    spans(sentence, |inside| if inside.contains('|') { text(inside) } else { code(inside) })
}

fn spans(sentence: &str, code: impl Fn(&str) -> String) -> String {
    let sentence = presentable(sentence);
    let mut out = String::with_capacity(sentence.len() + sentence.len() / 8);
    let mut rest: &str = &sentence;
    while let Some((before, after)) = rest.split_once('`') {
        let Some((inside, behind)) = after.split_once('`').filter(|(inside, _)| !inside.trim().is_empty())
        else {
            break;
        };
        out.push_str(&text(before));
        out.push_str(&code(inside));
        rest = behind;
    }
    out.push_str(&text(rest));
    out
}

/// Plain text.
fn text(plain: &str) -> String {
    let mut out = String::with_capacity(plain.len() + 8);
    let mut before = ' ';
    let mut characters = plain.chars().peekable();
    while let Some(character) = characters.next() {
        let next = characters.peek().copied();
        match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '$' | '^' | '{' | '}' => {
                out.extend(['\\', character]);
            }
            // GitHub and GitLab notify people and link tickets even where the sign is escaped, but not in code.
            '@' | '#' | '!' if notifies(before, character, next) => out.extend(['`', character, '`']),
            '#' | '!' => out.extend(['\\', character]),
            // A heading, a list or a table begins with these only on a line of its own; bare addresses become links (GFM §6.9).
            '-' | '+' | '=' if out.is_empty() => out.extend(['\\', character]),
            ':' if next == Some('/') => out.push_str("\\:"),
            '.' if before.eq_ignore_ascii_case(&'w') => out.push_str("\\."),
            '.' | ')' if is_number(&out) && next == Some(' ') => out.extend(['\\', character]),
            _ => out.push(character),
        }
        before = character;
    }
    out
}

/// Whether a ticket system takes the sign before `next` for a name or a number.
fn notifies(before: char, sign: char, next: Option<char>) -> bool {
    let follows = next.is_some_and(|next| match sign {
        '@' => next.is_alphanumeric() || matches!(next, '-' | '_'),
        _ => next.is_ascii_digit(),
    });
    follows && !before.is_alphanumeric()
}

/// Whether a numbered list would begin here.
fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|it| it.is_ascii_digit())
}

/// A code span that holds `text` whatever backticks are in it (CommonMark §6.1).
pub(super) fn code(text: &str) -> String {
    let text = harmless(text);
    let fence = "`".repeat(longest_run(&text) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A fenced block of `language` (CommonMark §4.5) that no line of `text` ends.
pub(crate) fn fenced(language: &str, text: &str) -> String {
    let text = shortened(text);
    let lines: Vec<_> = text.lines().map(harmless).collect();
    let longest = lines.iter().map(|line| longest_run(line)).max().unwrap_or_default();
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}{language}\n{}\n{fence}\n", lines.join("\n"))
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|it| it != '`').map(str::len).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag};

    use super::*;

    /// What a reader sees of `source`; fails on markup.
    fn read(source: &str) -> String {
        let mut seen = String::new();
        // Typographic quotes change what is written, and no ticket system makes them.
        for event in Parser::new_ext(source, Options::all() - Options::ENABLE_SMART_PUNCTUATION) {
            match event {
                Event::Text(text) | Event::Code(text) => seen.push_str(&text),
                Event::SoftBreak => seen.push(' '),
                Event::Start(Tag::Paragraph | Tag::CodeBlock(_)) | Event::End(_) => {}
                other => panic!("{other:?} in {source:?}"),
            }
        }
        seen
    }

    #[test]
    fn code_stays_code_and_markup_becomes_text() {
        assert_eq!(markdown("run `sshrst timers 6` *now*"), "run `sshrst timers 6` \\*now\\*");
        assert_eq!(cell("`a|b` c"), "a\\|b c");
        assert_eq!(markdown("shortest 25.1 ms (n=30): ratio 0.32"), "shortest 25.1 ms (n=30): ratio 0.32");
        assert_eq!(markdown("see #1, @root, a@b.c"), "see `#`1, `@`root, a@b.c");
    }

    #[test]
    fn hostile_text_is_read_as_what_it_is() {
        for text in [
            "# h",
            "- x",
            "1. x",
            "<script>",
            "![a](http://b)",
            "[a]: http://b",
            "a\\|b",
            "***",
            "~~a~~",
            "&lt;",
            "---",
            "http://evil.example",
            "www.evil.example",
            "$a$",
            "x`y",
            "= a",
            "    code",
            "> q",
            ":smile:",
        ] {
            assert_eq!(read(&markdown(text)), text.trim(), "{text}");
        }
        assert_eq!(read(&fenced("sh", "a\n```\n# b")), "a\n```\n# b\n");
        assert_eq!(read(&code("`a``b`")), "`a``b`");
    }

    proptest! {
        #[test]
        fn no_text_becomes_markup(text in "[ -~]{1,60}") {
            let seen = read(&markdown(&text));
            let letters = |text: &str| text.chars().filter(|it| !matches!(it, ' ' | '`')).collect::<String>();
            prop_assert_eq!(letters(&seen), letters(&text));
        }
    }
}
