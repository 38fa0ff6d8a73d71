//! What the client's terminal must have shown, from its software, the phase and the end.
//!
//! Texts measured on OpenSSH 7.9 to 10.5, PuTTY 0.78, Dropbear 2022.83 and paramiko 5.1 against servers that closed or reset at
//! each phase; where an end gives more than one text, nothing is said. The client reads what it had received before the
//! reset first, so the phase is the one that the capture shows.

use std::net::IpAddr;

use crate::case::{Case, Ending, Progress, Role};
use crate::cause::Cause;
use crate::flow::Side;

/// Release of OpenSSH: major and minor.
type Release = (u32, u32);

/// How the connection ended for the client.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cut {
    Closed,
    Reset,
}

/// The text, lines parted by line ends; `None` where it is not known. `likeliest`: the cause.
pub(super) fn text(case: &Case, likeliest: Cause) -> Option<String> {
    let cut = cut(case)?;
    let banner = case.transcript.party.of(Side::Client).banner.as_ref()?;
    let software = std::str::from_utf8(banner.line.splitn(3, |&octet| octet == b'-').nth(2)?).ok()?;
    let server = case.endpoint(Side::Server);
    let peer = Peer { addr: server.addr, port: server.port };
    if let Some(version) = software.strip_prefix("OpenSSH_") {
        return openssh(case, likeliest, cut, release(version)?, peer);
    }
    let reset = cut == Cut::Reset;
    if software.starts_with("PuTTY_Release") {
        let text = if reset {
            "Network error: Connection reset by peer"
        } else {
            "Remote side unexpectedly closed network connection"
        };
        return Some(text.to_owned());
    }
    if software.starts_with("dropbear_") {
        let text = if reset {
            "exited: Error reading: Connection reset by peer"
        } else {
            "exited: Remote closed the connection"
        };
        return Some(text.to_owned());
    }
    (reset && software.starts_with("paramiko_"))
        .then(|| "ConnectionResetError: [Errno 104] Connection reset by peer".to_owned())
}

/// The server's address and port as OpenSSH prints them.
#[derive(Clone, Copy)]
struct Peer {
    addr: IpAddr,
    port: u16,
}

impl std::fmt::Display for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} port {}", self.addr, self.port)
    }
}

/// How the server's side ended it; `None` where the client ended it itself, or learnt nothing.
fn cut(case: &Case) -> Option<Cut> {
    match (case.ending, &case.reset) {
        (Ending::Reset, Some(reset)) if reset.claimed == Side::Server && reset.role == Role::Initiating => {
            Some(Cut::Reset)
        }
        (Ending::Close, _) => {
            let (side, fin) = case.first_fin()?;
            // A client that was still waiting for an answer to its good-bye is not told more.
            let goodbye = case.transcript.cipher.client_disconnect.is_some_and(|mark| mark.frame < fin.frame);
            (side == Side::Server && !goodbye).then_some(Cut::Closed)
        }
        _ => None,
    }
}

fn openssh(case: &Case, likeliest: Cause, cut: Cut, release: Release, peer: Peer) -> Option<String> {
    let unseen = case.transcript.party.of(Side::Server).banner.is_none();
    match (case.progress?, cut) {
        (Progress::Banner, cut) if unseen => Some(before_banner(cut, release, peer)),
        (Progress::Banner | Progress::Kex, _) if case.transcript.mismatch.is_some() => None,
        (Progress::Auth, Cut::Closed) if likeliest == Cause::MaxAuthTries => Some(format!(
            "Received disconnect from {peer}:2: Too many authentication failures\nDisconnected from {peer}"
        )),
        (Progress::Banner | Progress::Kex | Progress::Auth, Cut::Closed) => {
            Some(format!("Connection closed by {peer}"))
        }
        (Progress::Banner | Progress::Kex | Progress::Auth, Cut::Reset) => {
            Some(format!("Connection reset by {peer}"))
        }
        (Progress::Session, Cut::Closed) => {
            Some(format!("Connection to {} closed by remote host.", peer.addr))
        }
        (Progress::Session, Cut::Reset) => Some(in_session(release, peer)),
        (Progress::TcpHandshake | Progress::Closed, _) => None,
    }
}

fn before_banner(cut: Cut, release: Release, peer: Peer) -> String {
    let name = if release < (8, 0) { "ssh_exchange_identification" } else { "kex_exchange_identification" };
    let (first, second) = match cut {
        Cut::Closed => {
            (format!("{name}: Connection closed by remote host"), format!("Connection closed by {peer}"))
        }
        Cut::Reset => {
            (format!("{name}: read: Connection reset by peer"), format!("Connection reset by {peer}"))
        }
    };
    match (cut, release) {
        (_, release) if release < (8, 3) => first,
        (Cut::Closed, release) if release >= (9, 5) => second,
        _ => format!("{first}\n{second}"),
    }
}

fn in_session(release: Release, peer: Peer) -> String {
    match release {
        release if release < (8, 2) => format!("packet_write_wait: Connection to {peer}: Broken pipe"),
        release if release < (9, 8) => "client_loop: send disconnect: Broken pipe".to_owned(),
        _ => format!(
            "Read from remote host {}: Connection reset by peer\nclient_loop: send disconnect: Broken pipe",
            peer.addr
        ),
    }
}

/// `9.2p1 Debian-2` is release 9.2.
fn release(version: &str) -> Option<Release> {
    let (major, rest) = version.split_once('.')?;
    let minor: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: Peer = Peer { addr: IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1)), port: 22 };

    #[test]
    fn releases_are_read_from_identification_strings() {
        assert_eq!(
            ["9.2p1 Debian-2", "10.0", "for_Windows_8.1"].map(release),
            [Some((9, 2)), Some((10, 0)), None]
        );
    }

    #[test]
    fn the_text_before_the_servers_version_changed_with_releases() {
        let shown = |cut, release| before_banner(cut, release, PEER);
        assert_eq!(shown(Cut::Reset, (7, 9)), "ssh_exchange_identification: read: Connection reset by peer");
        assert_eq!(
            shown(Cut::Closed, (8, 1)),
            "kex_exchange_identification: Connection closed by remote host"
        );
        assert_eq!(
            shown(Cut::Reset, (9, 2)),
            "kex_exchange_identification: read: Connection reset by peer\nConnection reset by 192.0.2.1 port 22"
        );
        assert_eq!(shown(Cut::Closed, (9, 6)), "Connection closed by 192.0.2.1 port 22");
    }

    #[test]
    fn from_9_8_on_a_reset_in_a_session_is_named() {
        assert_eq!(in_session((9, 7), PEER), "client_loop: send disconnect: Broken pipe");
        assert!(
            in_session((9, 8), PEER)
                .starts_with("Read from remote host 192.0.2.1: Connection reset by peer\n")
        );
    }
}
