//! One file, one observation.

use crate::case::{Answer, Case, Form, Reset};
use crate::cause::Bearing;
use crate::detect::origin::reset_copies_trigger::{copies_identification, model};
use crate::detect::outcome::cannot_tell;
use crate::detect::{Finding, Outcome};
use crate::flow::Side;
use crate::frame::FrameNo;
use crate::wire::Segment;

declare_detector! {
    /// The reset's DSCP is not the one that the claimed host's TCP would have given it.
    ///
    /// ## Sees
    /// The TOS octet (IPv6: traffic class) without ECN's bits. An answer is compared with the packet it answers, an
    /// abort with the host's own last packets, and a missing mark with the host's own answers in other connections.
    ///
    /// ## Means
    /// A TCP stack copies the DSCP of the packet it answers; a packet filter's reject always has 0. An aborting
    /// socket keeps its own. OpenSSH sets a DSCP on both sides, so in SSH this often decides between a stack and a
    /// filter.
    ///
    /// ## Misleads when
    /// A network clears or rewrites DSCP: then a stack's answer looks like a filter's, and where it sets one mark on all packets
    /// a filter's looks like a stack's. A copied DSCP proves a TCP stack, not whose: a NAT that owns the address copies too.
    /// OpenSSH changes its DSCP after login.
    ///
    /// ## Needs
    /// A DSCP other than 0 on the packet answered, or on the host's own packets.
    ///
    /// ## References
    /// RFC 2474 §3. Measured on Linux 6.18 for IPv4 and IPv6: kernel answers reflect, netfilter rejects do not
    /// (lab of the project, `captures/`); OpenSSH `readconf.c`, option IPQoS.
    ResetTosDiffers { id: "reset-tos-differs", group: Dscp, examine: examine }
}

fn examine(case: &Case, reset: &Reset) -> Outcome {
    match (reset.form, &reset.trigger) {
        (Form::Abort, _) => abort(case, reset),
        (_, Some(trigger)) => answer(case, reset, &trigger.segment),
        (_, None) => cannot_tell("the packet that the reset answers is not in the capture"),
    }
}

/// The TOS octet without ECN's bits, which change on the path.
const fn tos(segment: &Segment) -> u8 {
    segment.tos & 0xfc
}

fn answer(case: &Case, reset: &Reset, trigger: &Segment) -> Outcome {
    let (seen, asked) = (tos(reset.segment()), tos(trigger));
    let frames = [reset.segment().frame, trigger.frame];
    if asked == seen && seen == 0 {
        return cannot_tell("the packet answered has TOS 0 too: a stack and a filter look the same");
    }
    if seen == asked {
        return copied(case, reset, frames);
    }
    if seen == 0 {
        return cleared(case, reset, frames, asked);
    }
    let own = case.flow.half(reset.claimed).tos.values();
    if own.len() == 1 && own.iter().all(|own| own.value == seen) {
        return cannot_tell(format!("all packets from there have TOS {seen:#04x}: a network may set it"));
    }
    let summary = format!("TOS {seen:#04x} in answer to a packet with {asked:#04x}: neither copied nor 0");
    // OpenBSD's pf sends its resets with 0x10, other boxes with what they like. Judgement: no capture of the lab has it.
    let bearing = Bearing { stack: -12, host_filter: -17, path_filter: -10, owner: -8, ..Bearing::SILENT };
    Outcome::Present(Finding::new(summary, frames, bearing))
}

/// The reset has the mark of the packet that it answers.
fn copied(case: &Case, reset: &Reset, frames: [FrameNo; 2]) -> Outcome {
    let seen = tos(reset.segment());
    if let Some(model) = model(case, reset).filter(|it| copies_identification(case, reset.segment(), it)) {
        return cannot_tell(format!(
            "TOS {seen:#04x}, copied with the whole header from frame {}",
            model.frame
        ));
    }
    let summary = format!("TOS {seen:#04x}, copied from the packet it answers: a TCP stack did that");
    // Measured: all kernels' answers, no reject's. Where all packets of the connection have this mark, the network may set it,
    // on the reset too: half of that, judgement.
    let only = |side: Side| case.flow.half(side).tos.values().iter().all(|own| own.value == seen);
    let filter = if Side::BOTH.into_iter().all(only) { -10 } else { -20 };
    let bearing =
        Bearing { host_filter: filter, path_filter: filter, forger: filter * 2 / 5, ..Bearing::SILENT };
    Outcome::Absent(Finding::new(summary, frames, bearing))
}

/// The reset has no mark, and the packet that it answers had `asked`.
fn cleared(case: &Case, reset: &Reset, frames: [FrameNo; 2], asked: u8) -> Outcome {
    let marked = reset.stack.answers.iter().filter(|known| tos(&known.asked) != 0);
    let (kept, lost): (Vec<&Answer>, Vec<&Answer>) =
        marked.partition(|known| tos(&known.reset) == tos(&known.asked));
    if let (true, Some(lost)) = (kept.is_empty(), lost.first()) {
        return cannot_tell(format!(
            "TOS 0x00 in answer to {asked:#04x}, as this host's own reset in frame {}: marks are lost on the way, or it copies none",
            lost.reset.frame
        ));
    }
    let summary = format!(
        "TOS 0x00 in answer to a packet with {asked:#04x}: a packet filter's way; a stack copies it{}",
        kept.first()
            .map(|known| format!(", as this host did in frame {}", known.reset.frame))
            .unwrap_or_default()
    );
    // A path that clears marks towards the host makes the host's answer look so; its other answers show that the path keeps
    // them, and its own marks that it does so the other way. Measured: 55 of 58 boxes, and 18 of 71 hosts, filters on hosts
    // and paths that clear among these. How much less it says where the path is not known is judgement.
    let own_marks = case.flow.half(reset.claimed).tos.values().iter().any(|seen| seen.value != 0);
    let stack = match (kept.is_empty(), own_marks) {
        (false, _) => -18,
        (true, true) => -13,
        (true, false) => -7,
    };
    let bearing = Bearing { stack, owner: stack, forger: -1, ..Bearing::SILENT };
    Outcome::Present(Finding::new(summary, frames, bearing))
}

fn abort(case: &Case, reset: &Reset) -> Outcome {
    let seen = tos(reset.segment());
    let series = &case.flow.half(reset.claimed).tos;
    let Some(latest) = series.latest() else {
        return cannot_tell(format!("no other packet of the {} is in the capture", reset.claimed.word()));
    };
    let frames = [reset.segment().frame, latest.last];
    if seen == latest.value && seen == 0 {
        return cannot_tell("the host's own packets have TOS 0, as a forger's would");
    }
    if seen == latest.value {
        let summary = format!("TOS {seen:#04x}, the one this host's last packets have");
        // Measured: all aborts, no forged reset; 10 dB is what so few families show.
        return Outcome::Absent(Finding::new(summary, frames, Bearing { forger: -9, ..Bearing::SILENT }));
    }
    let summary = format!("TOS {seen:#04x}, this host's last packets {:#04x}", latest.value);
    // Measured: no abort, 34 of 36 forged resets. An earlier value of the same host (a socket's option may have changed back),
    // or one whose change was not captured, says less: judgement.
    let socket = match (series.count(seen) > 2, case.misses_packets_of(reset.claimed)) {
        (_, true) => -5,
        (true, false) => -8,
        (false, false) => -16,
    };
    Outcome::Present(Finding::new(summary, frames, Bearing { socket, owner: socket / 2, ..Bearing::SILENT }))
}
