//! What fits into a comment.

/// Characters of a comment or an issue on GitHub ("body is too long (maximum is 65536 characters)"). Octets are counted,
/// of which there are never fewer.
const MOST: usize = 65_536;

/// Octets that the note on what was left out may take.
const NOTE: usize = 512;

/// Octets of what stands before the sessions, and of what stands behind them.
pub(super) const EDGE: usize = 16_384;

/// How much may still be written.
pub(super) struct Room {
    octets: usize,
    left_out: usize,
    is_short: bool,
}

impl Room {
    /// All of a comment.
    pub(super) const fn new() -> Self {
        Self { octets: MOST - NOTE, left_out: 0, is_short: false }
    }

    /// `text` if it fits whole.
    pub(super) fn take(&mut self, text: &str) -> Option<String> {
        let Some(rest) = self.octets.checked_sub(text.len()) else {
            self.is_short = true;
            return None;
        };
        self.octets = rest;
        Some(text.to_owned())
    }

    /// The lines of `text` that fit: of a table, its first rows.
    pub(super) fn lines_of(&mut self, text: &str) -> String {
        self.part_of(text, usize::MAX)
    }

    /// The lines of `text` that fit, of `most` octets at most.
    pub(super) fn part_of(&mut self, text: &str, most: usize) -> String {
        // What is cut ends as it would have: with an empty line.
        let most = most.min(self.octets).saturating_sub(1);
        let mut part = String::new();
        let mut lines = text.split_inclusive('\n');
        for line in lines.by_ref() {
            if part.len() + line.len() > most {
                part.push('\n');
                self.is_short = true;
                self.left_out += 1 + lines.count();
                break;
            }
            part.push_str(line);
        }
        self.octets = self.octets.saturating_sub(part.len());
        part
    }

    /// Whether anything did not fit.
    pub(super) const fn is_short(&self) -> bool {
        self.is_short
    }

    /// Lines that were left out.
    pub(super) const fn left_out(&self) -> usize {
        self.left_out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_lines_are_kept_up_to_the_bound_and_the_others_counted() {
        let mut room = Room::new();
        assert_eq!(room.part_of("one\ntwo\nthree\n", 9), "one\ntwo\n\n");
        assert_eq!((room.is_short(), room.left_out()), (true, 1));
        let mut room = Room::new();
        assert_eq!(room.lines_of("one\ntwo\n"), "one\ntwo\n");
        assert!(!room.is_short());
        assert!(room.take(&"x".repeat(MOST - NOTE - 8)).is_some());
        assert!(room.take("x").is_none() && room.is_short());
        assert_eq!(room.lines_of("x\n"), "\n");
    }
}
