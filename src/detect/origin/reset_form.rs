//! One file, one observation.

use crate::case::{Case, Form, Reset, Stack};
use crate::cause::Bearing;
use crate::detect::{Finding, Outcome};
use crate::flow::Side;
use crate::wire::{Segment, Traits};

declare_detector! {
    /// The reset has one of the three forms that genuine TCP stacks send.
    ///
    /// ## Sees
    /// The flags, window, acknowledgement field and options of the reset. A living socket that aborts sends RST with
    /// ACK, its real window and, where the connection has them, timestamps. A stack without a socket, and a packet
    /// filter's reject, send RST alone, window 0, no options, the sequence number copied from the packet answered; to
    /// a SYN both send RST with ACK and sequence number 0.
    ///
    /// ## Means
    /// The abort form can only come from a socket that exists, from a proxy's that owns the address, or from a
    /// program that imitates one. The answer form excludes a living socket, and says nothing of where the
    /// answering machine stands. A reset that fits neither was made by a program or an appliance.
    ///
    /// ## Misleads when
    /// The claimed host is no Linux: Windows aborts with window 0, BSD-derived stacks leave timestamps out.
    /// A socket with a full receive buffer aborts with window 0 too.
    ///
    /// ## Needs
    /// The reset, captured to the end of its TCP header.
    ///
    /// ## References
    /// RFC 9293 §3.5.2, §3.10.5 and §3.10.7; RFC 7323 §3.2. Forms measured on Linux 6.18 (lab of the project,
    /// `captures/`): abort, answer, answer to SYN, netfilter reject.
    ResetForm { id: "reset-form", group: Form, examine: examine }
}

fn examine(case: &Case, reset: &Reset) -> Outcome {
    let segment = reset.segment();
    let frames = [segment.frame];
    match reset.form {
        Form::Abort => abort(case, reset),
        Form::Answer if is_plain(segment) && segment.ack.0 == 0 => {
            let summary = "RST without ACK, window 0, no options: the answer of a TCP without a socket, or of a packet filter";
            // Measured: every kernel answer and every netfilter reject has this form, no abort has.
            Outcome::Present(Finding::new(
                summary,
                frames,
                Bearing { socket: -30, forger: -10, ..Bearing::SILENT },
            ))
        }
        Form::SynAnswer if is_plain(segment) => {
            let summary =
                "RST+ACK with sequence number 0 in answer to a SYN: a closed port, or a packet filter";
            Outcome::Present(Finding::new(
                summary,
                frames,
                Bearing { socket: -30, forger: -10, ..Bearing::SILENT },
            ))
        }
        Form::Answer | Form::SynAnswer => {
            let summary = format!(
                "RST in answer form, but window {} and acknowledgement field {}: no stack known to sshrst sends that",
                segment.window, segment.ack
            );
            let bearing = Bearing {
                socket: -30,
                stack: -17,
                host_filter: -20,
                path_filter: -13,
                owner: -17,
                forger: 0,
            };
            Outcome::Absent(Finding::new(summary, frames, bearing))
        }
    }
}

fn is_plain(segment: &Segment) -> bool {
    segment.window == 0 && segment.timestamps().is_none()
}

/// RST with ACK: only a socket, or an imitation of one.
fn abort(case: &Case, reset: &Reset) -> Outcome {
    let segment = reset.segment();
    let frames = [segment.frame];
    // A stack or netfilter never sets ACK on an answer to a segment that had it (RFC 9293 §3.5.2).
    let only_sockets = Bearing { stack: -30, host_filter: -30, path_filter: -27, ..Bearing::SILENT };
    if segment.window > 0 {
        let summary =
            format!("RST+ACK with window {}: the form in which a living socket aborts", segment.window);
        // A forger has to invent a window; some copy one (Suricata, Snort).
        return Outcome::Present(Finding::new(
            summary,
            frames,
            Bearing { forger: -6, owner: -5, ..only_sockets },
        ));
    }
    let summary = "RST+ACK with window 0: a living Linux socket aborts with its real window";
    // Only of a stack that is known to do otherwise does it say much: Windows, BSD's and appliances' aborts may have it.
    let linux = Stack::of(&case.flow, reset.claimed, segment).like_linux;
    let socket = match (closed_window(case, reset.claimed), linux) {
        (true, _) => -2,
        (false, true) => -14,
        (false, false) => -6,
    };
    Outcome::Absent(Finding::new(
        summary,
        frames,
        Bearing { socket, owner: socket - 2, forger: 0, ..only_sockets },
    ))
}

/// Whether the host's last segment had announced a closed window.
fn closed_window(case: &Case, side: Side) -> bool {
    let half = case.flow.half(side);
    half.packets > 0 && half.window == 0
}

/// Whether the connection of `segment` uses timestamps (RFC 7323), by the other segments of its sender.
pub(super) fn uses_timestamps(case: &Case, side: Side) -> Option<bool> {
    let from = case.flow.end(side);
    let mut own = case.flow.timeline.segments().filter(|other| other.from == from && !other.flags.rst());
    own.next_back().map(|segment| segment.traits.has(Traits::TIMESTAMPS))
}
