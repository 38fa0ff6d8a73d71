//! One file, one observation.

use crate::case::{Case, Reset};
use crate::cause::Bearing;
use crate::detect::outcome::cannot_tell;
use crate::detect::{Finding, Outcome};
use crate::flow::Series;
use crate::units::Hops;

declare_detector! {
    /// The reset's TTL is none that the host it claims to come from shows in its other packets.
    ///
    /// ## Sees
    /// The TTL (IPv6: hop limit) of the reset against those of the same host's packets in the same connection, or,
    /// where it sent none, in other connections of the capture.
    ///
    /// ## Means
    /// Every router takes one off. Packets of one connection take one path as a rule, so another value means
    /// another number of routers, or another initial value: another machine. The difference tells how many
    /// routers nearer or farther that machine is, if its initial value is the same.
    ///
    /// ## Misleads when
    /// The route changes between the last packet and the reset; a standby machine has taken over the address; a
    /// socket sets its own TTL. An equal TTL is weaker evidence: a box can stand at the same distance, be on the
    /// host itself, or copy the value.
    ///
    /// ## Needs
    /// At least one other packet of the claimed host, seen at the same place.
    ///
    /// ## References
    /// RFC 791 §3.1; RFC 9293 §3.9.1; RFC 5082. Weaver, Sommer, Paxson: Detecting Forged TCP Reset Packets, NDSS 2009.
    ResetTtlDiffers { id: "reset-ttl-differs", group: Ttl, examine: examine }
}

fn examine(case: &Case, reset: &Reset) -> Outcome {
    let own = &case.flow.half(reset.claimed).ttl;
    let other = &case.hosts.of(reset.claimed).ttl;
    let (series, place) = if own.total() > 0 { (own, "other packets") } else { (other, "other connections") };
    let Some(usual) = series.usual() else {
        return cannot_tell(format!("no other packet of the {} is in the capture", reset.claimed.word()));
    };
    let segment = reset.segment();
    let frames = [segment.frame, usual.last];
    let total = series.total();
    if series.count(segment.ttl) == 1 && total >= ENOUGH {
        return cannot_tell(format!(
            "one other packet of this host has TTL {} too, the others {} (n={total}): it may be of the same box",
            segment.ttl, usual.value
        ));
    }
    if series.count(segment.ttl) > 0 {
        let summary = format!("TTL {}, as this host's {place} (n={total})", segment.ttl);
        // Measured on 832 captures: boxes at the host's own distance are the exception; a box on the host's
        // wire, and one that copies the value, are why it is no proof.
        let bearing = Bearing { path_filter: -8, forger: -6, owner: -6, ..Bearing::SILENT };
        // One packet, or one connection, is hardly a series.
        let cap = if total == 1 { 4 } else { baseline(series) };
        return Outcome::Absent(Finding::new(summary, frames, bearing.capped(cap)));
    }
    let half = case.flow.half(reset.claimed);
    if half.acked.is_none() && half.packets > 0 {
        return cannot_tell(format!(
            "TTL {}, and the {} sent nothing else but a SYN with {}: scanners choose that one, their kernel the other",
            segment.ttl,
            reset.claimed.word(),
            usual.value
        ));
    }
    let away = i16::from(segment.ttl) - i16::from(usual.value);
    let summary = format!(
        "TTL {}, this host's {place} {} (n={total}); the reset passed {} by its TTL, they {}",
        segment.ttl,
        values(series),
        Hops::from_ttl(segment.ttl),
        Hops::from_ttl(usual.value),
    );
    let steady = series.values().len() == 1 && !case.misses_packets_of(reset.claimed);
    // The same number of routers from another initial value: a standby machine at the same place, or a socket's own TTL.
    let same_place = Hops::from_ttl(segment.ttl) == Hops::from_ttl(usual.value);
    // Measured: no abort of a host had another TTL, all 36 forged ones had. So few families show no more than 14 dB; that a box
    // stands at another distance than the host it speaks for is the rule everywhere, and so the weight is more than shown.
    // One router more or less can be a changed route; a host whose TTL moved before, or may have moved unseen, can move again:
    // judgement.
    let host = match (away.abs(), steady) {
        _ if same_place => -13,
        (1, true) => -17,
        (_, true) => -23,
        _ => -10,
    };
    // A stack's answer can come from a standby machine at another distance, or over a route that is new since the host was
    // silent. Two of 32 families of hosts did so, made to; measured with them 10 to 12 dB, and they are rarer in the field.
    let bearing = Bearing { socket: host, stack: host + 7, host_filter: host, ..Bearing::SILENT };
    Outcome::Present(Finding::new(summary, frames, bearing.capped(support(series, usual.value))))
}

/// What the host's other packets can support.
fn support(series: &Series, usual: u8) -> i32 {
    // No path is that long: its sockets set a TTL of their own (RFC 5082 has them do so), and resets have the stack's.
    let own_choice = Hops::from_ttl(usual) >= LONGEST_PATH;
    if own_choice { 4 } else { baseline(series) }
}

/// Longer than any path: traceroute's bound of 30, which is never reached in practice.
const LONGEST_PATH: Hops = Hops(30);

/// Packets of which a single one with another TTL stands out.
const ENOUGH: u32 = 5;

/// What `n` packets can support: about `n + 1` to one, and never more than the table's weight.
fn baseline(series: &Series) -> i32 {
    match series.total() {
        0 => 0,
        1 => 9,
        2 => 13,
        3..=4 => 17,
        _ => 30,
    }
}

fn values(series: &Series) -> String {
    let values: Vec<String> = series.values().iter().map(|seen| seen.value.to_string()).collect();
    values.join(" or ")
}
