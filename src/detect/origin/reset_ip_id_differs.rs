//! One file, one observation.

use crate::case::{Case, Form, Generator, Reset, Stack};
use crate::cause::Bearing;
use crate::detect::origin::reset_copies_trigger::{copies_identification, model};
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

fn examine(case: &Case, reset: &Reset) -> Outcome {
    let segment = reset.segment();
    if segment.traits.has(Traits::IPV6) {
        return cannot_tell("IPv6 has no identification");
    }
    if let Some(model) = model(case, reset).filter(|model| copies_identification(case, segment, model)) {
        return cannot_tell(format!("the identification was copied from frame {}", model.frame));
    }
    match reset.form {
        Form::Abort => abort(case, segment),
        Form::Answer | Form::SynAnswer => answer(reset),
    }
}

fn abort(case: &Case, reset: &Segment) -> Outcome {
    let Some((generator, last)) = Stack::of(&case.flow, case.flow.side(reset.from), reset).generator else {
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

fn answer(reset: &Reset) -> Outcome {
    let segment = reset.segment();
    if segment.ip_id == 0 {
        return Outcome::Absent(Finding::new(
            "identification 0, as Linux answers and rejects have it",
            [segment.frame],
            Bearing { forger: -4, ..Bearing::SILENT },
        ));
    }
    let summary =
        format!("identification {} on an answer: Linux stacks and filters send 0 there", segment.ip_id);
    let bearing = Bearing { stack: -8, host_filter: -10, path_filter: -6, owner: -8, ..Bearing::SILENT };
    Outcome::Present(Finding::new(summary, [segment.frame], bearing))
}
