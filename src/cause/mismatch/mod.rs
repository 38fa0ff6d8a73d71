//! No common entry in a list: which side is too old or too strict, and what each would have to enable.
//!
//! Only names of the table in `algorithms` are put into a line to paste: a name that a peer sent is never.

mod algorithms;
mod setting;

use std::net::IpAddr;

use algorithms::{Algorithm, known};
use setting::{Kind, Setting};

use super::{Remedy, Where};
use crate::flow::{Pair, Side};
use crate::ssh::{Mismatch, Program, Software};

/// Who the two ends are.
#[derive(Clone, Debug)]
pub struct Ends {
    /// Their programs, where known.
    pub software: Pair<Option<Software>>,
    /// Address and port of the server.
    pub server: (IpAddr, u16),
}

/// What a mismatch comes from, and what mends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// Which side is too old or too strict, in a sentence.
    pub verdict: String,
    /// What each side could enable; the safe ones first.
    pub enable: Vec<Enable>,
}

/// An entry that a side would have to enable for the two lists to have one in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enable {
    /// On which side.
    pub side: Side,
    /// The algorithm.
    pub name: &'static str,
    /// Whether it is too weak to be more than a last resort.
    pub weak: bool,
    /// What to type or to write.
    pub what: String,
    /// Whether `what` is a command or lines of a file, to be pasted as they are.
    pub paste: bool,
}

/// What `mismatch` comes from, and what mends it.
pub fn repair(mismatch: &Mismatch, ends: &Ends) -> Repair {
    let kind = Kind::of(mismatch.what);
    let mut enable: Vec<Enable> = Side::BOTH
        .into_iter()
        .filter_map(|side| {
            let software = *ends.software.of(side);
            let algorithm = to_enable(offers(mismatch, !side), software)?;
            let setting = setting::of(side, kind, algorithm.name, software, ends.server);
            let Setting { what, paste } = setting;
            Some(Enable { side, name: algorithm.name, weak: algorithm.weak, what, paste })
        })
        .collect();
    enable.sort_by_key(|it| it.weak);
    Repair { verdict: verdict(mismatch, kind, ends), enable }
}

/// The first of the peer's names that this side can have, a sound one if there is any.
fn to_enable(peer: &[String], own: Option<Software>) -> Option<&'static Algorithm> {
    let can_have = |algorithm: &&Algorithm| match release(own) {
        Some(release) => {
            algorithm.since <= release && algorithm.removed.is_none_or(|removed| release < removed)
        }
        None => true,
    };
    let candidates: Vec<&Algorithm> = peer.iter().filter_map(|name| known(name)).filter(can_have).collect();
    candidates.iter().find(|algorithm| !algorithm.weak).or(candidates.first()).copied()
}

fn offers(mismatch: &Mismatch, side: Side) -> &[String] {
    match side {
        Side::Client => &mismatch.client_offers,
        Side::Server => &mismatch.server_offers,
    }
}

fn release(software: Option<Software>) -> Option<crate::ssh::Release> {
    software.filter(|software| software.program == Program::OpenSsh)?.release
}

fn verdict(mismatch: &Mismatch, kind: Kind, ends: &Ends) -> String {
    let words = kind.words();
    for side in Side::BOTH {
        if offers(mismatch, side).is_empty() {
            return format!("the {} offers no {words} at all: its configuration is broken", side.word());
        }
    }
    for side in Side::BOTH {
        if only(mismatch, side, |algorithm| algorithm.weak) && !only(mismatch, !side, |it| it.weak) {
            let off = switched_off(mismatch, side, ends);
            return format!(
                "the {} offers only {words} that current versions do not offer any more{off}: it is too old, or was told to",
                side.word()
            );
        }
    }
    for side in Side::BOTH {
        if let Some(own) = release(*ends.software.of(side))
            && only(mismatch, !side, |algorithm| algorithm.since > own)
        {
            return format!(
                "the {}, OpenSSH {}.{}, is older than all {words} of the {}: it is too old, or the {} too strict",
                side.word(),
                own.0,
                own.1,
                (!side).word(),
                (!side).word()
            );
        }
    }
    format!(
        "both sides offer {words} that are in use today, but not the same ones: at least one of them was told to leave some out"
    )
}

/// Whether every name of a side is known and of that kind.
fn only(mismatch: &Mismatch, side: Side, is: impl Fn(&Algorithm) -> bool) -> bool {
    let offers = offers(mismatch, side);
    !offers.is_empty() && offers.iter().all(|name| known(name).is_some_and(&is))
}

/// Since when the peer's program leaves out what `side` would like best.
fn switched_off(mismatch: &Mismatch, side: Side, ends: &Ends) -> String {
    let Some(algorithm) = offers(mismatch, side).first().and_then(|name| known(name)) else {
        return String::new();
    };
    let off = if side == Side::Client { algorithm.off_in_server } else { algorithm.off_in_client };
    match (off, algorithm.removed, release(*ends.software.of(!side))) {
        (_, Some(gone), Some(peer)) if peer >= gone => {
            format!(" (OpenSSH has {} no longer from {}.{} on)", algorithm.name, gone.0, gone.1)
        }
        (Some(off), _, Some(peer)) if peer >= off => {
            format!(" (OpenSSH has {} switched off from {}.{} on)", algorithm.name, off.0, off.1)
        }
        _ => String::new(),
    }
}

impl Enable {
    /// The same as a piece of advice.
    pub fn remedy(&self) -> Remedy<String> {
        let place = if self.side == Side::Client { Where::Client } else { Where::Server };
        let why = format!("{} is then an entry that both lists have", self.name);
        let trap = match (self.weak, self.side) {
            (true, _) => {
                "a last resort, for this one peer: the algorithm is weak; better update the other side"
            }
            (false, Side::Server) => {
                "the first such line counts: change the one that is there; without the `+` the list is replaced; `sshd -t` before the restart, and keep a session open"
            }
            (false, Side::Client) => "the `+` matters: without it the list is replaced",
        };
        Remedy { place, what: self.what.clone(), paste: self.paste, why, trap: trap.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(client: &str, server: &str) -> Ends {
        let of = |line: &str| Software::of(format!("SSH-2.0-{line}").as_bytes());
        Ends {
            software: Pair { client: of(client), server: of(server) },
            server: ("192.0.2.7".parse().unwrap(), 22),
        }
    }

    fn mismatch(what: &'static str, client: &str, server: &str) -> Mismatch {
        let names = |list: &str| list.split(',').filter(|it| !it.is_empty()).map(str::to_owned).collect();
        Mismatch { what, client_offers: names(client), server_offers: names(server) }
    }

    #[test]
    fn an_old_device_and_a_current_client() {
        let lists = mismatch("host_key", "ssh-ed25519,rsa-sha2-256", "ssh-rsa,ssh-dss");
        let repair = repair(&lists, &ends("OpenSSH_9.2p1", "Cisco-1.25"));
        assert!(repair.verdict.starts_with("the server offers only host key algorithms that current"));
        assert!(repair.verdict.contains("ssh-rsa switched off from 8.8 on"), "{}", repair.verdict);
        let [server, client] = &repair.enable[..] else { panic!("{:?}", repair.enable) };
        assert_eq!((server.side, server.weak), (Side::Server, false));
        assert_eq!(server.what, "ip ssh server algorithm hostkey ssh-ed25519");
        assert_eq!(client.what, "ssh -o HostKeyAlgorithms=+ssh-rsa -p 22 192.0.2.7");
        assert!(client.weak && client.remedy().trap.starts_with("a last resort"));
    }

    #[test]
    fn a_client_older_than_all_that_a_strict_server_offers() {
        let lists = mismatch("kex", "curve25519-sha256", "mlkem768x25519-sha256");
        let repair = repair(&lists, &ends("OpenSSH_9.2p1", "OpenSSH_10.0"));
        assert!(repair.verdict.contains("the client, OpenSSH 9.2, is older than all"), "{}", repair.verdict);
        let [server] = &repair.enable[..] else { panic!("{:?}", repair.enable) };
        assert_eq!(server.what, "# /etc/ssh/sshd_config\nKexAlgorithms +curve25519-sha256");
    }

    #[test]
    fn two_current_sides_that_were_told_to_leave_something_out() {
        let lists = mismatch("cipher_c2s", "aes256-ctr", "chacha20-poly1305@openssh.com");
        let repair = repair(&lists, &ends("dropbear_2022.83", "OpenSSH_9.2p1"));
        assert!(repair.verdict.contains("at least one of them was told"), "{}", repair.verdict);
        assert_eq!(repair.enable[0].what, "dbclient -c chacha20-poly1305@openssh.com -p 22 192.0.2.7");
    }

    #[test]
    fn before_7_0_a_list_can_only_be_replaced() {
        let lists = mismatch("mac_c2s", "hmac-sha2-256", "hmac-sha1");
        let repair = repair(&lists, &ends("OpenSSH_9.2", "OpenSSH_6.6.1"));
        let server = repair.enable.iter().find(|it| it.side == Side::Server).unwrap();
        assert!(server.what.ends_with("\nMACs hmac-sha2-256"), "{}", server.what);
    }

    #[test]
    fn a_name_of_a_peer_s_own_making_is_not_pasted() {
        let lists = mismatch("kex", "x;reboot,$(reboot)", "`reboot`");
        assert_eq!(repair(&lists, &ends("OpenSSH_9.2", "OpenSSH_9.2")).enable, []);
    }

    #[test]
    fn every_program_is_told_something_for_every_list() {
        let programs = [
            "OpenSSH_9.2",
            "PuTTY_Release_0.78",
            "dropbear_2022.83",
            "paramiko_5.1",
            "Go",
            "libssh_0.11.1",
            "libssh2_1.11",
            "JSCH-0.2",
            "Cisco-1.25",
            "Unheard_1",
        ];
        for program in programs {
            for kind in setting::KINDS {
                for side in Side::BOTH {
                    let software = Software::of(format!("SSH-2.0-{program}").as_bytes());
                    let what = setting::of(side, kind, "NAME", software, ends("", "").server);
                    assert!(what.what.len() > 10, "{program} {kind:?} {}", what.what);
                }
            }
        }
    }
}
