//! Text from outside, made safe for a terminal.

use std::fmt;

/// Shows text with control characters, and those that turn the direction of writing, as escapes.
///
/// File names and capture contents can hold terminal commands; shown through this they are only read.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a>(pub &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        self.0.chars().try_for_each(|character| {
            if character.is_control() || turns(character) {
                write!(f, "{}", character.escape_unicode())
            } else {
                f.write_char(character)
            }
        })
    }
}

/// Whether a character changes how the text around it is laid out: line and paragraph separators, the bidirectional
/// controls of Unicode Standard Annex 9 §2, and the zero-width characters that make two names look alike.
const fn turns(character: char) -> bool {
    matches!(character,
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_commands_are_shown_and_not_run() {
        let shown = Shown("a\u{1b}[31m\r\nb\u{202e}c\u{9b}1mé日").to_string();
        assert_eq!(shown, r"a\u{1b}[31m\u{d}\u{a}b\u{202e}c\u{9b}1mé日");
    }
}
