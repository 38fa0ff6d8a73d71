//! What the client's terminal must have shown, from its software, the phase and the end.
//!
//! The texts are those of [`crate::messages`]; here is told in which situation the client was. Where an end gives more
//! than one text, nothing is said. The client reads what it had received before a reset first, so the phase is the one
//! that the capture shows.

use crate::case::{Case, Ending, Form, Progress, Role};
use crate::cause::Cause;
use crate::flow::Side;
use crate::messages::{self, Situation};
use crate::ssh::{Party, Program, Release};
use crate::units::Elapsed;
use crate::wire::IcmpError;

/// The text, lines parted by line ends; `None` where it is not known. `likeliest`: the cause.
///
/// Of a connection that never was, the client's program is not known: the words are then those of OpenSSH.
pub(super) fn text(case: &Case, likeliest: Cause) -> Option<String> {
    let (program, release) = client(case)?;
    let situation = situation(case, likeliest)?;
    let server = case.endpoint(Side::Server);
    let mut values = vec![("server", server.addr.to_string()), ("port", server.port.to_string())];
    values.extend(details(case, program, situation)?);
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let lines = messages::shown(program, release, situation);
    let lines: Vec<String> = lines.into_iter().map(|message| message.filled(&values)).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn client(case: &Case) -> Option<(Program, Option<Release>)> {
    let client = &case.transcript.party.client;
    match client.banner {
        Some(_) => client.software().map(|software| (software.program, software.release)),
        None => (case.progress == Some(Progress::TcpHandshake)).then_some((Program::OpenSsh, None)),
    }
}

fn situation(case: &Case, likeliest: Cause) -> Option<Situation> {
    let transcript = &case.transcript;
    let progress = case.progress?;
    if progress == Progress::TcpHandshake {
        return no_connection(case);
    }
    if likeliest == Cause::SshKeepaliveTimeout && transcript.cipher.keepalive.client.unanswered > 0 {
        return Some(Situation::KeepaliveTimeout);
    }
    if transcript.mismatch.is_some() && likeliest == Cause::NoCommonAlgorithm {
        return Some(Situation::Mismatch);
    }
    if speaks_version_1_only(&transcript.party.server) {
        return (likeliest == Cause::ProtocolMismatch).then_some(Situation::NotSsh2);
    }
    let end = end_by_server(case)?;
    let unseen = transcript.party.server.banner.is_none();
    let told = transcript.party.server.disconnect.is_some()
        || likeliest == Cause::MaxAuthTries && transcript.cipher.too_many_failures.is_some();
    Some(match (progress, end) {
        (Progress::Banner, End::Close) if unseen => Situation::ClosedBeforeVersion,
        (Progress::Banner, End::Reset) if unseen => Situation::ResetBeforeVersion,
        (Progress::Banner | Progress::Kex | Progress::Auth, _) if told => Situation::Disconnected,
        (Progress::Banner | Progress::Kex | Progress::Auth, End::Close) => Situation::ClosedBeforeLogin,
        (Progress::Banner | Progress::Kex | Progress::Auth, End::Reset) => Situation::ResetBeforeLogin,
        (Progress::Session, End::Close) => Situation::ClosedInSession,
        (Progress::Session, End::Reset) => Situation::ResetInSession,
        (Progress::TcpHandshake | Progress::Closed, _) => return None,
    })
}

/// What stands in braces besides the server's address; `None` where the capture does not tell it.
fn details(case: &Case, program: Program, situation: Situation) -> Option<Vec<(&'static str, String)>> {
    let transcript = &case.transcript;
    Some(match situation {
        Situation::Mismatch => {
            let what = list_name(program, transcript.mismatch.as_ref()?.what);
            let offer = raw_offer(case)?;
            vec![("what", what.to_owned()), ("list", offer)]
        }
        Situation::Disconnected => match &transcript.party.server.disconnect {
            Some(said) => {
                let text = said.text.get(..DISCONNECT_SHOWN).unwrap_or(&said.text);
                vec![("code", said.code.to_string()), ("text", text.escape_ascii().to_string())]
            }
            None => vec![("code", "2".to_owned()), ("text", "Too many authentication failures".to_owned())],
        },
        Situation::NotSsh2 => vec![("ours", "2".to_owned()), ("theirs", "1".to_owned())],
        _ => Vec::new(),
    })
}

/// The server's list as it was sent, markers included: the client prints it whole.
fn raw_offer(case: &Case) -> Option<String> {
    let offer = case.transcript.party.server.offer.as_ref().filter(|offer| !offer.lists.cut)?;
    let names = offer.lists.list(case.transcript.mismatch.as_ref()?.what)?;
    let names: Vec<String> = names.iter().map(|name| name.escape_ascii().to_string()).collect();
    Some(names.join(",")).filter(|list| list.len() < OFFER_SHOWN)
}

/// Octets of a DISCONNECT's text that OpenSSH shows (`packet.c`, `%.400s`).
const DISCONNECT_SHOWN: usize = 400;

/// A list that is longer is cut in a message of OpenSSH (`log.c` MSGBUFSIZ: 1024 with what stands before it).
const OFFER_SHOWN: usize = 900;

/// What a client calls a list: OpenSSH `kex.c` and `ssherr.c`, PuTTY `ssh/transport2.c` kexlist_descr.
fn list_name(program: Program, what: &str) -> &'static str {
    let putty = program == Program::Putty;
    match what {
        "kex" if putty => "key exchange algorithm",
        "kex" => "key exchange method",
        "host_key" if putty => "host key algorithm",
        "host_key" => "host key type",
        "cipher_c2s" if putty => "client-to-server cipher",
        "cipher_s2c" if putty => "server-to-client cipher",
        "mac_c2s" if putty => "client-to-server MAC",
        "mac_s2c" if putty => "server-to-client MAC",
        "compression_c2s" if putty => "client-to-server compression method",
        "compression_s2c" if putty => "server-to-client compression method",
        "cipher_c2s" | "cipher_s2c" => "cipher",
        "mac_c2s" | "mac_s2c" => "MAC",
        _ => "compression method",
    }
}

fn speaks_version_1_only(server: &Party) -> bool {
    let line = server.banner.as_ref().map_or(&b""[..], |banner| &banner.line);
    line.starts_with(b"SSH-1.") && !line.starts_with(b"SSH-1.99-")
}

/// How the server's side ended it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Close,
    Reset,
}

/// `None` where the client ended it itself, or learnt nothing.
fn end_by_server(case: &Case) -> Option<End> {
    match (case.ending, &case.reset) {
        (Ending::Reset, Some(reset)) if reset.claimed == Side::Server && reset.role == Role::Initiating => {
            Some(End::Reset)
        }
        (Ending::Close, _) => {
            let (side, fin) = case.first_fin()?;
            // A client that was still waiting for an answer to its good-bye is not told more.
            let goodbye = case.transcript.cipher.client_disconnect.is_some_and(|mark| mark.frame < fin.frame);
            (side == Side::Server && !goodbye).then_some(End::Close)
        }
        _ => None,
    }
}

/// Longest wait of Linux for an answer to its SYNs: tcp_syn_retries 6 means 127 s (`ip-sysctl.rst`).
const SYNS_GIVEN_UP: Elapsed = Elapsed::from_secs(130);

fn no_connection(case: &Case) -> Option<Situation> {
    match case.ending {
        Ending::Reset => {
            let reset = case.reset.as_ref()?;
            (reset.claimed == Side::Server && reset.form == Form::SynAnswer).then_some(Situation::Refused)
        }
        Ending::Refused => {
            let quote = case.flow.quotes.first()?;
            let IcmpError::Unreachable(code) = quote.error else { return None };
            refusal(code, case.endpoint(Side::Client).addr.is_ipv6())
        }
        Ending::Silence => {
            let silent = case.flow.half(Side::Server).packets == 0;
            let waited = case.capture_end.since(case.flow.first.time) >= SYNS_GIVEN_UP;
            (silent && waited).then_some(Situation::ConnectTimedOut)
        }
        _ => None,
    }
}

/// What an ICMP code becomes in a program: Linux `net/ipv4/icmp.c` icmp_err_convert, `net/ipv6/icmp.c` tab_unreach. Codes
/// of ICMPv6 are given in ICMPv4's numbers, by meaning.
const fn refusal(code: u8, v6: bool) -> Option<Situation> {
    match code {
        3 => Some(Situation::Refused),
        13 if v6 => Some(Situation::Prohibited),
        0 | 6 | 9 | 11 => Some(Situation::NetworkUnreachable),
        1 | 10 | 12..=15 => Some(Situation::NoRoute),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::tests::case;
    use crate::flow::tests::{Sent, Wire};
    use crate::ssh::{Banner, Disconnect, Mismatch, Offer, lists};
    use crate::wire::{Flags, Quote};
    use std::sync::Arc;

    const RST: Flags = Flags::RST.with(Flags::ACK);

    /// A connection that the server resets, with these identification strings.
    fn reset(client: &str, server: Option<&str>, progress: Progress) -> Case {
        let mut wire = Wire::new();
        wire.handshake(100, 900)
            .send(Side::Client, Sent { seq: 101, ack: 901, data: b"x", ip_id: 9, ..Sent::default() })
            .send(Side::Server, Sent { flags: RST, seq: 901, ack: 101, ..Sent::default() });
        let mut case = case(&wire);
        let banner = |line: &str| Banner { line: line.into(), mark: crate::ssh::Mark::default() };
        case.transcript.party.client.banner = Some(banner(client));
        case.transcript.party.server.banner = server.map(banner);
        case.progress = Some(progress);
        case
    }

    fn seen(case: &Case) -> String {
        let server = case.endpoint(Side::Server).addr.to_string();
        text(case, Cause::Unknown).unwrap_or_default().replace(&server, "SERVER")
    }

    #[test]
    fn the_text_before_the_servers_version_changed_with_releases() {
        let shown =
            |release: &str| seen(&reset(&format!("SSH-2.0-OpenSSH_{release}"), None, Progress::Banner));
        assert_eq!(shown("7.9"), "ssh_exchange_identification: read: Connection reset by peer");
        assert_eq!(shown("8.1p1"), "kex_exchange_identification: read: Connection reset by peer");
        assert_eq!(
            shown("9.2p1"),
            "kex_exchange_identification: read: Connection reset by peer\nConnection reset by SERVER port 22"
        );
    }

    #[test]
    fn from_9_8_on_a_reset_in_a_session_is_named() {
        let shown = |release: &str| {
            seen(&reset(&format!("SSH-2.0-OpenSSH_{release}"), Some("SSH-2.0-x"), Progress::Session))
        };
        assert_eq!(shown("8.1"), "packet_write_wait: Connection to SERVER port 22: Broken pipe");
        assert_eq!(shown("9.7"), "client_loop: send disconnect: Broken pipe");
        assert_eq!(
            shown("9.8"),
            "Read from remote host SERVER: Connection reset by peer\nclient_loop: send disconnect: Broken pipe"
        );
    }

    #[test]
    fn a_mismatch_names_the_list_and_the_whole_offer_of_the_server() {
        let mut case = reset("SSH-2.0-OpenSSH_9.2", Some("SSH-2.0-x"), Progress::Kex);
        case.transcript.mismatch =
            Some(Mismatch { what: "kex", client_offers: Vec::new(), server_offers: Vec::new() }.into());
        let lists = Arc::new(lists(["a,ext-info-s", "", "", "", "", "", "", ""]));
        case.transcript.party.server.offer = Some(Offer { lists, ..Offer::default() });
        let shown = text(&case, Cause::NoCommonAlgorithm).unwrap();
        assert!(
            shown.ends_with("no matching key exchange method found. Their offer: a,ext-info-s"),
            "{shown}"
        );
    }

    #[test]
    fn what_the_server_says_in_its_disconnect_cannot_command_a_terminal() {
        let mut case = reset("SSH-2.0-OpenSSH_9.2", Some("SSH-2.0-x"), Progress::Kex);
        let mark = crate::ssh::Mark::default();
        case.transcript.party.server.disconnect =
            Some(Disconnect { code: 3, text: b"no\x1b[2J".to_vec(), mark }.into());
        let shown = seen(&case);
        assert_eq!(
            shown,
            "Received disconnect from SERVER port 22:3: no\\x1b[2J\nDisconnected from SERVER port 22"
        );
    }

    #[test]
    fn a_refused_syn_is_told_in_openssh_s_words() {
        let mut wire = Wire::new();
        wire.send(Side::Client, Sent { flags: Flags::SYN, seq: 100, ..Sent::default() })
            .send(Side::Server, Sent { flags: RST, seq: 0, ack: 101, ..Sent::default() });
        assert_eq!(seen(&case(&wire)), "ssh: connect to host SERVER port 22: Connection refused");
    }

    #[test]
    fn a_syn_that_met_an_icmp_error_is_told_in_the_kernels_words() {
        let mut wire = Wire::new();
        wire.send(Side::Client, Sent { flags: Flags::SYN, seq: 100, ..Sent::default() });
        let mut case = case(&wire);
        (case.ending, case.progress) = (Ending::Refused, Some(Progress::TcpHandshake));
        assert_eq!(seen(&case), "", "no error is there");
        let mut met = |error| {
            case.flow.quotes = vec![Quote {
                key: case.flow.key,
                quoted_from: case.flow.client,
                seq: crate::wire::Seq(100),
                reporter: case.endpoint(Side::Server).addr,
                ttl: 64,
                error,
                time: case.flow.first.time,
                frame: case.flow.first.frame,
                place: case.flow.place,
            }];
            seen(&case)
        };
        let no_route = "ssh: connect to host SERVER port 22: No route to host";
        assert_eq!(met(IcmpError::Unreachable(13)), no_route);
        assert_eq!(met(IcmpError::TimeExceeded), "", "it ends no connect");
    }

    #[test]
    fn programs_that_are_not_known_are_not_guessed() {
        assert_eq!(seen(&reset("SSH-2.0-Tectia", Some("SSH-2.0-x"), Progress::Session)), "");
        assert_eq!(seen(&reset("SSH-2.0-OpenSSH_x", None, Progress::Banner)), "", "without a release");
    }

    #[test]
    fn what_openssh_and_putty_call_a_list() {
        let lists = [
            ("kex", "key exchange method", "key exchange algorithm"),
            ("host_key", "host key type", "host key algorithm"),
            ("cipher_c2s", "cipher", "client-to-server cipher"),
            ("cipher_s2c", "cipher", "server-to-client cipher"),
            ("mac_c2s", "MAC", "client-to-server MAC"),
            ("mac_s2c", "MAC", "server-to-client MAC"),
            ("compression_c2s", "compression method", "client-to-server compression method"),
            ("compression_s2c", "compression method", "server-to-client compression method"),
        ];
        for (list, openssh, putty) in lists {
            let names = [Program::OpenSsh, Program::Putty].map(|program| list_name(program, list));
            assert_eq!(names, [openssh, putty], "{list}");
        }
    }

    /// A session in which the client typed, and that `from` closes.
    fn closed(from: Side, progress: Progress) -> Case {
        let mut wire = Wire::new();
        let fin = Flags::FIN.with(Flags::ACK);
        wire.handshake(100, 900)
            .send(Side::Client, Sent { seq: 101, ack: 901, data: b"x", ip_id: 9, ..Sent::default() })
            .send(Side::Server, Sent { seq: 901, ack: 102, ip_id: 10, ..Sent::default() });
        let (seq, ack) = if from == Side::Server { (901, 102) } else { (102, 901) };
        wire.send(from, Sent { flags: fin, seq, ack, ip_id: 11, ..Sent::default() });
        let mut case = case(&wire);
        let banner = |line: &str| Banner { line: line.into(), mark: crate::ssh::Mark::default() };
        case.transcript.party.client.banner = Some(banner("SSH-2.0-OpenSSH_9.2"));
        case.transcript.party.server.banner = Some(banner("SSH-2.0-x"));
        case.progress = Some(progress);
        case
    }

    fn situation_of(case: &Case) -> Option<Situation> {
        situation(case, Cause::Unknown)
    }

    #[test]
    fn each_end_by_the_server_has_its_situation() {
        let unserved = |mut case: Case| {
            case.transcript.party.server.banner = None;
            case
        };
        let closed = |progress| closed(Side::Server, progress);
        let reset = |progress| reset("SSH-2.0-OpenSSH_9.2", Some("SSH-2.0-x"), progress);
        for (progress, by_close, by_reset) in [
            (Progress::Banner, Situation::ClosedBeforeLogin, Situation::ResetBeforeLogin),
            (Progress::Kex, Situation::ClosedBeforeLogin, Situation::ResetBeforeLogin),
            (Progress::Auth, Situation::ClosedBeforeLogin, Situation::ResetBeforeLogin),
            (Progress::Session, Situation::ClosedInSession, Situation::ResetInSession),
        ] {
            let situations = [situation_of(&closed(progress)), situation_of(&reset(progress))];
            assert_eq!(situations, [Some(by_close), Some(by_reset)], "{progress:?}");
        }
        assert_eq!(situation_of(&closed(Progress::Closed)), None);
        let early = [closed(Progress::Banner), reset(Progress::Banner)].map(unserved);
        let unseen = [Situation::ClosedBeforeVersion, Situation::ResetBeforeVersion].map(Some);
        assert_eq!(early.each_ref().map(situation_of), unseen);
    }

    #[test]
    fn an_end_of_the_clients_own_is_not_told() {
        assert_eq!(situation_of(&closed(Side::Client, Progress::Session)), None);
        let fin = crate::frame::FrameNo(6);
        let goodbye = |frame| {
            let mut case = closed(Side::Server, Progress::Session);
            assert_eq!(case.first_fin().unwrap().1.frame, fin);
            let mark = crate::ssh::Mark { frame, ..Default::default() };
            case.transcript.cipher.client_disconnect = Some(mark);
            situation_of(&case)
        };
        assert_eq!(goodbye(crate::frame::FrameNo(5)), None);
        assert_eq!(goodbye(fin), Some(Situation::ClosedInSession), "not before the server's close");
        let mut other = reset("SSH-2.0-OpenSSH_9.2", Some("SSH-2.0-x"), Progress::Session);
        other.reset.as_mut().unwrap().role = Role::Reaction;
        assert_eq!(situation_of(&other), None);
        let mut own = reset("SSH-2.0-OpenSSH_9.2", Some("SSH-2.0-x"), Progress::Session);
        own.reset.as_mut().unwrap().claimed = Side::Client;
        assert_eq!(situation_of(&own), None);
    }

    #[test]
    fn what_was_said_comes_before_how_it_ended() {
        let case = |edit: &dyn Fn(&mut crate::ssh::Transcript)| {
            let mut case = closed(Side::Server, Progress::Auth);
            edit(&mut case.transcript);
            case
        };
        let mark = Some(crate::ssh::Mark::default());
        let too_many = case(&|it| it.cipher.too_many_failures = mark);
        assert_eq!(situation(&too_many, Cause::MaxAuthTries), Some(Situation::Disconnected));
        assert_eq!(situation(&too_many, Cause::Unknown), Some(Situation::ClosedBeforeLogin));
        assert_eq!(situation(&case(&|_| ()), Cause::MaxAuthTries), Some(Situation::ClosedBeforeLogin));
        let probed = |probes| case(&|it| it.cipher.keepalive.client.unanswered = probes);
        assert_eq!(situation(&probed(1), Cause::SshKeepaliveTimeout), Some(Situation::KeepaliveTimeout));
        assert_eq!(situation(&probed(0), Cause::SshKeepaliveTimeout), Some(Situation::ClosedBeforeLogin));
        assert_eq!(situation(&probed(1), Cause::LinkOutage), Some(Situation::ClosedBeforeLogin));
        let lists = Mismatch { what: "kex", client_offers: vec![], server_offers: vec![] };
        let mismatch = case(&|it| it.mismatch = Some(lists.clone().into()));
        assert_eq!(situation(&mismatch, Cause::NoCommonAlgorithm), Some(Situation::Mismatch));
        assert_eq!(situation(&mismatch, Cause::Unknown), Some(Situation::ClosedBeforeLogin));
        for (line, cause, expected) in [
            ("SSH-1.5-x", Cause::ProtocolMismatch, Some(Situation::NotSsh2)),
            ("SSH-1.5-x", Cause::Unknown, None),
            ("SSH-1.99-x", Cause::ProtocolMismatch, Some(Situation::ClosedBeforeLogin)),
        ] {
            let mut old = case(&|_| ());
            let mark = crate::ssh::Mark::default();
            old.transcript.party.server.banner = Some(Banner { line: line.into(), mark });
            assert_eq!(situation(&old, cause), expected, "{line}");
        }
    }

    #[test]
    fn an_icmp_code_becomes_what_the_kernel_makes_of_it() {
        let of = |code| [refusal(code, false), refusal(code, true)];
        assert_eq!(of(3), [Some(Situation::Refused); 2]);
        assert_eq!(of(13), [Some(Situation::NoRoute), Some(Situation::Prohibited)]);
        for code in [0, 6, 9, 11] {
            assert_eq!(of(code), [Some(Situation::NetworkUnreachable); 2], "{code}");
        }
        for code in [1, 10, 12, 14, 15] {
            assert_eq!(of(code), [Some(Situation::NoRoute); 2], "{code}");
        }
        for code in [2, 4, 5, 7, 8, 16] {
            assert_eq!(of(code), [None; 2], "{code}");
        }
    }

    #[test]
    fn a_connection_that_never_was_is_told_when_the_kernel_gives_up() {
        let waited = |seconds: i64, answered: bool| {
            let mut wire = Wire::new();
            let syn = Sent { flags: Flags::SYN, seq: 100, ip_id: 1, ..Sent::default() };
            wire.send(Side::Client, syn).wait(1_000).send(Side::Client, Sent { ip_id: 2, ..syn });
            if answered {
                let flags = Flags::SYN.with(Flags::ACK);
                wire.send(Side::Server, Sent { flags, seq: 900, ack: 101, ..Sent::default() });
            }
            let mut case = case(&wire);
            case.ending = Ending::Silence;
            case.capture_end = case.flow.first.time + Elapsed::from_secs(seconds);
            situation_of(&case)
        };
        assert_eq!(waited(130, false), Some(Situation::ConnectTimedOut));
        assert_eq!((waited(129, false), waited(130, true)), (None, None));
    }

    #[test]
    fn a_reset_behind_the_syn_ack_is_no_refusal_of_the_syn() {
        let mut wire = Wire::new();
        let flags = Flags::SYN.with(Flags::ACK);
        wire.send(Side::Client, Sent { flags: Flags::SYN, seq: 100, ..Sent::default() })
            .send(Side::Server, Sent { flags, seq: 900, ack: 101, ..Sent::default() })
            .send(Side::Server, Sent { flags: Flags::RST, seq: 901, ..Sent::default() });
        let mut case = case(&wire);
        (case.ending, case.progress) = (Ending::Reset, Some(Progress::TcpHandshake));
        assert_eq!(situation_of(&case), None);
    }

    #[test]
    fn another_protocol_is_told_with_both_versions() {
        let case = closed(Side::Server, Progress::Banner);
        let details = details(&case, Program::OpenSsh, Situation::NotSsh2).unwrap();
        assert_eq!(details, [("ours", "2".to_owned()), ("theirs", "1".to_owned())]);
    }

    #[test]
    fn long_texts_are_cut_as_openssh_cuts_them_and_long_lists_are_not_shown() {
        let mark = crate::ssh::Mark::default();
        let said = |octets: usize| {
            let mut case = reset("SSH-2.0-OpenSSH_9.2", Some("SSH-2.0-x"), Progress::Kex);
            let text = vec![b'x'; octets];
            case.transcript.party.server.disconnect = Some(Disconnect { code: 3, text, mark }.into());
            seen(&case).matches('x').count()
        };
        assert_eq!((said(400), said(401)), (400, 400));
        let offered = |octets: usize, cut: bool| {
            let mut case = reset("SSH-2.0-OpenSSH_9.2", Some("SSH-2.0-x"), Progress::Kex);
            let nothing = Mismatch { what: "kex", client_offers: Vec::new(), server_offers: Vec::new() };
            case.transcript.mismatch = Some(nothing.into());
            let name = "x".repeat(octets);
            let mut lists = lists([&name, "", "", "", "", "", "", ""]);
            lists.cut = cut;
            case.transcript.party.server.offer = Some(Offer { lists: Arc::new(lists), ..Offer::default() });
            raw_offer(&case).map(|list| list.len())
        };
        assert_eq!((offered(899, false), offered(900, false), offered(9, true)), (Some(899), None, None));
    }
}
