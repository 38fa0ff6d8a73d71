//! Real texts, as users and logs give them, and the laws of the table.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::Situation::*;
use super::*;

/// The templates found in `text`.
fn templates(text: &str) -> Vec<&'static str> {
    matching(text).iter().filter(|it| !it.near).map(|it| it.message.template).collect()
}

/// Texts as they were printed, with the template that each is.
const REAL: &[(&str, &str)] = &[
    (
        "kex_exchange_identification: read: Connection reset by peer",
        "kex_exchange_identification: read: Connection reset by peer",
    ),
    (
        "KEX_EXCHANGE_IDENTIFICATION: Read: connection reset by peer\r",
        "kex_exchange_identification: read: Connection reset by peer",
    ),
    (
        "ssh_exchange_identification: Connection closed by remote host",
        "ssh_exchange_identification: Connection closed by remote host",
    ),
    ("Connection reset by 10.0.0.1 port 22", "Connection reset by {server} port {port}"),
    ("Connection reset by UNKNOWN port 65535", "Connection reset by {server} port {port}"),
    ("Connection closed by fe80::1%eth0 port 2222", "Connection closed by {server} port {port}"),
    ("client_loop: send disconnect: Broken pipe", "client_loop: send disconnect: Broken pipe"),
    ("client_loop: send disconnect: Connection reset", "client_loop: send disconnect: Connection reset"),
    (
        "packet_write_wait: Connection to 192.0.2.7 port 22: Broken pipe",
        "packet_write_wait: Connection to {server} port {port}: Broken pipe",
    ),
    (
        "client_loop: ssh_packet_write_poll: Connection to 192.0.2.7 port 22: Broken pipe",
        "ssh_packet_write_poll: Connection to {server} port {port}: Broken pipe",
    ),
    (
        "Read from remote host example.org: Connection reset by peer",
        "Read from remote host {server}: Connection reset by peer",
    ),
    (
        "ssh: connect to host example.org port 22: Connection refused",
        "ssh: connect to host {server} port {port}: Connection refused",
    ),
    (
        "Unable to negotiate with 192.0.2.7 port 22: no matching host key type found. Their offer: ssh-rsa,ssh-dss",
        "Unable to negotiate with {server} port {port}: no matching {what} found. Their offer: {list}",
    ),
    (
        "Received disconnect from 192.0.2.7 port 22:2: Too many authentication failures",
        "Received disconnect from {server} port {port}:{code}: Too many authentication failures",
    ),
    ("root@example.org: Permission denied (publickey,password).", "Permission denied ({list})."),
    ("Timeout, server example.org not responding.", "Timeout, server {server} not responding."),
    ("Connection to example.org closed by remote host.", "Connection to {server} closed by remote host."),
    (
        "ssh_dispatch_run_fatal: Connection to 192.0.2.7 port 22: message authentication code incorrect",
        "ssh_dispatch_run_fatal: Connection to {server} port {port}: message authentication code incorrect",
    ),
    ("Nov 21 08:00:00 web sshd[4711]: Bad packet length 1349676916.", "Bad packet length {number}."),
    (
        "sshd-session[9]: Connection reset by authenticating user root 203.0.113.9 port 40912 [preauth]",
        "Connection reset by authenticating user {user} {client} port {port}",
    ),
    (
        "sshd[1]: drop connection #10 from [203.0.113.9]:40912 on [192.0.2.7]:22 past MaxStartups",
        "drop connection #{number} from {client} on {server} past MaxStartups",
    ),
    (
        "drop connection #0 from [203.0.113.9]:1 on [192.0.2.7]:22 penalty: failed authentication",
        "drop connection #{number} from {client} on {server} penalty: {text}",
    ),
    (
        "fatal: Timeout before authentication for 203.0.113.9 port 40912",
        "Timeout before authentication for {client} port {port}",
    ),
    (
        "Timeout before authentication for connection from 203.0.113.9 to 192.0.2.7, pid = 4711",
        "Timeout before authentication for connection from {client} to {server}",
    ),
    (
        "error: kex_exchange_identification: client sent invalid protocol identifier \"GET / HTTP/1.1\"",
        "client sent invalid protocol identifier {text}",
    ),
    ("sshd[12]: refused connect from scanner.example (203.0.113.9)", "refused connect from {text}"),
    ("Network error: Software caused connection abort", "Network error: Software caused connection abort"),
    ("FATAL ERROR: Network error: Connection reset by peer", "Network error: Connection reset by peer"),
    (
        "Remote side unexpectedly closed network connection",
        "Remote side unexpectedly closed network connection",
    ),
    (
        "Couldn't agree a host key algorithm (available: ssh-rsa,ssh-dss)",
        "Couldn't agree a {what} (available: {list})",
    ),
    (
        "dbclient: Connection to root@192.0.2.7:22 exited: Error reading: Connection reset by peer",
        "exited: Error reading: Connection reset by peer",
    ),
    (
        "Exit before auth from <203.0.113.9:40912>: Timeout before auth",
        "Exit before auth from <{client}>: Timeout before auth",
    ),
    (
        "paramiko.ssh_exception.SSHException: Error reading SSH protocol banner[Errno 104] Connection reset by peer",
        "Error reading SSH protocol banner[Errno 104] Connection reset by peer",
    ),
    (
        "ssh: handshake failed: read tcp 203.0.113.9:40912->192.0.2.7:22: read: connection reset by peer",
        "ssh: handshake failed: read tcp {client}->{server}: read: connection reset by peer",
    ),
    (
        "com.jcraft.jsch.JSchException: Session.connect: java.net.SocketException: Connection reset",
        "Session.connect: java.net.SocketException: Connection reset",
    ),
    ("rsync: [sender] read error: Connection reset by peer (104)", "Connection reset by peer"),
    ("An existing connection was forcibly closed by the remote host.", "forcibly closed by the remote host"),
];

#[test]
fn real_texts_are_recognised() {
    for &(text, template) in REAL {
        assert!(templates(text).contains(&template), "{text}: {:?}", templates(text));
    }
}

#[test]
fn ssh_and_sshd_say_the_same_of_different_things_and_both_are_given() {
    let found = matching("Connection reset by 10.0.0.1 port 22");
    let printers: Vec<Printer> = found.iter().map(|it| it.message.printer).collect();
    assert_eq!(printers, [Printer::Client(Program::OpenSsh), Printer::Log(Program::OpenSsh)]);
}

#[test]
fn lines_are_recognised_one_by_one() {
    let found = templates(
        "kex_exchange_identification: read: Connection reset by peer\nConnection reset by 10.0.0.1 port 22\nlost connection",
    );
    assert_eq!(found.len(), 3, "{found:?}");
}

#[test]
fn a_text_that_was_changed_leads_to_the_nearest_one_and_nonsense_to_none() {
    let near = matching("kex_exchange_identification read connection reset from peer");
    assert!(near[0].near && near[0].message.template.starts_with("kex_exchange"), "{near:?}");
    assert!(matching("No space left on device").is_empty());
    assert!(matching("").is_empty());
    assert!(matching("\u{1b}[2J\u{202e}").is_empty());
}

/// Every situation, so that none is without a text that `explain` knows.
const SITUATIONS: [Situation; 15] = [
    Refused,
    NoRoute,
    NetworkUnreachable,
    Prohibited,
    ConnectTimedOut,
    ClosedBeforeVersion,
    ResetBeforeVersion,
    NotSsh2,
    Mismatch,
    Disconnected,
    ClosedBeforeLogin,
    ResetBeforeLogin,
    ClosedInSession,
    ResetInSession,
    KeepaliveTimeout,
];

#[test]
fn what_a_client_is_said_to_have_shown_can_be_explained() {
    let values = [
        ("server", "2001:db8::7"),
        ("port", "22"),
        ("what", "MAC"),
        ("list", "hmac-sha1"),
        ("code", "2"),
        ("text", "bye"),
        ("ours", "2"),
        ("theirs", "1"),
    ];
    let programs = [Program::OpenSsh, Program::Putty, Program::Dropbear, Program::Paramiko];
    for when in SITUATIONS {
        let mut any = false;
        for program in programs {
            for release in [(7, 4), (8, 1), (8, 2), (9, 2), (9, 6), (9, 8), (10, 5)] {
                for message in shown(program, Some(release), when) {
                    let text = message.filled(&values);
                    assert!(!text.contains('{'), "{text}");
                    assert!(
                        matching(&text).iter().any(|it| it.message.template == message.template),
                        "{text}"
                    );
                    any = true;
                }
            }
        }
        assert!(any, "{when:?}: no client says anything");
    }
}

#[test]
fn releases_do_not_leave_a_client_without_words_between_them() {
    for when in SITUATIONS {
        for release in [(7, 4), (7, 9), (8, 0), (8, 2), (8, 3), (9, 4), (9, 5), (9, 7), (9, 8), (10, 0)] {
            assert!(!shown(Program::OpenSsh, Some(release), when).is_empty(), "{when:?} {release:?}");
        }
    }
}

#[test]
fn no_printer_has_one_text_twice_and_each_cites_its_source() {
    let mut seen = BTreeSet::new();
    for message in all() {
        assert!(seen.insert((format!("{:?}", message.printer), message.template)), "{}", message.template);
        assert!(message.source.len() > 5 && !message.releases.is_empty(), "{}", message.template);
        assert!(!message.meaning.causes.is_empty(), "{}", message.template);
        let (open, close) = (message.template.matches('{').count(), message.template.matches('}').count());
        assert_eq!(open, close, "{}", message.template);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_has_an_answer(text in ".{0,300}") {
        let _ = matching(&text);
    }

    #[test]
    fn any_template_is_found_whatever_stands_in_its_braces(
        which in 0..all().count(),
        word in "[a-z0-9.:\\[\\]-]{1,20}",
        number in any::<u32>(),
    ) {
        let message = all().nth(which).unwrap();
        let number = number.to_string();
        let filled = message.template.split('{').map(|part| match part.split_once('}') {
            Some(("number" | "port" | "code", behind)) => format!("{number}{behind}"),
            Some((_, behind)) => format!("{word}{behind}"),
            None => part.to_owned(),
        });
        let filled: String = filled.collect();
        prop_assert!(pattern::find(message.template, &pattern::normal(&filled)).is_some(), "{filled}");
        prop_assert!(matching(&filled).iter().any(|it| !it.near), "{filled}");
    }
}
