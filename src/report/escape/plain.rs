//! Octets as text, and text without anything that a terminal or a page would obey.

use std::borrow::Cow;
use std::fmt::Write;

/// Printable ASCII as it is; every other octet, and the backslash, as `\xNN`.
///
/// Stricter than a terminal needs: right-to-left marks and look-alike letters mislead readers too.
pub fn escaped(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len());
    for &octet in octets {
        match octet {
            b'\\' => text.push_str("\\\\"),
            b' '..=b'~' => text.push(char::from(octet)),
            // Writing to a `String` cannot fail.
            _ => _ = write!(text, "\\x{octet:02x}"),
        }
    }
    text
}

/// Octets of a peer's text that a report holds: twice what an identification string may have (RFC 4253 §4.2: 255),
/// and as much as is kept of text where SSH should be.
const EXCERPT: usize = 512;

/// [`escaped`], of the first [`EXCERPT`] octets; how many there are in all is said behind them.
pub(crate) fn excerpt(octets: &[u8]) -> String {
    match octets.get(..EXCERPT) {
        Some(first) if octets.len() > EXCERPT => {
            format!("{} [cut: {} octets in all]", escaped(first), octets.len())
        }
        _ => escaped(octets),
    }
}

/// Characters of one sentence, list or command that a page shows. The longest of an honest report, two offers of
/// algorithms side by side, has about two thousand.
const SHOWN: usize = 8_192;

/// `text`, or its first [`SHOWN`] characters and how many follow.
pub(crate) fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(SHOWN) {
        Some((cut, _)) => {
            let (shown, rest) = text.split_at(cut);
            Cow::Owned(format!("{shown} [cut: {} more characters]", rest.chars().count()))
        }
        None => Cow::Borrowed(text),
    }
}

/// `text` without control characters and those that turn the direction of writing: the model's text is escaped
/// already, this is the second lock.
pub(crate) fn harmless(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_harmful) {
        return Cow::Borrowed(text);
    }
    let shown = |it: char| if is_harmful(it) { char::REPLACEMENT_CHARACTER } else { it };
    Cow::Owned(text.chars().map(shown).collect())
}

/// Text as a page shows it: [`shortened`] and [`harmless`].
pub(crate) fn presentable(text: &str) -> Cow<'_, str> {
    match shortened(text) {
        Cow::Borrowed(text) => harmless(text),
        Cow::Owned(text) => Cow::Owned(harmless(&text).into_owned()),
    }
}

/// Control characters, and format characters that change the order or the presence of others (Unicode UAX #9 and
/// the zero-width ones).
fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_escapes_and_other_scripts_become_numbers() {
        assert_eq!(escaped(b"SSH-2.0-\x1b[2Jx\\\xe2\x80\xae\r\n"), r"SSH-2.0-\x1b[2Jx\\\xe2\x80\xae\x0d\x0a");
    }

    #[test]
    fn long_texts_are_cut_and_say_so() {
        assert_eq!(excerpt(&[b'x'; 512]).len(), 512);
        assert_eq!(excerpt(&vec![0; 1 << 20]).len(), 512 * 4 + " [cut: 1048576 octets in all]".len());
        assert_eq!(shortened("short"), "short");
        let long = shortened(&"é".repeat(SHOWN + 3)).into_owned();
        assert!(long.starts_with("éé") && long.ends_with(" [cut: 3 more characters]"), "{long}");
    }

    #[test]
    fn what_turns_or_hides_text_is_replaced() {
        assert_eq!(harmless("a\u{202e}b\u{200b}c\u{1b}"), "a\u{fffd}b\u{fffd}c\u{fffd}");
        assert_eq!(harmless("→ 12.3 µs"), "→ 12.3 µs");
    }
}
