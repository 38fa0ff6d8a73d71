//! How far SSH got, from both sides' evidence.

use super::direction::{Direction, Stage};
use super::identification::Version;
use super::session::Session;
use super::transcript::{Cipher, Phase, Side};

/// How far one side is known to have come by what it sent itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Nothing,
    Identified,
    Packets,
    KeyExchange,
    Cipher,
}

/// The phase, given what is known of the encrypted part.
pub(super) fn phase(session: &Session, cipher: &Cipher) -> Option<Phase> {
    if speaks_version_1(session) {
        // Its packets are not read.
        return None;
    }
    let over = cipher.success.is_some() || cipher.past_authentication.is_some();
    let (client_own, server_own) = (own_level(&session.client), own_level(&session.server));
    // Between NEWKEYS and where the lengths were found again anything may have happened.
    let again = [&session.client, &session.server].iter().any(|direction| is_found_again(direction));
    if again || session.midstream && client_own.max(server_own) == Level::Nothing {
        return over.then_some(Phase::Session);
    }
    let client = client_own.max(implied(session, Side::Client, server_own));
    let server = server_own.max(implied(session, Side::Server, client_own));
    let reached = client.min(server);
    let at_most = farthest(&session.client, client).min(farthest(&session.server, server));
    if clear(reached) != clear(at_most) {
        return over.then_some(Phase::Session);
    }
    Some(match clear(reached) {
        Some(phase) => phase,
        None if over => Phase::Session,
        // Success is the server's to send: without its side nothing tells, and without the client's hardly more.
        None if !session.client.seen || !session.server.seen => return None,
        // Nor where a hole or compression hides what the sizes are of: the success may be among it.
        None if cipher.sizes_unusable.is_some() => return None,
        None => Phase::Auth,
    })
}

/// Whether one side has sent too little to be past NEWKEYS, whatever of it the capture holds.
pub(super) fn is_before_cipher(session: &Session) -> bool {
    [&session.client, &session.server].iter().any(|side| is_short(side))
}

/// Whether both sides agreed on version 1; a side that was not captured is taken for one that did.
fn speaks_version_1(session: &Session) -> bool {
    let versions = &session.exchange.versions;
    if session.exchange.version_1_seen {
        return true;
    }
    match (versions.client, versions.server) {
        (Some(client), Some(server)) => client.speak_1(server),
        (Some(Version::One), None) => !session.server.seen,
        (None, Some(Version::One)) => !session.client.seen,
        _ => false,
    }
}

/// The phase of two sides of which the slower one came to `level`; `None` in cipher.
const fn clear(level: Level) -> Option<Phase> {
    match level {
        Level::Nothing => Some(Phase::Banner),
        Level::Identified | Level::Packets | Level::KeyExchange => Some(Phase::Kex),
        Level::Cipher => None,
    }
}

/// How far a side known to have come to `level` may have come in what the capture does not hold.
fn farthest(direction: &Direction, level: Level) -> Level {
    match direction.stage {
        Stage::Seeking(_) if is_short(direction) => level.max(Level::KeyExchange),
        Stage::Seeking(_) => Level::Cipher,
        _ => level,
    }
}

/// Of a direction without an octet nothing is known: it need not be in the capture.
const fn is_short(direction: &Direction) -> bool {
    direction.from_start && direction.offset > 0 && direction.offset < LEAST_TO_CIPHER
}

/// Octets with which no side gets past NEWKEYS: an identification string of 11 (RFC 4253 §4.2), a KEXINIT of ten name-lists,
/// eight of which name something (§7.1), in a packet of 104, a key of 32 octets in one of 48 (RFC 8731 §3), and NEWKEYS
/// itself in one of 16. OpenSSH takes more than a thousand.
const LEAST_TO_CIPHER: u64 = 11 + 104 + 48 + 16;

fn is_found_again(direction: &Direction) -> bool {
    matches!(&direction.stage, Stage::Walk(walk) if walk.is_again())
}

fn own_level(direction: &Direction) -> Level {
    let party = &direction.party;
    let guessed = direction.order.kex_messages() == 1 && direction.guesses;
    if party.newkeys.is_some() {
        Level::Cipher
    } else if party.kex_message.is_some() && !guessed {
        Level::KeyExchange
    } else if party.clear_packets > 0 {
        Level::Packets
    } else if party.banner.as_ref().is_some_and(|banner| Version::of(&banner.line).is_2()) {
        Level::Identified
    } else {
        Level::Nothing
    }
}

/// What the peer's progress proves about a side whose own octets are not in the capture, or not all.
fn implied(session: &Session, side: Side, peer: Level) -> Level {
    let (direction, other) = match side {
        Side::Client => (&session.client, &session.server),
        Side::Server => (&session.server, &session.client),
    };
    let lost = direction.seen && matches!(direction.stage, Stage::Seeking(_));
    if direction.seen && !lost {
        return Level::Nothing;
    }
    match peer {
        // What comes behind NEWKEYS and is no clear packet is in cipher. A side sends more than an EXT_INFO in
        // cipher only once it has the peer's NEWKEYS.
        Level::Cipher if lost && direction.unread > 0 => Level::Cipher,
        Level::Cipher if session.exchange.encrypted.units(session.exchange.role(other.side)) > 1 => {
            Level::Cipher
        }
        // A key exchange message answers the peer's KEXINIT.
        Level::Cipher | Level::KeyExchange => Level::Packets,
        // In a capture that starts midstream a side that is past its identification string had the peer's.
        Level::Packets if session.midstream => Level::Packets,
        _ => Level::Nothing,
    }
}
