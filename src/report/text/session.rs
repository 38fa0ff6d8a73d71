//! One session in full.

use super::{advice, encrypted, evidence, headline, words};
use crate::report::model::{Limit, Outage, Path, Session, Ssh};
use crate::report::page::{Page, Tone};

/// Everything known of `session`.
pub(super) fn show(page: &mut Page, session: &Session) {
    page.blank();
    headline::numbered(page, session);
    page.blank();
    headline::first_screen(page, session);
    advice::first(page, &session.cause);
    headline::shown_to_the_user(page, session);
    evidence::of_ssh(page, session);
    if let Some(reset) = &session.reset {
        evidence::of_sender(page, reset);
    }
    facts(page, session);
    limits(page, "What could not be seen of this session", &session.limits);
    advice::in_full(page, &session.cause);
}

/// What a capture could not show.
pub(super) fn limits(page: &mut Page, heading: &str, limits: &[Limit]) {
    if limits.is_empty() {
        return;
    }
    page.subheading(heading);
    for limit in limits {
        let reference = words::joined(&[&limit.id, &words::frames(&limit.frames)]);
        page.hanging("    - ", &format!("{} ({reference})", limit.detail), Tone::Plain);
    }
}

pub(super) fn facts(page: &mut Page, session: &Session) {
    page.subheading("The connection");
    let frames = words::counted(session.frames, "frame");
    page.labelled(
        "Start",
        &format!("{}, {frames} in {}", words::moment(&session.start), words::span(session.duration_s)),
        Tone::Plain,
    );
    page.labelled("Seen", &vantage(session), Tone::Plain);
    path(page, session);
    ssh(page, &session.ssh);
    page.labelled(
        "Zeek",
        &format!(
            "conn_state {}, history {}, community_id {}",
            session.conn_state, session.history, session.community_id
        ),
        Tone::Plain,
    );
}

fn vantage(session: &Session) -> String {
    let place = match session.vantage.place {
        "client" => "on the client",
        "client-side" => "on the client's own network",
        "middle" => "between routers",
        "server-side" => "on the server's own network",
        "server" => "on the server",
        _ => return "where the capture was taken cannot be told".to_owned(),
    };
    format!("the capture was taken {place} ({})", words::percent(session.vantage.confidence))
}

fn path(page: &mut Page, session: &Session) {
    let path = &session.path;
    let mut parts = Vec::new();
    if let Some(shortest) = path.rtt_min_ms {
        parts.push(format!("shortest round trip {}", words::span(shortest / 1e3)));
    }
    if let Some(usual) = path.rtt_p95_ms {
        parts.push(format!("95 % under {}", words::span(usual / 1e3)));
    }
    for (who, share) in [("client", path.retransmitted_share_c2s), ("server", path.retransmitted_share_s2c)] {
        if share > 0.0 {
            parts.push(format!("{:.1} % of the {who}'s data retransmitted", share * 100.0));
        }
    }
    let lost = &path.lost;
    for (where_lost, client, server) in [
        ("before the capture point", lost.c2s_before_here, lost.s2c_before_here),
        ("behind the capture point (or their acknowledgements)", lost.c2s_behind_here, lost.s2c_behind_here),
    ] {
        let of =
            |count: u64, who: &str| if count > 0 { format!("{count} of the {who}'s") } else { String::new() };
        let both = words::joined(&[&of(client, "client"), &of(server, "server")]);
        if !both.is_empty() {
            parts.push(format!("{both} segments lost {where_lost}"));
        }
    }
    if path.zero_window_s > 0.0 {
        parts.push(format!("receive window closed for {}", words::span(path.zero_window_s)));
    }
    if !parts.is_empty() {
        page.labelled("Path", &parts.join(", "), Tone::Plain);
    }
    for outage in &path.outages {
        page.beside(&repeated(outage), Tone::Plain);
    }
    if let Some(change) = last_minute(path) {
        page.beside(&change, Tone::Plain);
    }
    server(page, path);
}

fn repeated(outage: &Outage) -> String {
    let end = if outage.survived { "was answered in the end" } else { "never had an answer" };
    format!(
        "the {} repeated itself {} in {} from frame {} on, and {end}",
        outage.sent_by,
        words::counted(outage.repeats.into(), "time"),
        words::span(outage.length_s),
        outage.first_frame,
    )
}

/// What had become worse shortly before the end; nothing where the last minute was like the rest, or is all there is.
fn last_minute(path: &Path) -> Option<String> {
    let recent = &path.last_minute;
    let mut parts = Vec::new();
    if let (Some(usual), Some(recent)) = (path.rtt_min_ms, recent.rtt_min_ms)
        && recent > usual * SLOWER
    {
        parts.push(format!("shortest round trip {}", words::span(recent / 1e3)));
    }
    for (who, usual, share) in [
        ("client", path.retransmitted_share_c2s, recent.retransmitted_share_c2s),
        ("server", path.retransmitted_share_s2c, recent.retransmitted_share_s2c),
    ] {
        if let Some(share) = share.filter(|share| *share > usual * SLOWER && *share > 0.0) {
            parts.push(format!("{:.1} % of the {who}'s data retransmitted", share * 100.0));
        }
    }
    (!parts.is_empty()).then(|| format!("in the last {}: {}", words::span(recent.span_s), parts.join(", ")))
}

/// A change by less is how paths are.
const SLOWER: f64 = 1.5;

/// What the server's programs took their time for.
fn server(page: &mut Page, path: &Path) {
    let mut parts = Vec::new();
    if path.syn_tries > 1 {
        parts.push(format!("the SYN was sent {}", words::counted(path.syn_tries.into(), "time")));
    }
    for (what, millis) in [
        ("its first line", path.server_think_ms),
        ("its part of the key exchange", path.server_key_exchange_ms),
        ("its answer to the login", path.server_authentication_ms),
    ] {
        if let Some(millis) = millis.filter(|millis| *millis >= SLOW_MS) {
            parts.push(format!("{what} took {}", words::span(millis / 1e3)));
        }
    }
    if !parts.is_empty() {
        page.labelled("Server", &parts.join(", "), Tone::Plain);
    }
}

/// From here on a user notices the wait.
const SLOW_MS: f64 = 1000.0;

fn ssh(page: &mut Page, ssh: &Ssh) {
    for (who, party) in [("client", &ssh.client), ("server", &ssh.server)] {
        if let Some(banner) = &party.banner {
            page.labelled("SSH", &format!("{who}: {banner}"), Tone::Plain);
        }
    }
    let keepalive = &ssh.keepalive;
    for (what, interval) in [
        ("SSH keepalives of the client", keepalive.client_interval_s),
        ("SSH keepalives of the server", keepalive.server_interval_s),
        ("TCP keepalives", keepalive.tcp_interval_s),
    ] {
        if let Some(interval) = interval {
            page.beside(&format!("{what} every {}", words::span(interval)), Tone::Plain);
        }
    }
    if let Some(cipher) = &ssh.encrypted {
        encrypted::show(page, cipher);
    }
}
