//! One file, one observation.

use crate::case::{Case, Reset};
use crate::cause::Bearing;
use crate::detect::outcome::cannot_tell;
use crate::detect::{Finding, Outcome};
use crate::frame::Mark;
use crate::wire::Segment;

declare_detector! {
    /// The capture says that the capturing host itself sent the reset.
    ///
    /// ## Sees
    /// The direction that cooked captures and pcapng note for each frame: of the reset, and of the claimed host's other
    /// packets.
    ///
    /// ## Means
    /// A reset that goes out where the host's packets come in was made by the capturing machine: a firewall on which the
    /// capture was taken. One that comes in where the host's packets go out has its address and is not its own. Where both
    /// go out and no router has lowered the TTL, the capturing machine is the host.
    ///
    /// ## Misleads when
    /// The capture joins several interfaces (`-i any`) and shows only one of the two passages of a forwarded packet.
    /// The host sends to itself.
    ///
    /// ## Needs
    /// Linux cooked capture, or pcapng with the direction in its packet flags; three packets of the host.
    ///
    /// ## References
    /// tcpdump.org, `LINKTYPE_LINUX_SLL` (packet type); draft-ietf-opsawg-pcapng, `epb_flags`.
    ResetMarkedOutgoing { id: "reset-marked-outgoing", group: Vantage, examine: examine }
}

fn examine(case: &Case, reset: &Reset) -> Outcome {
    let segment = reset.segment();
    let who = reset.claimed.word();
    let own = case
        .flow
        .timeline
        .segments()
        .filter(|other| other.from == segment.from && other.frame < segment.frame && !other.flags.rst());
    let marks = Marks::of(own);
    if case.is_within_one_host() {
        return cannot_tell("both ends are one host, which sends and receives every packet");
    }
    if segment.mark == Mark::None {
        return cannot_tell("the capture does not note who sent a frame");
    }
    if marks.total() < FEWEST {
        return cannot_tell(format!("{} packets of the {who} with a direction are too few", marks.total()));
    }
    if marks.inbound > 0 && marks.outbound > 0 {
        return cannot_tell(format!("packets of the {who} both come in and go out here"));
    }
    let frames = [segment.frame];
    let n = marks.total();
    // What the capturing kernel notes is no guess; what can be wrong is how interfaces were joined. Judgement.
    let stranger = Bearing::sides(-23, 0).capped(if n < 10 { 13 } else { 23 });
    match (segment.mark == Mark::Outbound, marks.outbound > 0) {
        (true, false) => {
            let summary =
                format!("the capturing host sent it, and received all {n} other packets of the {who}");
            Outcome::Present(Finding::new(summary, frames, stranger))
        }
        (true, true) if case.vantage.spot.is_near(reset.claimed) => {
            let summary = format!(
                "the capturing host sent it, as all {n} other packets of the {who}, with TTL {}",
                segment.ttl
            );
            // The TTL tells a host from a router that only passes it on; reset-seen-beside-host uses it too, and says no
            // less where checksums show it.
            Outcome::Present(Finding::new(summary, frames, Bearing::sides(0, -12)))
        }
        (true, true) => {
            let summary = format!("it leaves the capturing host, as all {n} other packets of the {who}");
            Outcome::Present(Finding::new(summary, frames, Bearing::SILENT))
        }
        (false, true) => {
            let summary =
                format!("the capturing host received it, and sent all {n} other packets of the {who}");
            Outcome::Absent(Finding::new(summary, frames, stranger))
        }
        (false, false) => {
            let summary = format!("received, as all {n} other packets of the {who}");
            Outcome::Absent(Finding::new(summary, frames, Bearing::SILENT))
        }
    }
}

/// Packets of the host whose direction is enough to know it.
const FEWEST: u32 = 3;

/// How often each direction was noted.
#[derive(Default)]
struct Marks {
    inbound: u32,
    outbound: u32,
}

impl Marks {
    fn of(segments: impl Iterator<Item = Segment>) -> Self {
        segments.fold(Self::default(), |marks, segment| match segment.mark {
            Mark::Inbound => Self { inbound: marks.inbound + 1, ..marks },
            Mark::Outbound => Self { outbound: marks.outbound + 1, ..marks },
            Mark::None => marks,
        })
    }

    const fn total(&self) -> u32 {
        self.inbound + self.outbound
    }
}
