//! The page on a terminal.

use std::fmt::Write;

use super::wrap::{continued, wrapped};
use super::{Block, LABEL, NARROWEST, Tone};
use crate::report::escape::harmless;

/// `blocks` in lines of at most `width` columns where they can be broken, in colour if `color`.
pub(super) fn laid_out(blocks: &[Block], width: usize, color: bool) -> String {
    let mut sheet = Sheet { width, color, text: String::new() };
    for block in blocks {
        sheet.set(block);
    }
    sheet.text
}

struct Sheet {
    width: usize,
    color: bool,
    text: String,
}

impl Sheet {
    fn set(&mut self, block: &Block) {
        match block {
            Block::Blank => self.blank(),
            Block::Heading { text, minor } => {
                self.blank();
                self.hanging(if *minor { "  " } else { "" }, text, Tone::Strong);
            }
            Block::Text { lead, text, tone } => self.hanging(lead, text, *tone),
            Block::Paste(text) => self.pasted(text),
            Block::Command(command) => {
                self.pasted(&continued(command, self.width.saturating_sub(LABEL + 4)));
            }
            Block::Line(line) => self.line("", line, Tone::Plain),
        }
    }

    fn blank(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    fn hanging(&mut self, lead: &str, text: &str, tone: Tone) {
        let indent = lead.chars().count();
        let room = self.width.saturating_sub(indent).max(NARROWEST / 2);
        for (at, line) in wrapped(text, room).iter().enumerate() {
            let margin = if at == 0 { lead.to_owned() } else { " ".repeat(indent) };
            self.line(&margin, line, tone);
        }
    }

    fn pasted(&mut self, text: &str) {
        text.lines().for_each(|line| self.line(&" ".repeat(LABEL + 2), line, Tone::Strong));
    }

    /// The only way onto the sheet: control characters end here.
    fn line(&mut self, margin: &str, text: &str, tone: Tone) {
        let (margin, text) = (harmless(margin), harmless(text));
        // Writing to a `String` cannot fail.
        _ = match tone.sgr().filter(|_| self.color) {
            Some(sgr) => writeln!(self.text, "{margin}\x1b[{sgr}m{text}\x1b[0m"),
            None => writeln!(self.text, "{margin}{text}"),
        };
    }
}
