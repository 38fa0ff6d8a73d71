//! Nothing is forgotten: every detector, pattern and cause is registered, documented, and in the README; the schema is fresh.
//!
//! `SSHRST_BLESS=1 cargo test --test catalogue` writes the README's tables and `src/report/schema.json` anew.

#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test reads files, asks whether to write them, and fails by panicking"
)]

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use sshrst::cause::{Cause, Facts, Group};
use sshrst::detect::{CATALOGUE, Meta};
use sshrst::population;
use sshrst::report::{self, Screen};
use sshrst::timers;
use sshrst::units::Timestamp;

fn path(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

fn metas() -> impl Iterator<Item = &'static Meta> {
    CATALOGUE.iter().map(|detector| detector.meta())
}

/// Holds `file` against what it must be, or writes it.
fn assert_fresh(file: &str, expected: &str) {
    let found = fs::read_to_string(path(file)).unwrap_or_default();
    if std::env::var_os("SSHRST_BLESS").is_some() {
        fs::write(path(file), expected).unwrap();
    } else {
        let line = found.lines().zip(expected.lines()).position(|(a, b)| a != b);
        assert!(found == expected, "{file} is stale from line {line:?} on: SSHRST_BLESS=1 cargo test");
    }
}

#[test]
fn ids_are_unique_across_detectors_patterns_causes_and_timers() {
    let mut seen = BTreeSet::new();
    for id in report::explainable() {
        assert!(seen.insert(id), "`{id}` names two things");
        let kebab = |part: &str| {
            !part.is_empty() && part.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit())
        };
        assert!(id.split('-').all(kebab), "`{id}` is not kebab-case");
    }
}

#[test]
fn a_detector_is_called_like_its_file() {
    for meta in metas() {
        let stem = Path::new(meta.file).file_stem().unwrap().to_str().unwrap();
        assert_eq!(stem.replace('_', "-"), meta.id, "{}", meta.file);
    }
}

#[test]
fn every_file_of_a_detector_is_in_the_catalogue() {
    let registered: BTreeSet<&str> = metas().map(|meta| meta.file).collect();
    let mut found = BTreeSet::new();
    for group in
        fs::read_dir(path("src/detect")).unwrap().map(|entry| entry.unwrap().path()).filter(|it| it.is_dir())
    {
        for file in fs::read_dir(&group).unwrap().map(|entry| entry.unwrap().path()) {
            let file = file.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(path(&file)).unwrap();
            // A file beside the detectors may hold what several of them share; one that declares is one of them.
            if text.contains("declare_detector!") {
                found.insert(file);
            }
        }
    }
    let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
    assert_eq!(found, registered);
}

#[test]
fn every_detector_has_the_five_headings_in_order_with_text_under_each() {
    for meta in metas() {
        let lines: Vec<&str> = meta.doc.lines().map(str::trim).collect();
        let headings: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(headings, ["Sees", "Means", "Misleads when", "Needs", "References"], "{}", meta.id);
        let sections = meta.doc.split("## ").skip(1);
        for section in sections {
            let (heading, text) = section.split_once('\n').unwrap();
            assert!(text.trim().len() > 10, "{}: nothing under {heading}", meta.id);
        }
        let summary = meta.summary();
        assert!(summary.ends_with('.') && summary.len() < 120, "{}: `{summary}`", meta.id);
    }
}

#[test]
fn a_pattern_is_called_like_its_file_and_documented_as_a_detector_is() {
    for meta in population::catalogue() {
        let stem = Path::new(meta.file).file_stem().unwrap().to_str().unwrap();
        assert_eq!(stem.replace('_', "-"), meta.id, "{}", meta.file);
        let headings: Vec<&str> =
            meta.doc.lines().filter_map(|line| line.trim().strip_prefix("## ")).collect();
        assert_eq!(headings, ["Sees", "Means", "Misleads when", "Needs", "References"], "{}", meta.id);
        assert!(meta.summary().ends_with('.') && meta.summary().len() < 120, "{}", meta.id);
    }
}

#[test]
fn every_file_that_declares_a_pattern_is_in_the_catalogue() {
    let registered: BTreeSet<&str> = population::catalogue().map(|meta| meta.file).collect();
    let files = fs::read_dir(path("src/population")).unwrap().map(|entry| entry.unwrap().path());
    let declares =
        |file: &PathBuf| file.is_file() && fs::read_to_string(file).unwrap().contains("\ndeclare_pattern! {");
    let found: BTreeSet<String> = files
        .filter(declares)
        .map(|file| file.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(found.iter().map(String::as_str).collect::<BTreeSet<_>>(), registered);
}

#[test]
fn every_cause_can_be_explained() {
    for cause in Cause::ALL {
        let page = report::explain(cause.id(), Screen { width: 100, color: false }).unwrap();
        for heading in ["What happened", "On the wire", "Looks the same", "References"] {
            assert!(page.contains(&format!("\n{heading}\n")), "{cause}: no `{heading}` in\n{page}");
        }
    }
}

/// What the advice of each cause must say, filled in for a session from 192.0.2.9:36675 to 198.51.100.7:22: the commands that
/// confirm it, the lines that mend it, and the traps that the usual advice leaves out.
const ADVICE: [(Cause, &[&str]); 50] = [
    (
        Cause::AcceptQueueOverflow,
        &[
            "ss -ltn sport = :22",
            "TcpExtListenOverflows",
            "tcp_abort_on_overflow=0",
            "limit new connections for each source",
        ],
    ),
    (
        Cause::AuthenticationFailed,
        &["Failed", "Invalid user", "ssh -v -p 22", "ssh-copy-id -p 22", "IdentitiesOnly yes"],
    ),
    (Cause::BenignRstAfterClose, &["journalctl -u ssh -u sshd", "Received disconnect"]),
    (Cause::BlackholeThenReset, &["mtr --report", "ping -c 20", "last -x", "loss begins"]),
    (
        Cause::ClientAbort,
        &[
            "Connection reset by 192.0.2.9 port 36675",
            "TcpExtTCPAbortOnClose",
            "ssh-keyscan -p 22 198.51.100.7",
            "changed key",
            "client.close()",
        ],
    ),
    (
        Cause::ClientConnectTimeout,
        &["ConnectTimeout=30", "ConnectTimeout 30\n    ConnectionAttempts 3", "mtr --report", "top "],
    ),
    (Cause::ClientKilled, &["dmesg -T", "journalctl --since", "tmux new -A -s work", "enable-linger"]),
    (
        Cause::ClientPortReuse,
        &["ss -tnoi dst 192.0.2.9", "ClientAliveInterval 60\nClientAliveCountMax 3", "last -x"],
    ),
    (
        Cause::CorruptedPacket,
        &["Corrupted MAC on input", "TcpInCsumErrors", "ethtool -K", "sequence randomisation"],
    ),
    (
        Cause::FirewallIcmpReject,
        &["ip route get 198.51.100.7", "mtr --report", "icmp-port-unreachable", "iptables -I INPUT 1"],
    ),
    (
        Cause::FirewallIdleTimeout,
        &[
            "conntrack -L",
            "ss -tnoi dst 198.51.100.7",
            "mtr --report",
            "TCP_ELB_Reset_Count",
            "Host *\n    ServerAliveInterval 20\n    ServerAliveCountMax 3",
            "ClientAliveInterval 20\nClientAliveCountMax 3",
            "raise the idle timeout",
            "absolute lifetimes",
        ],
    ),
    (
        Cause::FirewallRuleReject,
        &[
            "mtr --report --tcp --port 22",
            "iptables -L -n -v --line-numbers",
            "nft list ruleset",
            "before the rule that rejects",
            "security groups",
        ],
    ),
    (
        Cause::FirewallSilentDrop,
        &[
            "mtr --report",
            "ss -tnoi",
            "iptables -L FORWARD -n -v --line-numbers",
            "DROP",
            "ServerAliveInterval 20",
            "let TCP from 192.0.2.9 to 198.51.100.7 port 22 pass",
        ],
    ),
    (
        Cause::FirewallStateLost,
        &["conntrack -S", "nf_conntrack_max", "synchronise the state", "mtr --report"],
    ),
    (
        Cause::ForkFailure,
        &[
            "Resource temporarily unavailable",
            "TasksMax",
            "pid_max",
            "free -m",
            "sshd -t && (systemctl restart ssh || systemctl restart sshd)",
        ],
    ),
    (
        Cause::HalfOpen,
        &["ss -tnoi dst 192.0.2.9", "ss -tnoi dst 198.51.100.7", "last -x", "ClientAliveInterval 20"],
    ),
    (
        Cause::HostFirewallIdleTimeout,
        &[
            "nf_conntrack_tcp_timeout_established",
            "iptables -L",
            "nft list ruleset",
            "ESTABLISHED,RELATED",
            "ServerAliveInterval 20",
        ],
    ),
    (Cause::InjectedRst, &["tcpdump -ni any", "still ESTAB", "suricata", "WireGuard", "exempt 192.0.2.9"]),
    (Cause::InjectedRstIneffective, &["TcpExtTCPChallengeACK", "tcpdump -ni any", "mtr --report"]),
    (Cause::KeyScan, &["[preauth]", "PerSourceMaxStartups 5", "let only known sources reach port 22"]),
    (Cause::LinkOutage, &["dmesg -T", "NetworkManager", "ip -s link", "ServerAliveCountMax 6"]),
    (
        Cause::LoginGraceTimeout,
        &["Timeout before authentication", "logingrace", "ssh-add", "LoginGraceTime 180", "MaxStartups"],
    ),
    (Cause::MalformedPacket, &["Bad packet length", "od -c", "sshd -t", "Ciphers aes128-ctr"]),
    (
        Cause::MaxAuthTries,
        &["maximum authentication attempts exceeded", "ssh-add -l", "IdentitiesOnly yes", "MaxAuthTries 10"],
    ),
    (
        Cause::MaxStartups,
        &[
            "past MaxStartups",
            "sshd -T",
            "top ",
            "MaxStartups 100:30:200",
            "MaxSessions does not help",
            "ControlMaster auto",
        ],
    ),
    (
        Cause::MtuBlackhole,
        &[
            "ping -c 5 -M do -s 1472 198.51.100.7",
            "tracepath",
            "--clamp-mss-to-pmtu",
            "ICMP type 3 code 4",
            "tcp_mtu_probing=1",
        ],
    ),
    (Cause::NatRebinding, &["tcpdump -ni any", "conntrack -L", "ServerAliveInterval 20"]),
    (
        Cause::NatStateLost,
        &["conntrack -L", "IdleTimeoutCount", "ServerAliveInterval 20", "--ctstate INVALID -j DROP"],
    ),
    (
        Cause::NoCommonAlgorithm,
        &[
            "Unable to negotiate with 192.0.2.9 port 36675",
            "sshd -T",
            "ssh -Q kex",
            "KexAlgorithms +",
            "last resort",
        ],
    ),
    (Cause::NormalClose, &["disconnected by user"]),
    (
        Cause::OomKill,
        &["dmesg -T", "free -m", "top ", "MemoryMax", "MaxSessions and MaxStartups do not free memory"],
    ),
    (Cause::PathLoss, &["mtr --report", "ping -c 20", "ss -tnoi", "ip -s link", "ServerAliveCountMax 6"]),
    (
        Cause::PerSourcePenalty,
        &["penalty: failed authentication", "PerSourcePenaltyExemptList 192.0.2.9", "mend what fails"],
    ),
    (
        Cause::PortClosed,
        &[
            "systemctl status ssh sshd",
            "ss -ltn sport = :22",
            "sshd -t",
            "iptables -L",
            "systemctl enable --now ssh",
            "the unit is `ssh` on Debian and Ubuntu",
            "keep a session open",
        ],
    ),
    (Cause::PortScan, &["whois 192.0.2.9", "PerSourceMaxStartups 5", "let only known sources reach port 22"]),
    (
        Cause::ProtocolMismatch,
        &["invalid protocol identifier", "nc -w 5 198.51.100.7 22", "ss -ltnp", "turn off TLS"],
    ),
    (
        Cause::ProxyBackendDown,
        &["show stat", "UnHealthyHostCount", "systemctl status", "health check at port 22"],
    ),
    (
        Cause::ProxyIdleTimeout,
        &["haproxy.cfg", "TCP_ELB_Reset_Count", "ss -tnoi", "ServerAliveInterval 20", "empty segments"],
    ),
    (
        Cause::ServerFailover,
        &["keepalived", "ssh-keyscan -p 22", "ip neigh show 198.51.100.7", "one backend"],
    ),
    (
        Cause::ServerFirewallReject,
        &[
            "iptables -L -n -v --line-numbers",
            "nft list ruleset",
            "fail2ban-client",
            "iptables -I INPUT 1 -p tcp -s 192.0.2.9 --dport 22 -j ACCEPT",
            "ESTABLISHED,RELATED",
            "`iptables -A` after a REJECT",
            "keep a session open",
        ],
    ),
    (Cause::ServerOverloaded, &["top ", "free -m", "dmesg -T", "UseDNS no", "MaxStartups "]),
    (
        Cause::ServerRebooted,
        &[
            "last -x",
            "uptime -s",
            "--list-boots",
            "ping -c 20",
            "StatusCheckFailed",
            "find out why it restarts",
        ],
    ),
    (Cause::ServerShutdown, &["last -x", "Sending SIGTERM", "--list-boots", "find who shut it down"]),
    (Cause::SocketDestroyed, &["tcp_abort", "journalctl", "destroys sockets"]),
    (
        Cause::SshKeepaliveTimeout,
        &["ssh -G 198.51.100.7", "client not responding", "ServerAliveCountMax 6", "mtr --report"],
    ),
    (
        Cause::SshdSessionKilled,
        &["journalctl -u ssh -u sshd", "systemctl status", "dmesg -T", "auditctl", "8.2, 9.8, 10.0"],
    ),
    (
        Cause::TcpKeepaliveTimeout,
        &["tcp_keepalive_time", "TcpExtTCPAbortOnTimeout", "ClientAliveInterval 20"],
    ),
    (Cause::TcpUserTimeout, &["TcpExtTCPAbortOnTimeout", "ss -tnoi", "tcp-ut"]),
    (
        Cause::TcpWrappers,
        &[
            "/etc/hosts.allow",
            "/etc/hosts.deny",
            "libwrap",
            "refused connect from",
            "sshd: 192.0.2.9",
            "no TCP wrappers since 6.7",
        ],
    ),
    (
        Cause::Unknown,
        &[
            "journalctl -u ssh -u sshd --since \"2026-11-21 07:00:01 UTC\" --until \"2026-11-21 07:02:02 UTC\"",
            "systemctl status",
            "last -x",
            "tcpdump -ni any",
        ],
    ),
];

fn facts() -> Facts {
    Facts {
        client: "192.0.2.9".parse().unwrap(),
        client_port: 36675,
        server: "198.51.100.7".parse().unwrap(),
        server_port: 22,
        since: Timestamp::from_nanos(1_795_244_401_000_000_000),
        until: Timestamp::from_nanos(1_795_244_522_000_000_000),
        interval: Some(20),
        idleness: true,
    }
}

#[test]
fn the_advice_of_each_cause_gives_its_commands_lines_and_traps() {
    let causes: Vec<Cause> = ADVICE.iter().map(|(cause, _)| *cause).collect();
    assert_eq!(causes, Cause::ALL, "every cause is in the table, in order");
    for (cause, parts) in ADVICE {
        let advice = cause.advice().filled(&facts());
        let mut all = String::new();
        for confirm in advice.confirm {
            writeln!(all, "{}\n{}", confirm.command, confirm.expect).unwrap();
        }
        for remedy in advice.remedies {
            writeln!(all, "{}\n{}\n{}", remedy.what, remedy.why, remedy.trap).unwrap();
        }
        for part in parts {
            assert!(all.contains(part), "{cause} does not say {part:?}:\n{all}");
        }
    }
}

/// The programs that remedies call. A sentence begins with none of these words.
const PROGRAMS: [&str; 16] = [
    "apt-get",
    "auditctl",
    "ethtool",
    "fail2ban-client",
    "ip6tables",
    "iptables",
    "nft",
    "ssh-add",
    "ssh-copy-id",
    "ssh-keyscan",
    "sshd",
    "sysctl",
    "systemctl",
    "tcpdump",
    "tmux",
    "{iptables}",
];

#[test]
fn what_is_to_be_pasted_is_a_command_or_lines_of_a_file_and_says_so() {
    for remedy in Cause::ALL.iter().flat_map(|cause| cause.advice().remedies) {
        let first = remedy.what.split([' ', '\n']).next().unwrap();
        let can_be_pasted = first == "#" || PROGRAMS.contains(&first);
        assert_eq!(remedy.paste, can_be_pasted, "`{}`", remedy.what);
        // A file is named on the first line; what follows is for it.
        let file = remedy.what.strip_prefix("# ").and_then(|it| it.split_once('\n'));
        let named = file.is_some_and(|(file, _)| file.starts_with(['/', '~']));
        assert!(!remedy.what.contains('\n') || (remedy.paste && named), "`{}` names no file", remedy.what);
    }
}

#[test]
fn without_idleness_no_keepalive_is_advised() {
    let busy = Facts { idleness: false, ..facts() };
    for cause in [Cause::FirewallSilentDrop, Cause::FirewallStateLost] {
        let remedies = cause.advice().filled(&busy).remedies;
        assert!(!remedies.is_empty(), "{cause}");
        assert!(remedies.iter().all(|remedy| !remedy.what.contains("AliveInterval")), "{cause}");
    }
}

#[test]
fn the_schema_is_that_of_the_types() {
    assert_fresh("src/report/schema.json", &report::schema());
}

#[test]
fn the_readmes_tables_are_made_from_the_code() {
    let mut readme = fs::read_to_string(path("README.md")).unwrap();
    for (name, text) in
        [("signals", signals()), ("patterns", patterns()), ("causes", causes()), ("timers", timers())]
    {
        readme = replaced(&readme, name, &text);
    }
    assert_fresh("README.md", &readme);
}

fn signals() -> String {
    let mut table = String::from("| signal | the capture shows that … |\n|---|---|\n");
    for meta in metas() {
        writeln!(table, "| `{}` | {} |", meta.id, meta.summary()).unwrap();
    }
    table
}

fn patterns() -> String {
    let mut table = String::from("| pattern | says |\n|---|---|\n");
    for meta in population::catalogue() {
        writeln!(table, "| `{}` | {} |", meta.id, meta.summary()).unwrap();
    }
    table
}

fn causes() -> String {
    let mut table = String::from("| group | cause | the connection ended because … |\n|---|---|---|\n");
    for group in Group::ALL {
        let causes = Cause::ALL.iter().filter(|cause| cause.group() == group);
        for (at, cause) in causes.enumerate() {
            let group = if at == 0 { group.title() } else { "" };
            writeln!(table, "| {group} | `{}` | {} |", cause.id(), cause.title()).unwrap();
        }
    }
    table
}

fn timers() -> String {
    let all = timers::catalogue();
    let recalled = all.iter().filter(|timer| timer.is_recalled()).count();
    format!(
        "The catalogue holds {} timers, each with its source and the day it was read; {recalled} of them are recalled and not\n\
         read in a source, and are shown as such.\n",
        all.len()
    )
}

/// `text` with what stands between the markers of `name` replaced.
fn replaced(text: &str, name: &str, between: &str) -> String {
    let (begin, end) = (format!("<!-- {name}: made from the code -->\n"), format!("<!-- /{name} -->"));
    let (before, rest) = text.split_once(&begin).unwrap_or_else(|| panic!("README.md has no {begin}"));
    let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("README.md has no {end}"));
    format!("{before}{begin}\n{between}\n{end}{after}")
}
