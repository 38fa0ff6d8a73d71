//! What to do: how to be sure of the cause, and what mends it.

use crate::report::model::{Cause, Confirm, KeepaliveAdvice, Remedy};
use crate::report::page::{Page, Tone};

/// Columns before the text of a labelled line.
const LABEL: usize = 9;

/// For the first screen: the first thing to run, and the first things to change, a line each.
pub(super) fn first(page: &mut Page, cause: &Cause) {
    if let Some(confirm) = cause.confirm.first() {
        run(page, "Check", confirm);
    }
    // Where the cause is not known there is nothing to mend yet.
    let label = if cause.id == "unknown" { "Next" } else { "Mend" };
    let mut rest = cause.remedies.iter();
    let Some(best) = rest.next() else { return };
    in_short(page, label, best);
    // Who cannot change the one side may be able to change the other.
    let elsewhere = rest.clone().find(|remedy| remedy.place != best.place);
    if let Some(second) = elsewhere.or_else(|| rest.next()) {
        in_short(page, "or", second);
    }
}

/// What a keepalive would have done.
pub(super) fn keepalive(page: &mut Page, advice: &KeepaliveAdvice) {
    let Some(interval) = advice.interval_s else {
        return page.beside(&advice.why, Tone::Plain);
    };
    let tcp = match advice.tcp_counts {
        Some(true) => "; TCP keepalives count too (default 2 h)",
        Some(false) => "; TCP keepalives do not count",
        None => "",
    };
    let line = format!("an SSH keepalive every {interval} s keeps it up: {}{tcp}", advice.why);
    page.beside(&line, Tone::Plain);
}

/// All of it, with what to expect, why it helps and how it goes wrong.
pub(super) fn in_full(page: &mut Page, cause: &Cause) {
    if cause.confirm.is_empty() && cause.remedies.is_empty() {
        return;
    }
    page.subheading("What to check and to change");
    for confirm in &cause.confirm {
        run(page, "Check", confirm);
        page.beside(&format!("expect: {}", confirm.expect), Tone::Plain);
    }
    cause.remedies.iter().for_each(|remedy| mend(page, remedy));
}

fn run(page: &mut Page, label: &str, confirm: &Confirm) {
    let line = format!("{}: {}", place(confirm.place), confirm.command);
    if LABEL + line.chars().count() <= page.width() {
        page.labelled(label, &line, Tone::Plain);
    } else {
        page.labelled(label, &format!("{}:", place(confirm.place)), Tone::Plain);
        page.command(&confirm.command);
    }
}

/// The remedy in a line: settings in a row, with their file behind them.
fn in_short(page: &mut Page, label: &str, remedy: &Remedy) {
    let place = place(remedy.place);
    if !remedy.paste {
        return page.labelled(label, &format!("{place}: {}", remedy.what), Tone::Strong);
    }
    let lines = || remedy.what.lines();
    let setting = |line: &&str| !line.starts_with('#') && !line.starts_with("Host ");
    let settings: Vec<&str> = lines().filter(setting).map(str::trim).collect();
    let file = lines().find_map(|line| line.strip_prefix("# "));
    let block = lines().find(|line| line.starts_with("Host "));
    let under = block.map_or(String::new(), |block| format!(", under `{block}`"));
    let whither = file.map_or(String::new(), |file| format!(" ({file}{under})"));
    page.labelled(label, &format!("{place}: {}{whither}", settings.join(", ")), Tone::Strong);
}

fn mend(page: &mut Page, remedy: &Remedy) {
    page.labelled("Mend", &format!("{}:", place(remedy.place)), Tone::Plain);
    if !remedy.paste {
        page.paragraph(LABEL + 2, &remedy.what, Tone::Strong);
    } else if remedy.what.contains('\n') {
        page.pasted(&remedy.what);
    } else {
        page.command(&remedy.what);
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
