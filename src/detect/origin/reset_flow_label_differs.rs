//! One file, one observation.

use crate::case::{Case, Form, Reset};
use crate::cause::Bearing;
use crate::detect::outcome::cannot_tell;
use crate::detect::{Finding, Outcome};
use crate::wire::{Segment, Traits};

declare_detector! {
    /// The reset's IPv6 flow label is not one that the claimed host's TCP would have given it.
    ///
    /// ## Sees
    /// The flow label of the reset against the label of the host's other packets.
    ///
    /// ## Means
    /// An aborting Linux socket uses the connection's own label. A Linux stack without the socket uses a label of
    /// its own, not 0. A packet filter's reject and most programs have 0. Where the host labels its packets, 0 is
    /// no TCP's answer.
    ///
    /// ## Misleads when
    /// The host does not label (`net.ipv6.auto_flowlabels=0`, other systems), or a device on the path clears
    /// labels. The label of another connection's packets proves nothing.
    ///
    /// ## Needs
    /// IPv6, and a packet of the claimed host, or of the packet answered, with a label.
    ///
    /// ## References
    /// RFC 6437 §3. Measured on Linux 6.18 (lab of the project, `captures/`).
    ResetFlowLabelDiffers { id: "reset-flow-label-differs", group: Dscp, examine: examine }
}

fn examine(case: &Case, reset: &Reset) -> Outcome {
    let segment = reset.segment();
    if !segment.traits.has(Traits::IPV6) {
        return cannot_tell("IPv4 has no flow label");
    }
    let from = segment.from;
    let own = |other: &Segment| other.from == from && !other.flags.rst() && other.frame < segment.frame;
    let last = case.flow.timeline.segments().rfind(own);
    let last = last.as_ref();
    match reset.form {
        Form::Abort => abort(segment, last),
        Form::Answer | Form::SynAnswer => answer(segment, last),
    }
}

fn abort(reset: &Segment, last: Option<&Segment>) -> Outcome {
    let Some(last) = last.filter(|last| last.flow_label != 0) else {
        return cannot_tell("the host's other packets have no flow label");
    };
    let frames = [reset.frame, last.frame];
    if reset.flow_label == last.flow_label {
        let summary = format!("flow label {:#07x}, the connection's own", reset.flow_label);
        // One of a million by chance; who reads the connection can copy it, and that is judgement: three captures of hosts.
        return Outcome::Absent(Finding::new(summary, frames, Bearing { forger: -12, ..Bearing::SILENT }));
    }
    let summary =
        format!("flow label {:#07x}, the host's other packets {:#07x}", reset.flow_label, last.flow_label);
    // By the source of Linux, and in the four forged resets with IPv6 there are. A proxy's socket may differ: judgement.
    Outcome::Present(Finding::new(summary, frames, Bearing { socket: -20, owner: -10, ..Bearing::SILENT }))
}

fn answer(reset: &Segment, last: Option<&Segment>) -> Outcome {
    if reset.flow_label != 0 {
        let summary =
            format!("flow label {:#07x}: a TCP stack's answer, a packet filter leaves 0", reset.flow_label);
        // Linux, `nf_reject_ipv6.c`: the reject's header is cleared. Five captures of hosts agree, too few to measure.
        let bearing = Bearing { host_filter: -25, path_filter: -25, forger: -6, ..Bearing::SILENT };
        return Outcome::Absent(Finding::new(summary, [reset.frame], bearing));
    }
    let Some(last) = last else {
        return cannot_tell("flow label 0, and no other packet of the host shows whether it labels");
    };
    if last.flow_label == 0 {
        return cannot_tell("the host's other packets have no flow label either");
    }
    let summary =
        format!("flow label 0, the host's other packets {:#07x}: not its TCP's answer", last.flow_label);
    // By the source of Linux, which labels its answers; a network that clears labels shows in the host's other packets.
    let bearing = Bearing { stack: -20, owner: -15, ..Bearing::SILENT };
    Outcome::Present(Finding::new(summary, [reset.frame, last.frame], bearing))
}
