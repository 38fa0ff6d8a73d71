//! One file, one observation.

use crate::case::{Case, Reset};
use crate::cause::Bearing;
use crate::detect::outcome::cannot_tell;
use crate::detect::{Finding, Outcome};

declare_detector! {
    /// The reset comes from another link-layer address than all other packets of the claimed host.
    ///
    /// ## Sees
    /// The link-layer source of the frame with the reset, against that of the host's other frames in the connection.
    ///
    /// ## Means
    /// Seen from here, the host's packets come from one neighbour: the host itself or the last router. A reset from another
    /// neighbour was made by another machine on this wire, or took another way here. The same source says nothing:
    /// whatever stands behind that router has it too.
    ///
    /// ## Misleads when
    /// A standby machine has taken over the address and answers for the connection it does not know. The host is reached
    /// over two routers, a pair of routers changes over at this moment, or the host bonds two network cards. A bridge that rejects puts the host's address into the frame.
    ///
    /// ## Needs
    /// A link layer with addresses, and five frames of the host from one address.
    ///
    /// ## References
    /// RFC 9568 §7.3 (VRRP: a router that takes over sends from the virtual address). Linux, `nf_reject_ipv4.c`, for bridges.
    ResetFromOtherLinkSource { id: "reset-from-other-link-source", group: Ttl, examine: examine }
}

fn examine(case: &Case, reset: &Reset) -> Outcome {
    let segment = reset.segment();
    if segment.link_source == 0 {
        return cannot_tell("the link layer has no addresses");
    }
    let half = case.flow.half(reset.claimed);
    let [usual, 0] = half.link_sources else {
        return cannot_tell(format!(
            "the {}'s packets come from more than one neighbour",
            reset.claimed.word()
        ));
    };
    if usual == 0 || half.packets < FEWEST {
        return cannot_tell(format!(
            "{} packets of the {} are too few to know its neighbour here",
            half.packets,
            reset.claimed.word()
        ));
    }
    if segment.link_source == usual {
        let summary = format!("the same link-layer source as the {}'s other packets", reset.claimed.word());
        return Outcome::Absent(Finding::new(summary, [segment.frame], Bearing::SILENT));
    }
    let summary = format!(
        "another link-layer source than all {} other packets of the {}",
        half.packets,
        reset.claimed.word()
    );
    // Measured: one capture, of a standby machine, and no box on a wire of the laboratories; so all of this is judgement.
    // On the host's own wire its frames come from its card, elsewhere from a router that may have a partner. A standby
    // machine's stack answers with its own card. Another machine shows in the TTL
    // too, so both are one group.
    let host = match (case.vantage.spot.is_near(reset.claimed), half.packets) {
        (true, 10..) => -13,
        (true, _) => -10,
        (false, 10..) => -8,
        (false, _) => -5,
    };
    let bearing = Bearing { socket: host, stack: host + 5, host_filter: host, ..Bearing::SILENT };
    Outcome::Present(Finding::new(summary, [segment.frame], bearing))
}

/// Frames of the host from one address that make it the usual one.
const FEWEST: u64 = 5;
