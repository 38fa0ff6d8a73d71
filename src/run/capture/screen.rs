//! A table of what lives, on a terminal, drawn anew every second below the lines. Nothing of the terminal is changed, so
//! nothing is to be restored.

use std::time::{Duration, Instant};

use crate::cli::{Capture, Format, terminal};
use crate::report::{Activity, Ledger, Standing, live_table};

/// How often it is drawn.
const EVERY: Duration = Duration::from_secs(1);

/// The table on the terminal.
pub(super) struct Table {
    /// Lines that it takes now.
    lines: usize,
    drawn: Option<Instant>,
}

impl Table {
    /// A table, if there is a terminal for it.
    pub(super) fn wanted(plan: &Capture) -> Option<Self> {
        let lines_there = matches!(plan.reporting.format, Format::Text { .. });
        terminal().filter(|_| lines_there).map(|_| Self { lines: 0, drawn: None })
    }

    /// Whether it is time to draw it again.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.drawn.is_none_or(|drawn| now.duration_since(drawn) >= EVERY)
    }

    /// What takes the table off the terminal.
    pub(super) fn erased(&mut self) -> String {
        match std::mem::take(&mut self.lines) {
            0 => String::new(),
            // Up, and everything below goes (ECMA-48 §8.3.22, §8.3.39).
            lines => format!("\x1b[{lines}A\r\x1b[J"),
        }
    }

    /// What draws it anew.
    pub(super) fn drawn(
        &mut self,
        standing: &Standing<'_>,
        living: Vec<Activity>,
        ledger: &Ledger,
        now: Instant,
    ) -> String {
        let (width, height) = terminal().unwrap_or((80, 24));
        let mut text = self.erased();
        let table = live_table(standing, living, ledger.last_deaths(), width, height);
        self.lines = table.lines().count();
        self.drawn = Some(now);
        text.push_str(&table);
        text
    }
}
