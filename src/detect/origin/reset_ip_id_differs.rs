//! One file, one observation.

use crate::case::{Case, Form, Reset};
use crate::cause::Bearing;
use crate::detect::outcome::cannot_tell;
use crate::detect::{Finding, Outcome};
use crate::wire::{Segment, Traits};

declare_detector! {
    /// The reset's IPv4 identification does not continue the series of the claimed host.
    ///
    /// ## Sees
    /// The identification of the reset against those of the host's last packets in the connection: a counter, always
    /// zero, or neither.
    ///
    /// ## Means
    /// A Linux socket counts its packets; its abort has the next number. A Linux stack without the socket, and
    /// netfilter's reject, send 0 with Don't Fragment. A program that makes a reset rarely knows the counter.
    ///
    /// ## Misleads when
    /// The host draws identifications at random or shares one counter over all its connections; packets between the
    /// last one seen and the reset are missing; a device on the path rewrites identifications.
    ///
    /// ## Needs
    /// IPv4, and for an abort three packets of the host that form a counter or are all zero.
    ///
    /// ## References
    /// RFC 6864 §4. Linux commits 431280e (2018) and 970a5a3 (2022); measured on Linux 6.18 (lab of the project).
    ResetIpIdDiffers { id: "reset-ip-id-differs", group: IpId, examine: examine }
}

/// How a host numbers the packets of one connection.
enum Generator {
    /// One more for each packet; the last number seen, and the largest step between packets.
    Counter { last: u16, widest: u16 },
    /// Always 0.
    Zero,
}

fn examine(case: &Case, reset: &Reset) -> Outcome {
    let segment = reset.segment();
    if segment.traits.has(Traits::IPV6) {
        return cannot_tell("IPv6 has no identification");
    }
    match reset.form {
        Form::Abort => abort(case, segment),
        Form::Answer | Form::SynAnswer => answer(reset),
    }
}

fn abort(case: &Case, reset: &Segment) -> Outcome {
    let own: Vec<&Segment> = case
        .flow
        .timeline
        .segments()
        .filter(|other| other.from == reset.from && !other.flags.rst() && !other.flags.syn())
        .filter(|other| other.frame < reset.frame)
        .collect();
    if own.len() < FEWEST {
        return cannot_tell(format!(
            "{} packets of the host came before it: too few for a series",
            own.len()
        ));
    }
    let Some((generator, last)) = generator(&own) else {
        return cannot_tell("the host's identifications form no counter");
    };
    let frames = [reset.frame, last.frame];
    match generator {
        Generator::Zero if reset.ip_id == 0 => cannot_tell("all packets of the host have identification 0"),
        Generator::Zero => {
            let summary = format!("identification {}, all other packets of the host 0", reset.ip_id);
            Outcome::Present(Finding::new(
                summary,
                frames,
                Bearing { socket: -14, owner: -10, ..Bearing::SILENT },
            ))
        }
        Generator::Counter { last, widest } => {
            let step = reset.ip_id.wrapping_sub(last);
            let expected = widest.saturating_mul(2).max(SLACK);
            if (1..=expected).contains(&step) {
                let summary = format!("identification {}, {step} after the host's last packet", reset.ip_id);
                // One of 65536 numbers by chance; who copies the counter has to watch it.
                let forger = if step <= 4 { -17 } else { -12 };
                return Outcome::Absent(Finding::new(summary, frames, Bearing { forger, ..Bearing::SILENT }));
            }
            let summary = format!(
                "identification {}, the host's counter stood at {last} (steps up to {widest})",
                reset.ip_id
            );
            Outcome::Present(Finding::new(
                summary,
                frames,
                Bearing { socket: -16, owner: -10, ..Bearing::SILENT },
            ))
        }
    }
}

/// Packets that may be missing between the last one seen and the reset: a super-packet of 64 KiB is 45 of them.
const SLACK: u16 = 64;

/// Packets that show whether the host counts: two steps.
const FEWEST: usize = 3;

/// A step wider than this is no counter's.
const WIDEST_STEP: u16 = 2048;

fn generator<'a>(own: &[&'a Segment]) -> Option<(Generator, &'a Segment)> {
    let recent = own.get(own.len().saturating_sub(12)..)?;
    let last = *recent.last()?;
    if recent.iter().all(|segment| segment.ip_id == 0) {
        return Some((Generator::Zero, last));
    }
    let steps: Vec<u16> = recent
        .windows(2)
        .filter_map(|pair| Some(pair.get(1)?.ip_id.wrapping_sub(pair.first()?.ip_id)))
        .collect();
    let counting = steps.iter().all(|&step| (1..=WIDEST_STEP).contains(&step));
    let widest = steps.iter().copied().max()?;
    counting.then_some((Generator::Counter { last: last.ip_id, widest }, last))
}

fn answer(reset: &Reset) -> Outcome {
    let segment = reset.segment();
    if segment.ip_id == 0 {
        return Outcome::Absent(Finding::new(
            "identification 0, as Linux answers and rejects have it",
            [segment.frame],
            Bearing { forger: -4, ..Bearing::SILENT },
        ));
    }
    if let Some(trigger) = reset.trigger.as_ref().filter(|trigger| trigger.segment.ip_id == segment.ip_id) {
        let summary =
            format!("identification {}, copied from the packet it answers: a reflector", segment.ip_id);
        let bearing =
            Bearing { stack: -20, host_filter: -20, path_filter: -13, owner: -20, ..Bearing::SILENT };
        return Outcome::Present(Finding::new(summary, [segment.frame, trigger.segment.frame], bearing));
    }
    let summary =
        format!("identification {} on an answer: Linux stacks and filters send 0 there", segment.ip_id);
    let bearing = Bearing { stack: -8, host_filter: -10, path_filter: -6, owner: -8, ..Bearing::SILENT };
    Outcome::Present(Finding::new(summary, [segment.frame], bearing))
}
