//! A page of prose: labelled lines, lists and commands, as every rendering for people shows them.
//!
//! What is put on a page is kept as [`Block`]s. [`Page::into_text`] lays them out for a terminal: lines wrapped to a width,
//! in colour when asked, and nothing in it that a terminal would obey. Markdown and HTML set the same blocks their way.

mod lay;
mod wrap;

use super::escape::shortened;

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

/// A piece of a page, before it is laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// An empty line, never two in a row.
    Blank,
    /// A heading; a minor one stands inside a session.
    Heading {
        /// The heading.
        text: String,
        /// Inside a session.
        minor: bool,
    },
    /// A paragraph that begins with `lead`; the lines after the first are indented by as much.
    Text {
        /// Indentation, with a label or a list's dash in it, or with neither.
        lead: String,
        /// The paragraph.
        text: String,
        /// How it sounds.
        tone: Tone,
    },
    /// Lines to paste, each as it is.
    Paste(String),
    /// A command to paste.
    Command(String),
    /// A line that must not be cut.
    Line(String),
}

impl Block {
    /// The label of a labelled line; `None` for a list's item and for what only goes on.
    pub(super) fn label(&self) -> Option<&str> {
        match self {
            Self::Text { lead, .. } => Some(lead.trim()).filter(|lead| !lead.is_empty() && *lead != "-"),
            _ => None,
        }
    }

    /// Whether it is an item of a list.
    pub(super) fn is_item(&self) -> bool {
        matches!(self, Self::Text { lead, .. } if lead.trim() == "-")
    }
}

/// Prose being put together.
#[derive(Debug)]
pub(super) struct Page {
    width: usize,
    color: bool,
    blocks: Vec<Block>,
}

impl Page {
    /// An empty page for `screen`.
    pub(super) fn new(screen: Screen) -> Self {
        Self { width: screen.width.clamp(NARROWEST, WIDEST), color: screen.color, blocks: Vec::new() }
    }

    /// What `write` puts on a page without a width: every command stands on a line of its own.
    pub(super) fn written(write: impl FnOnce(&mut Self)) -> Vec<Block> {
        let mut page = Self { width: 0, color: false, blocks: Vec::new() };
        write(&mut page);
        page.blocks
    }

    /// What `write` puts on a page of any width: a command that is said in a sentence stays in it.
    pub(super) fn in_lines(write: impl FnOnce(&mut Self)) -> Vec<Block> {
        let mut page = Self { width: usize::MAX, color: false, blocks: Vec::new() };
        write(&mut page);
        page.blocks
    }

    /// Columns of the page.
    pub(super) const fn width(&self) -> usize {
        self.width
    }

    /// The page as text.
    pub(super) fn into_text(self) -> String {
        lay::laid_out(&self.blocks, self.width, self.color)
    }

    /// An empty line, but never two.
    pub(super) fn blank(&mut self) {
        self.blocks.push(Block::Blank);
    }

    /// A heading with a blank line before it.
    pub(super) fn heading(&mut self, text: &str) {
        self.blocks.push(Block::Heading { text: text.to_owned(), minor: false });
    }

    /// A heading inside a session.
    pub(super) fn subheading(&mut self, text: &str) {
        self.blocks.push(Block::Heading { text: text.to_owned(), minor: true });
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
        let text = shortened(text);
        let leads =
            std::iter::once(lead.to_owned()).chain(std::iter::repeat(" ".repeat(lead.chars().count())));
        // A text of several lines, as programs print them, keeps them.
        for (lead, line) in leads.zip(text.split('\n')) {
            self.blocks.push(Block::Text { lead, text: line.to_owned(), tone });
        }
    }

    /// Lines to paste, beside where a label would stand: not wrapped, each as it is.
    pub(super) fn pasted(&mut self, text: &str) {
        self.blocks.push(Block::Paste(shortened(text).into_owned()));
    }

    /// A line that must not be cut, such as an address to follow.
    pub(super) fn uncut(&mut self, indent: usize, text: &str) {
        self.blocks.push(Block::Line(format!("{}{text}", " ".repeat(indent))));
    }

    /// A command to paste, broken before options and operators with the shell's `\`.
    pub(super) fn command(&mut self, command: &str) {
        self.blocks.push(Block::Command(shortened(command).into_owned()));
    }

    /// Lines of a finished table.
    pub(super) fn table(&mut self, table: &comfy_table::Table) {
        table.lines().for_each(|line| self.uncut(0, line.trim_end()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
