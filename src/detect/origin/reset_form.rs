//! One file, one observation.

use crate::case::{Case, Form, Reset};
use crate::cause::Bearing;
use crate::detect::{Finding, Outcome};
use crate::flow::Side;
use crate::wire::Segment;

declare_detector! {
    /// The reset has one of the three forms that genuine TCP stacks send.
    ///
    /// ## Sees
    /// The flags, window, acknowledgement field and options of the reset. A living socket that aborts sends RST with
    /// ACK, its real window and, where the connection has them, timestamps. A stack without a socket, and a packet
    /// filter's reject, send RST alone, window 0, no options, the sequence number copied from the packet answered; to
    /// a SYN both send RST with ACK and sequence number 0. They are compared with what is known of the claimed host: its
    /// initial TTL and identifications, its last window and acknowledgement, and answers of its own in other connections.
    ///
    /// ## Means
    /// The abort form can only come from a socket that exists, from a proxy's that owns the address, or from a
    /// program that imitates one. The answer form excludes a living socket, and says nothing of where the
    /// answering machine stands. A reset that fits neither, and nothing that the host does otherwise, was made by a
    /// program or an appliance.
    ///
    /// ## Misleads when
    /// Stacks differ. Windows aborts with window 0, and fills the acknowledgement field of answers without ACK. Cisco's IOS
    /// answers with its window. NetScaler writes a reason into the window (8201: no such connection). BSD-derived stacks
    /// leave timestamps out. A socket with a full receive buffer aborts with window 0 too.
    ///
    /// ## Needs
    /// The reset, captured to the end of its TCP header.
    ///
    /// ## References
    /// RFC 9293 §3.5.2, §3.10.5 and §3.10.7; RFC 7323 §3.2. Forms measured on Linux 6.18 (lab of the project,
    /// `captures/`): abort, answer, answer to SYN, netfilter reject. Windows, IOS and NetScaler as in public captures (test
    /// files of Zeek and Suricata) of hosts with initial TTL 128 and 255; Citrix CTX583058, CTX695832 (2024).
    ResetForm { id: "reset-form", group: Form, examine: examine }
}

fn examine(case: &Case, reset: &Reset) -> Outcome {
    match reset.form {
        Form::Abort => abort(case, reset),
        Form::Answer | Form::SynAnswer => answer(reset),
    }
}

fn answer(reset: &Reset) -> Outcome {
    let segment = reset.segment();
    let frames = [segment.frame];
    let unlike = reset.stack.answers.iter().map(|known| &known.reset).find(|known| !is_alike(known, segment));
    let alike = reset.stack.answers.iter().any(|known| is_alike(&known.reset, segment));
    if let Some(unlike) = unlike.filter(|_| reset.form == Form::Answer && !alike) {
        let summary = format!(
            "RST without ACK that differs from this host's own in frame {} (window {}, acknowledgement field {}, identification {})",
            unlike.frame, segment.window, segment.ack, segment.ip_id
        );
        // A host has one TCP, but may have a packet filter beside it. Judgement, from one or a few answers of it.
        let bearing = Bearing { socket: -30, stack: -12, owner: -3, ..Bearing::SILENT };
        return Outcome::Absent(Finding::new(summary, [segment.frame, unlike.frame], bearing));
    }
    // Measured: every kernel answer and every netfilter reject of the lab has this form, no abort has. That a forger takes
    // the trouble is judgement.
    let usual = Bearing { socket: -30, forger: -10, ..Bearing::SILENT };
    if is_plain(segment) && (reset.form == Form::SynAnswer || segment.ack.0 == 0) {
        let summary = match reset.form {
            Form::SynAnswer => {
                "RST+ACK with sequence number 0 in answer to a SYN: a closed port, or a packet filter"
            }
            _ => {
                "RST without ACK, window 0, no options: the answer of a TCP without a socket, or of a packet filter"
            }
        };
        return Outcome::Present(Finding::new(summary, frames, usual));
    }
    let fields = format!("window {} and acknowledgement field {}", segment.window, segment.ack);
    if alike || repeats_numbers(reset) && !reset.stack.like_linux {
        let summary =
            format!("RST in answer form with {fields}, as this host or stacks like its own leave them");
        // Netfilter's reject, and what else filters on hosts, clears them. Others do it like the hosts. Judgement.
        let bearing = Bearing { host_filter: -20, path_filter: -13, owner: -3, ..usual };
        return Outcome::Present(Finding::new(summary, frames, Bearing { forger: -4, ..bearing }));
    }
    let summary =
        format!("RST in answer form, but with {fields}: neither Linux nor a packet filter of it sends that");
    // Of a Linux host measured; of a host of which nothing is known it says little: there are more stacks than we saw.
    let stack = if reset.stack.like_linux { -17 } else { -5 };
    let bearing = Bearing { socket: -30, stack, host_filter: -20, path_filter: -13, owner: stack, forger: 0 };
    Outcome::Absent(Finding::new(summary, frames, bearing))
}

fn is_plain(segment: &Segment) -> bool {
    segment.window == 0 && segment.timestamps().is_none()
}

/// Whether two answers leave the same fields empty.
fn is_alike(known: &Segment, reset: &Segment) -> bool {
    let empty = |it: &Segment| (it.window == 0, it.ack.0 == 0, it.ip_id == 0);
    empty(known) == empty(reset)
}

/// Whether the fields that the rules leave open hold what the host's TCP had at hand: its last window, its last
/// acknowledgement, or the sequence number once more.
fn repeats_numbers(reset: &Reset) -> bool {
    let segment = reset.segment();
    let window = segment.window == 0 || reset.stack.last.is_some_and(|last| last.window == segment.window);
    let known = [Some(segment.seq), reset.seen.sender_acked, Some(crate::wire::Seq(0))];
    window && known.contains(&Some(segment.ack))
}

/// RST with ACK: only a socket, or an imitation of one.
fn abort(case: &Case, reset: &Reset) -> Outcome {
    let segment = reset.segment();
    let frames = [segment.frame];
    // A Linux TCP or netfilter never sets ACK on an answer to a segment that had it (RFC 9293 §3.5.2); Windows does, to late
    // data (public captures). Measured for Linux.
    let stack = if reset.stack.like_windows() { -8 } else { -30 };
    let only_sockets = Bearing { stack, host_filter: -30, path_filter: -27, ..Bearing::SILENT };
    if segment.window > 0 {
        let summary =
            format!("RST+ACK with window {}: the form in which a living socket aborts", segment.window);
        // Measured: all aborts of the lab, and no forged reset; but a forger may invent one, and some copy it (Suricata,
        // Snort), so half of that.
        return Outcome::Present(Finding::new(
            summary,
            frames,
            Bearing { forger: -6, owner: -5, ..only_sockets },
        ));
    }
    if reset.stack.like_windows() {
        let summary = "RST+ACK with window 0 from a host that starts with TTL 128: so Windows aborts";
        return Outcome::Present(Finding::new(summary, frames, Bearing { owner: -2, ..only_sockets }));
    }
    let summary = "RST+ACK with window 0: a living Linux socket aborts with its real window";
    // Only of a stack that is known to do otherwise does it say much: BSD's and appliances' aborts may have it. Measured for
    // Linux, judgement for the others.
    let socket = match (closed_window(case, reset.claimed), reset.stack.like_linux) {
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
