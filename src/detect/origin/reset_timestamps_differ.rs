//! One file, one observation.

use crate::case::{Case, Form, Reset, Stack};
use crate::cause::Bearing;
use crate::detect::origin::reset_form::uses_timestamps;
use crate::detect::outcome::cannot_tell;
use crate::detect::{Finding, Outcome};
use crate::wire::{Segment, Traits};

declare_detector! {
    /// The reset's TCP timestamps are missing or off the clock of the claimed host.
    ///
    /// ## Sees
    /// TSval and TSecr of an abort against the host's clock, fitted to its other packets of the connection.
    ///
    /// ## Means
    /// A Linux socket that aborts stamps the reset like any segment. A stamp that continues the clock to the
    /// millisecond is hard to forge without reading the connection; a missing or stale one was not made by that socket.
    ///
    /// ## Misleads when
    /// The host is derived from BSD or is a Windows: they leave timestamps off resets. A device on the path rewrites
    /// or strips the option.
    ///
    /// ## Needs
    /// An abort in a connection that uses timestamps, with two packets of the host at least 100 ms apart.
    ///
    /// ## References
    /// RFC 7323 §3.2 and §5.4. Measured on Linux 6.18 (lab of the project, `captures/`).
    ResetTimestampsDiffer { id: "reset-timestamps-differ", group: Form, examine: examine }
}

fn examine(case: &Case, reset: &Reset) -> Outcome {
    if reset.form != Form::Abort {
        return cannot_tell("only an abort carries timestamps");
    }
    match uses_timestamps(case, reset.claimed) {
        None => {
            return cannot_tell(format!("no other packet of the {} is in the capture", reset.claimed.word()));
        }
        Some(false) => return cannot_tell("the connection does not use timestamps"),
        Some(true) => {}
    }
    let segment = reset.segment();
    if segment.traits.has(Traits::OPTIONS_CUT) {
        return cannot_tell("the snaplen cut the reset's options");
    }
    let Some((value, _)) = segment.timestamps() else {
        let summary =
            "RST+ACK without timestamps in a connection that uses them: a Linux socket stamps its abort";
        let linux = Stack::of(&case.flow, reset.claimed, segment).like_linux;
        let socket = if linux { -14 } else { -5 };
        let bearing = Bearing { socket, owner: socket + 2, ..Bearing::SILENT };
        return Outcome::Present(Finding::new(summary, [segment.frame], bearing));
    };
    let Some(clock) = Clock::of(case, segment) else {
        let summary = "RST+ACK with timestamps, as the connection uses them";
        return Outcome::Absent(Finding::new(
            summary,
            [segment.frame],
            Bearing { forger: -6, ..Bearing::SILENT },
        ));
    };
    let off = clock.error(segment, value);
    let frames = [segment.frame, clock.last.frame];
    if off.abs() <= clock.tolerance(segment) {
        let summary = format!(
            "timestamp {value} continues the host's clock ({:.0} a second) to {off:+.0} ticks",
            clock.rate
        );
        return Outcome::Absent(Finding::new(summary, frames, Bearing { forger: -13, ..Bearing::SILENT }));
    }
    let summary =
        format!("timestamp {value} is {off:+.0} ticks off the host's clock ({:.0} a second)", clock.rate);
    Outcome::Present(Finding::new(summary, frames, Bearing { socket: -18, owner: -10, ..Bearing::SILENT }))
}

/// The host's timestamp clock, by its first and last packets before the reset.
struct Clock {
    last: Segment,
    /// Ticks a second.
    rate: f64,
}

impl Clock {
    fn of(case: &Case, reset: &Segment) -> Option<Self> {
        let mut own = case.flow.timeline.segments().filter(|other| {
            other.from == reset.from
                && other.frame < reset.frame
                && !other.flags.rst()
                && other.timestamps().is_some()
        });
        let first = own.next()?;
        let last = own.next_back()?;
        let seconds = last.time.since(first.time).as_secs_f64();
        if seconds < 0.1 {
            return None;
        }
        let ticks = f64::from(last.ts_value.wrapping_sub(first.ts_value) as i32);
        let measured = ticks / seconds;
        // RFC 7323 §5.4 allows 1 ms to 1 s a tick; a negative or absurd rate is no clock.
        (0.5..=20_000.0).contains(&measured).then_some(Self { last: *last, rate: nearest_usual(measured) })
    }

    /// Ticks by which `value` differs from what the clock should have shown.
    fn error(&self, reset: &Segment, value: u32) -> f64 {
        let elapsed = reset.time.since(self.last.time).as_secs_f64();
        f64::from(value.wrapping_sub(self.last.ts_value) as i32) - elapsed * self.rate
    }

    /// Ticks of error that queues, delayed captures and drift explain: 250 ms and 0.1 %.
    fn tolerance(&self, reset: &Segment) -> f64 {
        let elapsed = reset.time.since(self.last.time).as_secs_f64().abs();
        self.rate * (0.25 + elapsed * 1e-3) + 2.0
    }
}

/// A rate within 5 % of a usual one (10, 100, 250, 1000 a second) is that one; short baselines measure roughly.
fn nearest_usual(measured: f64) -> f64 {
    let usual = [10.0, 100.0, 250.0, 500.0, 1000.0];
    usual.into_iter().find(|rate| (measured / rate - 1.0).abs() < 0.05).unwrap_or(measured)
}
