//! One file, one observation.

use crate::case::{BlindKind, Case, Reset};
use crate::cause::Bearing;
use crate::detect::outcome::cannot_tell;
use crate::detect::{Finding, Outcome};
use crate::flow::Side;

declare_detector! {
    /// The server had sent a text that refuses the connection.
    ///
    /// ## Sees
    /// Text of the server where its identification string or a packet should be, or a DISCONNECT in clear.
    ///
    /// ## Means
    /// The SSH server decided to end the connection and said so; the reset is what its kernel does when the process
    /// exits with octets of the client unread, or gets more of them.
    ///
    /// ## Misleads when
    /// A box on the path writes the text. None is known that does so in SSH.
    ///
    /// ## Needs
    /// The server's clear-text octets.
    ///
    /// ## References
    /// RFC 4253 §4.2 and §11.1; OpenSSH `sshd.c` and `kex.c` (measured on 8.2 to 10.5).
    RefusalTextBeforeReset { id: "refusal-text-before-reset", group: Exchange, examine: examine }
}

fn examine(case: &Case, reset: &Reset) -> Outcome {
    let party = case.transcript.party.of(Side::Server);
    let refusal = party.stray.as_ref().map(|stray| (stray.mark, "text where SSH should be"));
    let goodbye = party.disconnect.as_ref().map(|disconnect| (disconnect.mark, "a DISCONNECT"));
    match refusal.or(goodbye) {
        Some((mark, what)) if mark.frame < reset.segment().frame => {
            let summary = format!("the server had sent {what} before the reset");
            // Measured: 19 hosts, no box; 2 to 5 dB is what so few families show, and no box is known to write it: judgement.
            let bearing = if reset.claimed == Side::Server { Bearing::sides(0, -8) } else { Bearing::SILENT };
            Outcome::Present(Finding::new(summary, [mark.frame, reset.segment().frame], bearing))
        }
        _ if is_unread(case) => cannot_tell("the server's first octets are not in the capture"),
        _ => Outcome::Absent(Finding::new(
            "no refusal from the server in clear text",
            [reset.segment().frame],
            Bearing::SILENT,
        )),
    }
}

/// Whether the server's stream began, or must have begun, where the capture does not show it.
fn is_unread(case: &Case) -> bool {
    let (client, server) = (case.flow.half(Side::Client), case.flow.half(Side::Server));
    let nothing_read = case.transcript.party.of(Side::Server).banner.is_none();
    let spoke =
        server.first_data.is_some() || server.midstream || client.acked.is_some() && server.packets == 0;
    nothing_read && (spoke || case.is_blind(BlindKind::StartsMidstream))
}
