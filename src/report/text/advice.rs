//! What to do: how to be sure of the cause, and what mends it.

use crate::report::model::{Cause, Confirm, Remedy};
use crate::report::page::{Page, Tone};

/// Programs that a one-line remedy may begin with; any other first word begins a sentence.
const PROGRAMS: [&str; 13] = [
    "apt-get",
    "ethtool",
    "fail2ban-client",
    "ip6tables",
    "iptables",
    "nft",
    "ssh-add",
    "ssh-copy-id",
    "sshd",
    "sysctl",
    "systemctl",
    "tcpdump",
    "tmux",
];

/// Columns before the text of a labelled line.
const LABEL: usize = 9;

/// The first thing to run and the first thing to change.
pub(super) fn first(page: &mut Page, cause: &Cause) {
    if let Some(confirm) = cause.confirm.first() {
        ask(page, "Check", confirm);
    }
    if let Some(remedy) = cause.remedies.first() {
        // Where the cause is not known there is nothing to mend yet.
        let label = if cause.id == "unknown" { "Next" } else { "Mend" };
        mend(page, label, remedy);
    }
}

/// The others.
pub(super) fn others(page: &mut Page, cause: &Cause) {
    if cause.confirm.len() < 2 && cause.remedies.len() < 2 {
        return;
    }
    page.subheading("More to check and to change");
    cause.confirm.iter().skip(1).for_each(|confirm| ask(page, "Check", confirm));
    cause.remedies.iter().skip(1).for_each(|remedy| mend(page, "Mend", remedy));
}

fn ask(page: &mut Page, label: &str, confirm: &Confirm) {
    let line = format!("{}: {}", place(confirm.place), confirm.command);
    if LABEL + line.len() <= page.width() {
        page.labelled(label, &line, Tone::Plain);
    } else {
        page.labelled(label, &format!("{}:", place(confirm.place)), Tone::Plain);
        page.command(&confirm.command);
    }
    page.beside(&format!("expect: {}", confirm.expect), Tone::Plain);
}

fn mend(page: &mut Page, label: &str, remedy: &Remedy) {
    page.labelled(label, &format!("{}:", place(remedy.place)), Tone::Plain);
    if remedy.what.contains('\n') {
        page.pasted(&remedy.what);
    } else if remedy.what.split(' ').next().is_some_and(|word| PROGRAMS.contains(&word)) {
        page.command(&remedy.what);
    } else {
        page.paragraph(LABEL + 2, &remedy.what, Tone::Strong);
    }
    page.beside(&format!("why: {}", remedy.why), Tone::Plain);
    if let Some(trap) = &remedy.trap {
        page.beside(&format!("mind: {trap}"), Tone::Plain);
    }
}

fn place(place: &str) -> &str {
    match place {
        "client" => "on the client",
        "server" => "on the server",
        "network" => "on the network",
        other => other,
    }
}
