//! When a capture ends: so many frames, so long, or a signal.

#![expect(clippy::disallowed_methods, reason = "the edge at which time passes")]

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1};
use signal_hook::flag;

use super::READ_TIMEOUT;
use crate::source::Wanted;

/// How often a signal that came between two looks is seen at the latest.
const TICK: Duration = Duration::from_millis(250);

/// Where a capture is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing has ended it yet.
    Capturing,
    /// It was ended; what the system still keeps back comes until then.
    Emptying(Instant),
    /// No frame will come.
    Ended,
}

/// What ends a capture, and how far that is.
#[derive(Debug)]
pub(super) struct Stop {
    pub(super) phase: Phase,
    frames: Option<u64>,
    duration: Option<Duration>,
    /// `None`: never, or later than the clock goes.
    deadline: Option<Instant>,
    asked: Arc<AtomicBool>,
    usr1: Arc<AtomicBool>,
    hup: Arc<AtomicBool>,
}

impl Stop {
    /// Listens to signals from here on.
    pub(super) fn new(wanted: &Wanted) -> io::Result<Self> {
        let asked = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // In this order: the first signal sets the flag, the second finds it set and does what signals do.
            flag::register_conditional_default(signal, Arc::clone(&asked))?;
            flag::register(signal, Arc::clone(&asked))?;
        }
        let [usr1, hup] = [(); 2].map(|()| Arc::new(AtomicBool::new(false)));
        flag::register(SIGUSR1, Arc::clone(&usr1))?;
        flag::register(SIGHUP, Arc::clone(&hup))?;
        let Wanted { frames, duration, .. } = *wanted;
        Ok(Self { phase: Phase::Capturing, frames, duration, deadline: None, asked, usr1, hup })
    }

    /// Itself, with the time running.
    pub(super) fn begun(self) -> Self {
        Self { deadline: self.duration.and_then(|duration| Instant::now().checked_add(duration)), ..self }
    }

    /// Ends it after `more` time at the latest.
    pub(super) fn end_in(&mut self, more: Duration) {
        let deadline = Instant::now().checked_add(more);
        self.deadline = self.deadline.into_iter().chain(deadline).min();
    }

    /// Whether SIGUSR1 came; asked once more, only if it came again.
    pub(super) fn took_usr1(&self) -> bool {
        self.usr1.swap(false, Ordering::Relaxed)
    }

    /// The same of SIGHUP.
    pub(super) fn took_hup(&self) -> bool {
        self.hup.swap(false, Ordering::Relaxed)
    }

    /// Whether `frames` are as many as were wanted.
    pub(super) fn has_enough(&self, frames: u64) -> bool {
        self.frames.is_some_and(|wanted| frames >= wanted)
    }

    /// Looks at the clock and for signals; whether what is there now is the last there is.
    pub(super) fn is_last_look(&mut self) -> bool {
        let now = Instant::now();
        let due = self.deadline.is_some_and(|deadline| now >= deadline);
        match self.phase {
            Phase::Capturing if due || self.asked.load(Ordering::Relaxed) => {
                // Twice: the timer may just have been set anew.
                self.phase = Phase::Emptying(now + 2 * READ_TIMEOUT);
                false
            }
            Phase::Capturing => false,
            Phase::Emptying(until) => now >= until,
            Phase::Ended => true,
        }
    }

    /// How long to wait for frames before looking again.
    pub(super) fn patience(&self) -> Duration {
        let until = match self.phase {
            Phase::Capturing => self.deadline,
            Phase::Emptying(until) => Some(until),
            Phase::Ended => return Duration::ZERO,
        };
        until.map_or(TICK, |until| until.saturating_duration_since(Instant::now()).min(TICK))
    }
}
