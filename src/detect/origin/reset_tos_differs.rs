//! One file, one observation.

use crate::case::{Case, Form, Reset};
use crate::cause::Bearing;
use crate::detect::outcome::cannot_tell;
use crate::detect::{Finding, Outcome};

declare_detector! {
    /// The reset's DSCP is not the one that the claimed host's TCP would have given it.
    ///
    /// ## Sees
    /// The TOS octet (IPv6: traffic class) without ECN's bits. An answer is compared with the packet it answers, an
    /// abort with the host's own last packets.
    ///
    /// ## Means
    /// A TCP stack copies the DSCP of the packet it answers; a packet filter's reject always has 0. An aborting
    /// socket keeps its own. OpenSSH sets a DSCP on both sides, so in SSH this often decides between a stack and a
    /// filter.
    ///
    /// ## Misleads when
    /// A network clears or rewrites DSCP: then a stack's answer looks like a filter's. A copied DSCP proves a
    /// TCP stack, not whose: a NAT that owns the address copies too. OpenSSH changes its DSCP after login.
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

fn tos(segment: &crate::wire::Segment) -> u8 {
    segment.tos & 0xfc
}

fn answer(case: &Case, reset: &Reset, trigger: &crate::wire::Segment) -> Outcome {
    let (seen, asked) = (tos(reset.segment()), tos(trigger));
    let frames = [reset.segment().frame, trigger.frame];
    if asked == seen && seen == 0 {
        return cannot_tell("the packet answered has TOS 0 too: a stack and a filter look the same");
    }
    if seen == asked {
        let summary = format!("TOS {seen:#04x}, copied from the packet it answers: a TCP stack did that");
        let bearing = Bearing { host_filter: -20, path_filter: -20, forger: -8, ..Bearing::SILENT };
        return Outcome::Absent(Finding::new(summary, frames, bearing));
    }
    if seen == 0 {
        let summary = format!(
            "TOS 0x00 in answer to a packet with {asked:#04x}: a packet filter's way; a stack copies it"
        );
        // A path that clears DSCP towards the host makes the host's answer look so. If the host's own marks
        // survive the way here, the path is not known for that.
        let kept = case.flow.half(reset.claimed).tos.values().iter().any(|seen| seen.value != 0);
        let stack = if kept { -13 } else { -7 };
        let bearing = Bearing { stack, owner: stack, forger: -1, ..Bearing::SILENT };
        return Outcome::Present(Finding::new(summary, frames, bearing));
    }
    let summary = format!("TOS {seen:#04x} in answer to a packet with {asked:#04x}: neither copied nor 0");
    let bearing = Bearing { stack: -12, host_filter: -17, path_filter: -10, owner: -8, ..Bearing::SILENT };
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
        return Outcome::Absent(Finding::new(summary, frames, Bearing { forger: -9, ..Bearing::SILENT }));
    }
    let summary = format!("TOS {seen:#04x}, this host's last packets {:#04x}", latest.value);
    // An earlier value of the same host: a socket's option may have changed back.
    let socket = if series.count(seen) > 2 { -8 } else { -16 };
    Outcome::Present(Finding::new(summary, frames, Bearing { socket, owner: socket / 2, ..Bearing::SILENT }))
}
