//! The exchange as a ladder: what each rendering draws, and what stands on its arrows.

use super::model::{Session, Step};
use super::words;

/// A lane of the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    /// The client.
    Client,
    /// A box between them.
    Box,
    /// The server.
    Server,
}

/// A row of the ladder.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Rung<'a> {
    /// So many frames are left out.
    Skipped(u64),
    /// Nothing passed.
    Silence {
        /// For so long.
        seconds: f64,
        /// Its length beside the longest silence of the ladder: above 0, at most 1.
        share: f64,
    },
    /// A frame.
    Message {
        /// The frame.
        step: &'a Step,
        /// Who sent it, by the verdict.
        from: Lane,
        /// To whom.
        to: Lane,
        /// What stands on the arrow.
        label: String,
        /// The reset that the verdict is about.
        decisive: bool,
    },
}

/// The ladder of `session`, top to bottom.
pub(super) fn rungs(session: &Session) -> Vec<Rung<'_>> {
    let silences = session.exchange.iter().filter_map(|step| step.after_silence_s);
    let longest = silences.fold(f64::MIN_POSITIVE, f64::max);
    let mut rungs = Vec::new();
    for step in &session.exchange {
        if step.skipped > 0 {
            rungs.push(Rung::Skipped(step.skipped));
        }
        if let Some(seconds) = step.after_silence_s {
            rungs.push(Rung::Silence { seconds, share: seconds / longest });
        }
        rungs.push(message(session, step));
    }
    rungs
}

/// Whether a box sent any of the frames.
pub(super) fn has_box(rungs: &[Rung<'_>]) -> bool {
    rungs.iter().any(|rung| matches!(rung, Rung::Message { from: Lane::Box, .. }))
}

fn message<'a>(session: &Session, step: &'a Step) -> Rung<'a> {
    let sender = sender(session, step);
    let (own, other) =
        if step.side == "server" { (Lane::Server, Lane::Client) } else { (Lane::Client, Lane::Server) };
    let (from, to) = match sender {
        Some("middlebox") => (Lane::Box, other),
        // A host's own filter answers with the host's address.
        _ if step.side == "network"
            && session.refused.as_ref().is_some_and(|it| it.by == session.server.ip) =>
        {
            (Lane::Server, Lane::Client)
        }
        _ if step.side == "network" => (Lane::Box, Lane::Client),
        _ => (own, other),
    };
    let mut label = title(step.what).to_owned();
    if !step.note.is_empty() {
        label =
            format!("{label}{}{}", if step.what == "banner" { " " } else { ", " }, words::line(&step.note));
    }
    match sender {
        Some("middlebox") => label = format!("{label}, in the {}'s name", step.side),
        Some("undetermined") => label += ", sender undetermined",
        _ => {}
    }
    let decisive = session.reset.as_ref().is_some_and(|reset| reset.decisive_frame == step.frame);
    Rung::Message { step, from, to, label, decisive }
}

/// Who sent a reset: of the decisive one the verdict says it, and of one in the same name that has its form and TTL.
fn sender(session: &Session, step: &Step) -> Option<&'static str> {
    let reset = session.reset.as_ref().filter(|_| step.what == "rst")?;
    let judged = session.exchange.iter().find(|it| it.frame == reset.decisive_frame)?;
    (judged.side == step.side && judged.note == step.note).then_some(reset.sender)
}

/// What a kind of frame is called.
pub(super) fn title(what: &str) -> &str {
    match what {
        "syn" => "SYN",
        "syn-ack" => "SYN, ACK",
        "ack" => "ACK",
        "banner" => "version",
        "text" => "text where SSH should be",
        "kexinit" => "KEXINIT",
        "kex-message" => "key exchange",
        "newkeys" => "NEWKEYS",
        "disconnect" => "DISCONNECT",
        "service-accept" => "SERVICE_ACCEPT",
        "logged-in" => "USERAUTH_SUCCESS",
        "fin" => "FIN",
        "rst" => "RST",
        "icmp-error" => "ICMP error",
        other => other,
    }
}
