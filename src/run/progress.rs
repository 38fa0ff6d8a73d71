//! How far a long analysis is, for whoever waits at a terminal.

#![expect(clippy::disallowed_methods, reason = "the edge at which time passes")]

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::analysis::SoFar;
use crate::source::{Batch, Set};

/// How often it is shown. What is shown is only known between two windows, and a window more often than that costs time.
const PERIOD: Duration = Duration::from_millis(500);

/// What is shown where the octets to come are known, and where they are not.
const KNOWN: &str = "{bar:24} {percent:>3} % of {total_bytes}, {bytes_per_sec}, {eta} left; {msg}";
const UNKNOWN: &str = "{bytes} read, {bytes_per_sec}; {msg}";

/// A line on standard error that says how far things are.
pub(super) struct Progress {
    bar: ProgressBar,
    due: Instant,
}

impl Progress {
    /// Of reading `files`; `None` if nobody looks.
    pub(super) fn of(files: &[PathBuf], is_quiet: bool) -> Option<Self> {
        if is_quiet || !io::stderr().is_terminal() {
            return None;
        }
        let size =
            |file: &PathBuf| file.metadata().ok().filter(std::fs::Metadata::is_file).map(|known| known.len());
        let total = files.iter().map(size).sum::<Option<u64>>();
        let bar = total.map_or_else(ProgressBar::no_length, ProgressBar::new);
        let template = if total.is_some() { KNOWN } else { UNKNOWN };
        // A template that is not one is found by the test below.
        let style = ProgressStyle::with_template(template).ok()?.progress_chars("=> ");
        Some(Self { bar: bar.with_style(style), due: Instant::now() + PERIOD })
    }

    /// Fills `batch` from `set` until it is time to show something: `false` then, as at the end. `is_over` tells the end.
    pub(super) fn fill(&self, set: &mut Set, batch: &mut Batch, is_over: &mut bool) -> bool {
        if Instant::now() >= self.due {
            return false;
        }
        *is_over = !set.read_batch(batch);
        !*is_over
    }

    /// Shows how far things are.
    pub(super) fn show(&mut self, position: u64, so_far: SoFar) {
        self.bar.set_message(message(so_far));
        self.bar.set_position(position);
        self.due = Instant::now() + PERIOD;
    }

    /// Takes the line away.
    pub(super) fn end(self) {
        self.bar.finish_and_clear();
    }
}

fn message(so_far: SoFar) -> String {
    let plural = |count: u64| if count == 1 { "" } else { "s" };
    let SoFar { connections, resets } = so_far;
    format!("{connections} connection{}, {resets} reset{}", plural(connections), plural(resets))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_are_such() {
        for template in [KNOWN, UNKNOWN] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }

    #[test]
    fn one_is_no_plural() {
        assert_eq!(message(SoFar { connections: 1, resets: 0 }), "1 connection, 0 resets");
        assert_eq!(message(SoFar { connections: 2, resets: 1 }), "2 connections, 1 reset");
    }
}
