//! A page of text: lines wrapped to a width, in colour when asked, and nothing in it that a terminal would obey.

use std::fmt::Write;

/// What text is shown on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// Columns to fill; between 40 and 120 are used. Only lines to paste are longer.
    pub width: usize,
    /// With colour.
    pub color: bool,
}

/// What a piece of text is, as far as its colour goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    /// Ordinary text.
    Plain,
    /// Headings and what is to be read first.
    Strong,
    /// A death.
    Bad,
    /// What is open or could not be seen.
    Doubt,
    /// Names and numbers for looking things up.
    Faint,
}

impl Tone {
    /// Parameters of SGR (ECMA-48 §8.3.117): the sixteen colours that every terminal theme defines.
    const fn sgr(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Strong => Some("1"),
            Self::Bad => Some("1;31"),
            Self::Doubt => Some("33"),
            Self::Faint => Some("2"),
        }
    }
}

/// Narrower than this, wrapping makes text harder to read than the terminal's own breaking.
const NARROWEST: usize = 40;

/// Wider than this, lines are hard to follow.
const WIDEST: usize = 120;

/// Width of the column of labels, its indentation and gap included.
const LABEL: usize = 9;

/// Text being laid out.
#[derive(Debug)]
pub(super) struct Page {
    width: usize,
    color: bool,
    text: String,
}

impl Page {
    /// An empty page for `screen`.
    pub(super) fn new(screen: Screen) -> Self {
        Self { width: screen.width.clamp(NARROWEST, WIDEST), color: screen.color, text: String::new() }
    }

    /// Columns of the page.
    pub(super) const fn width(&self) -> usize {
        self.width
    }

    /// The page as text.
    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// An empty line, but never two.
    pub(super) fn blank(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// A heading with a blank line before it.
    pub(super) fn heading(&mut self, text: &str) {
        self.blank();
        self.paragraph(0, text, Tone::Strong);
    }

    /// A heading inside a session.
    pub(super) fn subheading(&mut self, text: &str) {
        self.blank();
        self.paragraph(2, text, Tone::Strong);
    }

    /// A paragraph, wrapped, every line indented alike.
    pub(super) fn paragraph(&mut self, indent: usize, text: &str, tone: Tone) {
        self.hanging(&" ".repeat(indent), text, tone);
    }

    /// A label in the left column and its text beside it.
    pub(super) fn labelled(&mut self, label: &str, text: &str, tone: Tone) {
        self.hanging(&format!("  {label:<column$}", column = LABEL - 2), text, tone);
    }

    /// Text beside where a label would stand.
    pub(super) fn beside(&mut self, text: &str, tone: Tone) {
        self.paragraph(LABEL, text, tone);
    }

    /// A paragraph whose first line begins with `lead`; the others are indented by as much.
    pub(super) fn hanging(&mut self, lead: &str, text: &str, tone: Tone) {
        let indent = lead.chars().count();
        let room = self.width.saturating_sub(indent).max(NARROWEST / 2);
        for (at, line) in wrapped(text, room).iter().enumerate() {
            let margin = if at == 0 { lead.to_owned() } else { " ".repeat(indent) };
            self.line(&margin, line, tone);
        }
    }

    /// Lines to paste, beside where a label would stand: not wrapped, each as it is.
    pub(super) fn pasted(&mut self, text: &str) {
        text.lines().for_each(|line| self.line(&" ".repeat(LABEL + 2), line, Tone::Strong));
    }

    /// A line that must not be cut, such as an address to follow.
    pub(super) fn uncut(&mut self, indent: usize, text: &str) {
        self.line(&" ".repeat(indent), text, Tone::Plain);
    }

    /// A command to paste, broken before options and operators with the shell's `\`.
    pub(super) fn command(&mut self, command: &str) {
        let room = self.width.saturating_sub(LABEL + 4);
        self.pasted(&continued(command, room));
    }

    /// Lines of a finished table.
    pub(super) fn table(&mut self, table: &comfy_table::Table) {
        table.lines().for_each(|line| self.line("", line.trim_end(), Tone::Plain));
    }

    /// The only way into the page: control characters end here.
    fn line(&mut self, margin: &str, text: &str, tone: Tone) {
        let (margin, text) = (harmless(margin), harmless(text));
        // Writing to a `String` cannot fail.
        _ = match tone.sgr().filter(|_| self.color) {
            Some(sgr) => writeln!(self.text, "{margin}\x1b[{sgr}m{text}\x1b[0m"),
            None => writeln!(self.text, "{margin}{text}"),
        };
    }
}

/// `text` without control characters and those that turn the direction of writing: the model's text is escaped
/// already, this is the second lock.
fn harmless(text: &str) -> String {
    let bad = |character: char| {
        character.is_control()
            || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars()
        .map(|character| if bad(character) { char::REPLACEMENT_CHARACTER } else { character })
        .collect()
}

/// `text` in lines of at most `room` characters, broken at blanks; a longer word is cut.
pub(super) fn wrapped(text: &str, room: usize) -> Vec<String> {
    let (mut lines, mut line, mut length) = (Vec::new(), String::new(), 0);
    for word in unbroken(text) {
        let mut rest: Vec<char> = word.chars().collect();
        if length > 0 && length + 1 + rest.len() > room {
            lines.push(std::mem::take(&mut line));
            length = 0;
        }
        while rest.len() > room {
            let tail = rest.split_off(room);
            lines.push(rest.into_iter().collect());
            rest = tail;
        }
        if length > 0 {
            line.push(' ');
            length += 1;
        }
        length += rest.len();
        line.extend(rest);
    }
    lines.push(line);
    lines
}

/// The words of `text`; a number and its unit are one, and so are a frame and its number.
fn unbroken(text: &str) -> Vec<String> {
    const UNITS: [&str; 8] = ["ns", "µs", "ms", "s", "min", "h", "d", "%"];
    let mut words: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let unit = UNITS.contains(&word.trim_end_matches([',', ';', ')', ':', '.']));
        let number = word.starts_with(|first: char| first.is_ascii_digit());
        match words.last_mut() {
            Some(last)
                if (unit && last.ends_with(|last: char| last.is_ascii_digit()))
                    || (number && matches!(last.as_str(), "frame" | "(frame")) =>
            {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

/// `command` in lines that a shell reads as one. What belongs to an option stays with it if a line holds both; quoted
/// text stays whole, however long.
fn continued(command: &str, room: usize) -> String {
    let (mut lines, mut length) = (String::new(), 0);
    let fits = |part: &str| part.chars().count() + 2 <= room;
    let parts = command_parts(command, |word| word.starts_with('-') || OPERATORS.contains(&word)).into_iter();
    let parts = parts.flat_map(|part| if fits(&part) { vec![part] } else { command_parts(&part, |_| true) });
    for part in parts {
        let long = part.chars().count();
        if length > 0 && length + 1 + long > room {
            lines.push_str(" \\\n  ");
            length = 2;
        } else if length > 0 {
            lines.push(' ');
            length += 1;
        }
        lines.push_str(&part);
        length += long;
    }
    lines
}

/// Words before which a command reads well when broken, besides options.
const OPERATORS: [&str; 6] = ["|", "||", "&&", "and", "or", "tcp"];

/// The parts of a command: each begins with a word that `begins` takes, and quoted text is inside of one.
fn command_parts(command: &str, begins: impl Fn(&str) -> bool) -> Vec<String> {
    let mut quote = None;
    let blank_outside_quotes = |character: char| {
        match (quote, character) {
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            _ => {}
        }
        quote.is_none() && character == ' '
    };
    let mut parts: Vec<String> = Vec::new();
    for word in command.split(blank_outside_quotes) {
        match parts.last_mut() {
            Some(part) if !begins(word) => {
                part.push(' ');
                part.push_str(word);
            }
            _ => parts.push(word.to_owned()),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_wraps_at_blanks_and_a_word_without_any_is_cut() {
        assert_eq!(wrapped("one two  three", 7), ["one two", "three"]);
        assert_eq!(wrapped("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrapped("", 5), [""]);
        assert_eq!(wrapped("it took 10 min 1 s", 11), ["it took", "10 min 1 s"]);
    }

    #[test]
    fn a_wrapped_command_is_still_one_command() {
        let command =
            r#"journalctl -u ssh --since "2026-11-21 08:03:30 UTC" --until "2026-11-21 08:05:31 UTC""#;
        let lines = continued(command, 50);
        assert!(lines.lines().count() > 1);
        assert!(lines.contains(r#"--until "2026-11-21 08:05:31 UTC""#), "{lines}");
        assert_eq!(lines.replace(" \\\n  ", " "), command);
    }

    #[test]
    fn without_colour_no_control_character_but_the_line_end_reaches_the_page() {
        let mut page = Page::new(Screen { width: 80, color: false });
        page.paragraph(2, "a\u{1b}[31m\u{9b}b\u{202e}c\u{7}", Tone::Bad);
        page.pasted("x\r\ny\tz");
        let text = page.into_text();
        assert!(text.chars().all(|it| it == '\n' || !it.is_control()), "{text:?}");
        assert!(!text.contains('\u{202e}'));
    }

    #[test]
    fn colour_ends_on_the_line_on_which_it_begins() {
        let mut page = Page::new(Screen { width: 40, color: true });
        page.paragraph(0, &"word ".repeat(20), Tone::Strong);
        let text = page.into_text();
        assert!(text.lines().count() > 1);
        assert!(
            text.lines().all(|line| line.starts_with("\x1b[1m") && line.ends_with("\x1b[0m")),
            "{text:?}"
        );
    }
}
