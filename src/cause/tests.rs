use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::facts::PLACEHOLDERS;
use super::facts::tests::facts;
use super::*;

/// The contract beside the repository, or where `SSHRST_SHARED` says; `None` (and a word) where it is not there.
fn contract() -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "a test finds its material through the environment")]
    let shared = std::env::var("SSHRST_SHARED")
        .map_or_else(|_| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    #[expect(clippy::disallowed_methods, reason = "a test reads its material")]
    let text = std::fs::read_to_string(shared.join("contract/README.md"));
    text.inspect_err(|error| {
        let skipped = format!("skipped: no contract in {}: {error}\n", shared.display());
        std::io::Write::write_all(&mut std::io::stderr(), skipped.as_bytes()).unwrap();
    })
    .ok()
}

/// Group, title and cause ids of each row of the contract's closed list.
fn contract_rows(contract: &str) -> Vec<(String, String, Vec<String>)> {
    let (_, section) = contract.split_once("### `cause.group`: closed list").unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let ids = cells[2].split(',').map(|id| id.trim().trim_matches('`').to_owned()).collect();
        (cells[0].trim_matches('`').to_owned(), cells[1].to_owned(), ids)
    })
    .collect()
}

#[test]
fn groups_titles_and_ids_are_those_of_the_contract() {
    let Some(contract) = contract() else { return };
    let rows = contract_rows(&contract);
    let titles: Vec<_> = rows.iter().map(|(group, title, _)| (group.as_str(), title.as_str())).collect();
    assert_eq!(titles, Group::ALL.map(|group| (group.id(), group.title())));
    for (group, _, mut ids) in rows {
        ids.sort();
        let ours: Vec<_> =
            Cause::ALL.iter().filter(|cause| cause.group().id() == group).map(|cause| cause.id()).collect();
        assert_eq!(ours, ids, "{group}");
    }
}

#[test]
fn causes_are_alphabetical_and_found_by_their_ids() {
    assert!(Cause::ALL.is_sorted_by(|a, b| a.id() < b.id() && a < b));
    assert!(Cause::ALL.iter().all(|cause| Cause::from_id(cause.id()) == Some(*cause)));
    assert_eq!(Cause::from_id("gremlins"), None);
}

#[test]
fn the_id_is_the_variant_in_kebab_case() {
    for cause in Cause::ALL {
        let mut kebab = String::new();
        for (at, letter) in format!("{cause:?}").char_indices() {
            if letter.is_uppercase() && at > 0 {
                kebab.push('-');
            }
            write!(kebab, "{}", letter.to_lowercase()).unwrap();
        }
        assert_eq!(kebab, cause.id());
    }
}

#[test]
fn titles_fit_into_a_sentence() {
    for cause in Cause::ALL {
        let title = cause.title();
        assert!(title.len() < 80 && !title.ends_with('.') && !title.contains('\n'), "{title}");
        assert!(title.starts_with(|first: char| first.is_lowercase()), "{title}");
    }
}

#[test]
fn every_cause_has_the_four_headings_in_order_with_text_under_each() {
    const HEADINGS: [&str; 4] = ["## What happened", "## On the wire", "## Looks the same", "## References"];
    for cause in Cause::ALL {
        let doc = cause.doc();
        let sections: Vec<&str> = doc.split("\n\n## ").collect();
        let headings: Vec<&str> = doc.lines().filter(|line| line.starts_with('#')).collect();
        assert_eq!(headings, HEADINGS, "{cause}");
        for section in sections {
            assert!(
                section.split_once("\n\n").is_some_and(|(_, text)| text.len() > 10),
                "{cause}: {section}"
            );
        }
    }
}

#[test]
fn every_cause_can_be_confirmed_and_every_fault_be_mended() {
    for cause in Cause::ALL {
        let advice = cause.advice();
        assert!(!advice.confirm.is_empty(), "{cause}");
        assert!(!advice.remedies.is_empty() || cause.group() == Group::Normal, "{cause}");
        for confirm in advice.confirm {
            assert!(!confirm.command.is_empty() && !confirm.expect.is_empty(), "{cause}: {confirm:?}");
            assert!(!confirm.command.contains('\n'), "{cause}: {confirm:?}");
        }
        for remedy in advice.remedies {
            let texts = [remedy.what, remedy.why, remedy.trap];
            assert!(texts.iter().all(|text| !text.is_empty()), "{cause}: {remedy:?}");
        }
    }
}

/// Every text of a cause's advice, filled in for a connection over IPv4.
fn filled(cause: Cause) -> String {
    let advice = cause.advice().filled(&facts("192.0.2.9", "198.51.100.7"));
    let mut all = String::new();
    for Confirm { command, expect, .. } in advice.confirm {
        writeln!(all, "{command}\n{expect}").unwrap();
    }
    for Remedy { what, why, trap, .. } in advice.remedies {
        writeln!(all, "{what}\n{why}\n{trap}").unwrap();
    }
    all
}

#[test]
fn no_placeholder_is_left_in_filled_advice() {
    for cause in Cause::ALL {
        let all = filled(*cause);
        for (_, after) in all.match_indices('{').map(|(at, _)| all.split_at(at + 1)) {
            let name = after.split('}').next().unwrap();
            let is_word = !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            assert!(!is_word, "{cause}: {{{name}}} is not one of {PLACEHOLDERS:?}");
        }
    }
}

/// What people try first for each of the six classic causes, with the traps that the usual advice leaves out.
const CLASSICS: [(Group, &[&str]); 6] = [
    (
        Group::NetworkOrFirewallTimeout,
        &[
            "mtr --report",
            "ping ",
            "conntrack -L",
            "ss -tnoi",
            "Host *\n    ServerAliveInterval 20",
            "ClientAliveInterval 20\nClientAliveCountMax 3",
            "absolute lifetimes",
            "50 or 60 s",
        ],
    ),
    (
        Group::ServerResourceExhaustion,
        &[
            "top ",
            "free ",
            "dmesg -T",
            "journalctl -u ssh -u sshd --since \"2026-11-21 07:00:01 UTC\"",
            "sshd -T",
            "MaxStartups 100:30:200",
            "channels of one connection, not connections",
        ],
    ),
    (
        Group::SshdCrashOrRestart,
        &[
            "systemctl status ssh sshd",
            "journalctl -u ssh -u sshd",
            "sshd -t",
            "the unit is `ssh` on Debian and Ubuntu",
            "running sessions",
            "keep a session open",
            "8.2, 9.8, 10.0",
        ],
    ),
    (
        Group::ProtocolError,
        &[
            "journalctl -u ssh -u sshd",
            "sshd -T",
            "Ciphers",
            "MACs",
            "KexAlgorithms",
            "last resort",
            "sshd -t",
        ],
    ),
    (
        Group::ServerRebootOrShutdown,
        &["ping ", "last -x", "journalctl", "/var/log/syslog", "systemctl status", "uptime -s"],
    ),
    (
        Group::AccessControlBlock,
        &[
            "/etc/hosts.allow",
            "/etc/hosts.deny",
            "iptables -L -n -v --line-numbers",
            "nft list ruleset",
            "ldd \"$(command -v sshd)\" | grep libwrap",
            "iptables -I INPUT 1 -p tcp -s 192.0.2.9 --dport 22 -j ACCEPT",
            "# /etc/hosts.allow\nsshd: 192.0.2.9",
            "`iptables -A` after a REJECT",
            "no TCP wrappers since 6.7",
            "keep a session open",
        ],
    ),
];

#[test]
fn each_classic_group_says_what_people_try_first_and_how_it_goes_wrong() {
    for (group, lines) in CLASSICS {
        let causes = Cause::ALL.iter().filter(|cause| cause.group() == group);
        let all: String = causes.map(|cause| filled(*cause)).collect();
        for line in lines {
            assert!(all.contains(line), "{} does not say {line:?}", group.id());
        }
    }
}
