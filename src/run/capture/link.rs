//! Whether the interface is up: libpcap waits in silence until it is again.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use crate::analysis::{Blind, BlindKind};
use crate::source::{Shown, live};

/// How often a quiet interface is asked for.
const EVERY: Duration = Duration::from_secs(2);

/// The interface as it was seen last.
pub(super) struct Link {
    name: String,
    asked: Instant,
    down_since: Option<Instant>,
    outages: u64,
    /// For how long it was down.
    down: Duration,
}

impl Link {
    /// An interface that is up.
    pub(super) fn new(name: &str, now: Instant) -> Self {
        Self { name: name.to_owned(), asked: now, down_since: None, outages: 0, down: Duration::ZERO }
    }

    /// Frames came: it is up.
    pub(super) fn seen(&mut self, now: Instant) {
        self.asked = now;
        self.note(true, now);
    }

    /// Asks, if it has been quiet for a while, and says what has changed.
    pub(super) fn look(&mut self, now: Instant) {
        if now.duration_since(self.asked) < EVERY {
            return;
        }
        self.asked = now;
        // One that is gone ends the capture by itself.
        self.note(live::is_up(&self.name).unwrap_or(true), now);
    }

    fn note(&mut self, up: bool, now: Instant) {
        let name = Shown(&self.name);
        match (up, self.down_since) {
            (false, None) => {
                self.down_since = Some(now);
                self.outages += 1;
                _ = writeln!(
                    io::stderr(),
                    "sshrst: interface {name} is down; the capture goes on when it is up again (`ip link set {name} up`)"
                );
            }
            (true, Some(since)) => {
                self.down += now.duration_since(since);
                self.down_since = None;
                _ = writeln!(io::stderr(), "sshrst: interface {name} is up again");
            }
            _ => {}
        }
    }

    /// What the report says of it.
    pub(super) fn blind(&self, now: Instant) -> Option<Blind> {
        let down = self.down + self.down_since.map_or(Duration::ZERO, |since| now.duration_since(since));
        (self.outages > 0).then(|| Blind {
            kind: BlindKind::CaptureDamaged,
            detail: format!(
                "the interface was down {}, for {} s in all: nothing was captured then",
                if self.outages == 1 { "once".to_owned() } else { format!("{} times", self.outages) },
                down.as_secs()
            ),
            frames: Vec::new(),
        })
    }
}
