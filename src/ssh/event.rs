//! What happened in cipher, in order of time: the list that a report shows.

use super::transcript::{Cipher, Mark, Pair, Side};

/// How sure an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// Lengths were read, and nothing else has that length at that place.
    Sure,
    /// Size, order and time fit; something else of the same size is possible.
    Likely,
}

/// What an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// The server accepted the service `ssh-userauth`.
    ServiceAccepted,
    /// It answered USERAUTH_FAILURE.
    AuthenticationFailed,
    /// It ended the connection with DISCONNECT `Too many authentication failures`.
    TooManyFailures,
    /// It answered USERAUTH_SUCCESS.
    AuthenticationSucceeded,
    /// It confirmed the opening of a session channel.
    SessionOpened,
    /// Keys were typed and echoed.
    Keystrokes,
    /// Keys were typed behind a steady stream of packets that hides them (OpenSSH 9.5, `ObscureKeystrokeTiming`).
    HiddenKeystrokes,
    /// Much data went one way.
    Bulk,
    /// Much data went one way and then stopped, about a channel window after the receiver's last word.
    BulkStalled,
    /// New keys were taken into use.
    Rekeyed,
    /// A key exchange began and did not end.
    RekeyUnfinished,
    /// Requests that keep the connection alive, at intervals.
    Keepalives,
    /// The last of them got no answer.
    KeepalivesUnanswered,
    /// The server said that the command ended, and closed the channel.
    ServerFinished,
    /// The client sent DISCONNECT `disconnected by user`.
    ClientDisconnected,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [Self; 15] = [
        Self::ServiceAccepted,
        Self::AuthenticationFailed,
        Self::TooManyFailures,
        Self::AuthenticationSucceeded,
        Self::SessionOpened,
        Self::Keystrokes,
        Self::HiddenKeystrokes,
        Self::Bulk,
        Self::BulkStalled,
        Self::Rekeyed,
        Self::RekeyUnfinished,
        Self::Keepalives,
        Self::KeepalivesUnanswered,
        Self::ServerFinished,
        Self::ClientDisconnected,
    ];

    /// Kebab-case name, as in the report.
    pub const fn id(self) -> &'static str {
        match self {
            Self::ServiceAccepted => "service-accepted",
            Self::AuthenticationFailed => "authentication-failed",
            Self::TooManyFailures => "too-many-failures",
            Self::AuthenticationSucceeded => "authentication-succeeded",
            Self::SessionOpened => "session-opened",
            Self::Keystrokes => "keystrokes",
            Self::HiddenKeystrokes => "hidden-keystrokes",
            Self::Bulk => "bulk",
            Self::BulkStalled => "bulk-stalled",
            Self::Rekeyed => "rekeyed",
            Self::RekeyUnfinished => "rekey-unfinished",
            Self::Keepalives => "keepalives",
            Self::KeepalivesUnanswered => "keepalives-unanswered",
            Self::ServerFinished => "server-finished",
            Self::ClientDisconnected => "client-disconnected",
        }
    }
}

/// Something that happened in cipher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// What.
    pub kind: EventKind,
    /// Whose doing it was: the side of the TCP connection.
    pub side: Side,
    /// Where it began, as far as known; else where it ended.
    pub first: Mark,
    /// Where it ended.
    pub last: Mark,
    /// How many: messages, keys, probes; octets of [`EventKind::Bulk`] and [`EventKind::BulkStalled`].
    pub count: u64,
    /// How sure.
    pub certainty: Certainty,
}

/// The events of `cipher` in order of time. `read`: the directions whose lengths were read; `reversed`: the SSH roles are
/// not those of the TCP connection.
pub(super) fn list(cipher: &Cipher, read: Pair<bool>, reversed: bool) -> Vec<Event> {
    let of_role = |role: Side| if reversed { !role } else { role };
    let mut events = Vec::new();
    let mut add = |kind, role: Side, first: Mark, last: Mark, count: u64, certainty| {
        events.push(Event { kind, side: of_role(role), first, last, count, certainty });
    };
    let both = read.client && read.server && cipher.suite_inferred.is_none();
    let by_length = |sure: bool| if sure { Certainty::Sure } else { Certainty::Likely };
    let (client, server) = (Side::Client, Side::Server);
    let once = [
        (EventKind::ServiceAccepted, server, cipher.service_accepted, by_length(both)),
        (EventKind::TooManyFailures, server, cipher.too_many_failures, Certainty::Likely),
        (EventKind::AuthenticationSucceeded, server, cipher.success, by_length(both)),
        (EventKind::SessionOpened, server, cipher.session_opened, Certainty::Likely),
        (EventKind::RekeyUnfinished, client, cipher.rekey.unfinished, Certainty::Likely),
        (EventKind::ServerFinished, server, cipher.server_finished, Certainty::Likely),
        (EventKind::ClientDisconnected, client, cipher.client_disconnect, Certainty::Likely),
    ];
    for (kind, role, mark, certainty) in once {
        if let Some(mark) = mark {
            add(kind, role, mark, mark, 1, certainty);
        }
    }
    if let (Some(first), Some(last)) = (cipher.first_failure, cipher.last_failure) {
        add(EventKind::AuthenticationFailed, server, first, last, cipher.failures.into(), Certainty::Likely);
    }
    if let Some(typing) = cipher.typing {
        let kind = if typing.hidden { EventKind::HiddenKeystrokes } else { EventKind::Keystrokes };
        add(kind, client, typing.first, typing.last, typing.keys, Certainty::Likely);
    }
    if let (Some(first), Some(last)) = (cipher.rekey.first, cipher.rekey.last) {
        add(EventKind::Rekeyed, client, first, last, cipher.rekey.count.into(), by_length(both));
    }
    for role in Side::BOTH {
        let stalled = cipher.stalled.of(role).as_ref();
        let bulk = cipher.bulk.of(role).as_ref().filter(|&bulk| stalled != Some(bulk));
        for (kind, run, certainty) in
            [(EventKind::BulkStalled, stalled, Certainty::Likely), (EventKind::Bulk, bulk, Certainty::Sure)]
        {
            if let Some(run) = run {
                add(kind, role, run.first, run.last, run.octets, certainty);
            }
        }
        // Keepalives are noted by the side of the TCP connection already.
        let keepalive = *cipher.keepalive.of(of_role(role));
        if keepalive.probes > 1 {
            let unanswered = keepalive.unanswered > 0;
            let kind = if unanswered { EventKind::KeepalivesUnanswered } else { EventKind::Keepalives };
            let count = if unanswered { keepalive.unanswered } else { keepalive.probes };
            add(kind, role, keepalive.first, keepalive.last, count.into(), Certainty::Likely);
        }
    }
    events.sort_by_key(|event| (event.first.time, event.first.frame, event.kind));
    events.shrink_to_fit();
    events
}
