//! One file, one observation.

use crate::case::{Case, Form, Generator, Reset};
use crate::cause::Bearing;
use crate::detect::origin::reset_copies_trigger::{copies_identification, model};
use crate::detect::outcome::cannot_tell;
use crate::detect::{Finding, Outcome};
use crate::wire::Traits;

declare_detector! {
    /// The reset's IPv4 identification does not continue the series of the claimed host.
    ///
    /// ## Sees
    /// The identification of the reset against those of the host's last packets in the connection: a counter, always
    /// zero, or neither.
    ///
    /// ## Means
    /// A Linux socket counts its packets; its abort has the next number. A Linux stack without the socket, and
    /// netfilter's reject, send 0 with Don't Fragment; Windows counts its answers as all else. A program that makes a reset
    /// rarely knows the counter.
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
    /// Hosts with initial TTL 128 as in public captures (test files of Zeek and Suricata).
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
        Form::Abort => abort(reset),
        Form::Answer | Form::SynAnswer => answer(reset),
    }
}

fn abort(reset: &Reset) -> Outcome {
    let segment = reset.segment();
    let Some((generator, last)) = reset.stack.generator.zip(reset.stack.last) else {
        return cannot_tell("the host's identifications form no counter");
    };
    let frames = [segment.frame, last.frame];
    match generator {
        Generator::Zero if segment.ip_id == 0 => cannot_tell("all packets of the host have identification 0"),
        Generator::Zero => {
            let summary = format!("identification {}, all other packets of the host 0", segment.ip_id);
            // Judgement: BSD-derived stacks number what may be fragmented, and their resets may be of that kind.
            let bearing = Bearing { socket: -14, owner: -10, ..Bearing::SILENT };
            Outcome::Present(Finding::new(summary, frames, bearing))
        }
        Generator::Counter { last, widest } => {
            if let Some(step) = generator.steps_to(segment.ip_id) {
                let summary =
                    format!("identification {}, {step} after the host's last packet", segment.ip_id);
                // One of 65536 numbers by chance, 64 of them for the wider step; who copies the counter has to watch it, and
                // that is judgement. Measured: no forged reset did.
                let forger = if step <= 4 { -17 } else { -12 };
                return Outcome::Absent(Finding::new(summary, frames, Bearing { forger, ..Bearing::SILENT }));
            }
            let summary = format!(
                "identification {}, the host's counter stood at {last} (steps up to {widest})",
                segment.ip_id
            );
            // Measured: all forged resets with a number, no abort. Less where the host may share its counter over all
            // connections, as Windows does: other connections take numbers meanwhile (one in public captures).
            let socket = if reset.stack.like_windows() { -12 } else { -16 };
            let bearing = Bearing { socket, owner: socket / 2 - 2, ..Bearing::SILENT };
            Outcome::Present(Finding::new(summary, frames, bearing))
        }
    }
}

fn answer(reset: &Reset) -> Outcome {
    let (segment, stack) = (reset.segment(), &reset.stack);
    let frames = [segment.frame];
    if segment.ip_id == 0 {
        // Measured: all answers of Linux and of netfilter. A forger who leaves 0 is one in a few, judgement.
        let bearing = Bearing { forger: -4, ..Bearing::SILENT };
        let summary = "identification 0, as Linux answers and rejects have it";
        return Outcome::Absent(Finding::new(summary, frames, bearing));
    }
    if let Some((generator, packet)) = stack.generator.zip(stack.last)
        && generator.steps_to(segment.ip_id).is_some()
    {
        let summary = format!(
            "identification {} continues the host's counter, which stood at {}",
            segment.ip_id, packet.ip_id
        );
        // 64 of 65536 numbers by chance. A filter on the host may draw from the same counter. Judgement.
        let bearing =
            Bearing { path_filter: -15, forger: -12, owner: -15, host_filter: -4, ..Bearing::SILENT };
        return Outcome::Absent(Finding::new(summary, [segment.frame, packet.frame], bearing));
    }
    let summary =
        format!("identification {} on an answer: Linux stacks and filters send 0 there", segment.ip_id);
    // Linux before 4.19, macOS and others number answers: it says much only of what is known to be a newer Linux, which a
    // counter does not tell. Judgement.
    let bearing = if stack.like_linux {
        Bearing { stack: -8, host_filter: -10, path_filter: -6, owner: -8, ..Bearing::SILENT }
    } else {
        Bearing { stack: -3, host_filter: -4, path_filter: -4, owner: -3, ..Bearing::SILENT }
    };
    Outcome::Present(Finding::new(summary, frames, bearing))
}
