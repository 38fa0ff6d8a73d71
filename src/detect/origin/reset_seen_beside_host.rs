//! One file, one observation.

use crate::case::{Case, Reset};
use crate::cause::Bearing;
use crate::detect::outcome::cannot_tell;
use crate::detect::{Finding, Outcome};
use crate::wire::{Checksum, Traits};

declare_detector! {
    /// The reset was captured on the claimed host or on its wire, coming from there.
    ///
    /// ## Sees
    /// Whether the capture was taken on the claimed host, or before its first router, and whether the reset comes with a
    /// TTL no router has lowered and with the link-layer source of the host's other packets.
    ///
    /// ## Means
    /// What passes there in that direction, the host or something on the same wire has sent. A box farther along
    /// the path forges the host's address towards the other end; its reset never passes here.
    ///
    /// ## Misleads when
    /// A box stands on the same wire, a bridge rewrites frames, or a router is the host's neighbour and answers for it.
    ///
    /// ## Needs
    /// A capture near the claimed host, known by TTLs, round trips and unfinished checksums.
    ///
    /// ## References
    /// RFC 9293 §3.9.1; RFC 8200 §8.3. Checksum states measured on Linux 6.18 (lab of the project).
    ResetSeenBesideHost { id: "reset-seen-beside-host", group: Vantage, examine: examine }
}

fn examine(case: &Case, reset: &Reset) -> Outcome {
    if !case.vantage.spot.is_near(reset.claimed) {
        return cannot_tell(format!("the capture was not taken beside the {}", reset.claimed.word()));
    }
    let segment = reset.segment();
    if !matches!(segment.ttl, 64 | 128 | 255) {
        let summary = format!(
            "TTL {}: routers lowered it, though the capture is beside the {}",
            segment.ttl,
            reset.claimed.word()
        );
        // Where the host's own TTL is known, reset-ttl-differs has weighed that already. Where it is not, it is known where the
        // capture was taken from other signs or from its user: judgement.
        let own = &case.flow.half(reset.claimed).ttl;
        let weighed = own.total() > 0 || case.hosts.of(reset.claimed).ttl.total() > 0;
        let bearing = if weighed { Bearing::SILENT } else { Bearing::sides(-10, 0) };
        return Outcome::Absent(Finding::new(summary, [segment.frame], bearing));
    }
    let sources = case.flow.half(reset.claimed).link_sources;
    let other_source =
        segment.link_source != 0 && sources != [0, 0] && !sources.contains(&segment.link_source);
    let mut summary =
        format!("captured beside the {}, coming from it with TTL {}", reset.claimed.word(), segment.ttl);
    if other_source {
        summary.push_str(", from another link-layer address than its other packets");
        // Judgement: a second card, or another machine beside the host.
        return Outcome::Present(Finding::new(summary, [segment.frame], Bearing::sides(0, -5)));
    }
    // No box's reset passed there in 56 captures of hosts; how seldom one stands on the same wire is judgement.
    // Offload: only the sending machine shows a checksum left to its network card. Kernels finish the IPv4 answers of
    // their TCP and leave those of netfilter, and the other way round in IPv6 (measured).
    let unfinished = segment.checksum == Checksum::Partial;
    let by_filter = unfinished != segment.traits.has(Traits::IPV6);
    let from_here = Bearing::sides(0, -14);
    let offloads = offloads(case, reset).filter(|_| segment.checksum != Checksum::Unknown);
    let bearing = match (offloads, by_filter) {
        (Some(true), true) => Bearing { stack: -20, ..from_here },
        (Some(true), false) => Bearing { host_filter: -20, ..from_here },
        (Some(false), _) => from_here,
        // Checksums might have told which of the two it was: what was not captured may not say more.
        (None, _) => Bearing::sides(0, -12),
    };
    Outcome::Present(Finding::new(summary, [segment.frame], bearing))
}

/// Whether the host's own packets leave their checksums to the card in this capture; `None` if none can be judged.
fn offloads(case: &Case, reset: &Reset) -> Option<bool> {
    let own = |segment: &crate::wire::Segment| segment.from == reset.segment().from && !segment.flags.rst();
    let known = |segment: &crate::wire::Segment| segment.checksum != Checksum::Unknown;
    let checksums: Vec<Checksum> =
        case.flow.timeline.segments().filter(own).filter(known).map(|segment| segment.checksum).collect();
    (!checksums.is_empty()).then(|| checksums.iter().all(|&checksum| checksum == Checksum::Partial))
}
