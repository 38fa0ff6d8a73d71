//! One file, one observation.

use crate::case::{BlindKind, Case, Form, Reset};
use crate::cause::Bearing;
use crate::detect::outcome::cannot_tell;
use crate::detect::{Finding, Outcome};
use crate::flow::Acceptance;

declare_detector! {
    /// The reset's sequence number is not one that the claimed host could have chosen.
    ///
    /// ## Sees
    /// Sequence and acknowledgement number of the reset against what the host had sent and received. An aborting
    /// socket uses the next number it would send; an answer copies the acknowledgement of the packet answered.
    ///
    /// ## Means
    /// A host knows its own numbers. A number that lies behind what it has sent, beyond it, or that no packet
    /// acknowledged, was guessed or taken from an old table.
    ///
    /// ## Misleads when
    /// The capture lost packets, or began in mid-connection: then the number may belong to one not seen.
    ///
    /// ## Needs
    /// Packets of both ends before the reset.
    ///
    /// ## References
    /// RFC 9293 §3.5.2 and §3.10.7; RFC 5961 §3. Weaver, Sommer, Paxson, NDSS 2009.
    ResetOutOfSequence { id: "reset-out-of-sequence", group: Sequence, examine: examine }
}

fn examine(case: &Case, reset: &Reset) -> Outcome {
    let lossy = case.is_blind(BlindKind::PacketsMissing) || case.is_blind(BlindKind::OneDirection);
    match reset.form {
        Form::Abort => abort(case, reset, lossy),
        Form::Answer | Form::SynAnswer => answer(case, reset, lossy),
    }
}

fn abort(case: &Case, reset: &Reset, lossy: bool) -> Outcome {
    let segment = reset.segment();
    let Some(next) = reset.seen.sender_next else {
        return cannot_tell("nothing the host sent before is in the capture");
    };
    let off = segment.seq.since(next);
    if off == 0 {
        let summary = format!("sequence number {}, the next one of the host", segment.seq);
        // Measured: 35 of 36 forged aborts have it too.
        return Outcome::Absent(Finding::new(
            summary,
            [segment.frame],
            Bearing { forger: -2, ..Bearing::SILENT },
        ));
    }
    if off == 1 && case.flow.half(reset.claimed).fin.is_none() && reset.seen.after_fin {
        return cannot_tell("the host's FIN may be missing from the capture");
    }
    let summary = format!("sequence number {} where the host's next is {next} ({off:+})", segment.seq);
    let acceptable = reset.seen.acceptance == Acceptance::Exact;
    // Beyond what was seen can be a lost packet; behind it cannot. One capture of a box, none of a host: judgement.
    let socket = match (off > 0, lossy) {
        (true, true) => -3,
        (true, false) => -10,
        (false, _) if acceptable => -8,
        (false, _) => -17,
    };
    Outcome::Present(Finding::new(
        summary,
        [segment.frame],
        Bearing { socket, owner: socket / 2, ..Bearing::SILENT },
    ))
}

fn answer(case: &Case, reset: &Reset, lossy: bool) -> Outcome {
    let segment = reset.segment();
    if let Some(trigger) = &reset.trigger {
        let summary =
            format!("sequence number {}, from frame {} which it answers", segment.seq, trigger.segment.frame);
        let frames = [segment.frame, trigger.segment.frame];
        // Filters do so as well; a forger who takes the trouble is judgement.
        return Outcome::Absent(Finding::new(summary, frames, Bearing { forger: -4, ..Bearing::SILENT }));
    }
    if case.flow.half(reset.receiver()).packets == 0 || case.flow.timeline.dropped > 0 {
        return cannot_tell(format!("no packet of the {} is there to be answered", reset.receiver().word()));
    }
    let summary = format!(
        "no packet of the {} has the acknowledgement {} that an answer must copy",
        reset.receiver().word(),
        segment.seq
    );
    // Every answer of the laboratories had its packet, where none was lost; that none is lost unseen is judgement.
    let host = if lossy { -5 } else { -12 };
    let bearing =
        Bearing { stack: host, host_filter: host, path_filter: host, owner: host, ..Bearing::SILENT };
    Outcome::Present(Finding::new(summary, [segment.frame], bearing))
}
