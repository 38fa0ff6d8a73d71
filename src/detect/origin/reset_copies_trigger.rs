//! One file, one observation.

use crate::case::{Case, Reset};
use crate::cause::Bearing;
use crate::detect::outcome::cannot_tell;
use crate::detect::{Finding, Outcome};
use crate::wire::{Segment, Traits};

declare_detector! {
    /// The reset has header fields that its maker copied from a packet of the other end.
    ///
    /// ## Sees
    /// IPv4 identification and window of the reset against those of the packet it answers, or of the last packet
    /// before it that the receiver had sent.
    ///
    /// ## Means
    /// Two hosts choose these numbers apart from each other. Simple appliances turn the packet they dislike round and
    /// set RST in it, and leave the rest as it was.
    ///
    /// ## Misleads when
    /// Both ends happen to have the same number: once in 65536 for identifications drawn at random, oftener for
    /// windows, of which only those are looked at that the claimed host had not shown itself.
    ///
    /// ## Needs
    /// Packets of both ends before the reset; for the identification, IPv4 and a number other than 0.
    ///
    /// ## References
    /// N. Davids, firewall reset trace (github.com/noahdavids/packet-analysis): identification and window copied from the
    /// keepalive probe. Suricata, `respond-reject-libnet11.c`: window taken from the packet answered.
    ResetCopiesTrigger { id: "reset-copies-trigger", group: Reflection, examine: examine }
}

fn examine(case: &Case, reset: &Reset) -> Outcome {
    let segment = reset.segment();
    let Some(model) = model(case, reset) else {
        return cannot_tell(format!("no packet of the {} came before the reset", reset.receiver().word()));
    };
    let frames = [segment.frame, model.frame];
    let identification = copies_identification(case, segment, &model);
    let window = copies_window(case, segment, &model);
    let bearing = match (identification, window) {
        // Sixteen bits each that no stack and no netfilter copies (read in their sources). Judgement, and below what
        // the bits themselves would allow.
        (true, true) => Bearing::points_to_forger(-25),
        (true, false) => Bearing::points_to_forger(-20),
        (false, true) => Bearing::points_to_forger(-8),
        (false, false) => {
            let comparable = segment.ip_id != 0 && !segment.traits.has(Traits::IPV6) || segment.window != 0;
            if !comparable {
                return cannot_tell("the reset has no identification and no window to compare");
            }
            let summary = format!("identification and window are not those of frame {}", model.frame);
            return Outcome::Absent(Finding::new(summary, frames, Bearing::SILENT));
        }
    };
    let mut copied = Vec::new();
    if identification {
        copied.push(format!("identification {}", segment.ip_id));
    }
    if window {
        copied.push(format!("window {}", segment.window));
    }
    let summary = format!(
        "{} copied from frame {} of the {}",
        copied.join(" and "),
        model.frame,
        reset.receiver().word()
    );
    Outcome::Present(Finding::new(summary, frames, bearing))
}

/// The packet that the maker of the reset had before it: the one answered, or the receiver's last.
pub(super) fn model(case: &Case, reset: &Reset) -> Option<Segment> {
    let segment = reset.segment();
    let mut others = case
        .flow
        .timeline
        .segments()
        .filter(|other| other.from != segment.from && other.frame < segment.frame && !other.flags.rst());
    reset.trigger.as_ref().map(|trigger| trigger.segment).or_else(|| others.next_back())
}

/// Whether the identification is the model's, and not the next one of the host's own count, which has to be seen: two
/// counts may run side by side. 0 is what stacks send on purpose.
pub(super) fn copies_identification(case: &Case, reset: &Segment, model: &Segment) -> bool {
    if reset.traits.has(Traits::IPV6) || reset.ip_id == 0 || reset.ip_id != model.ip_id {
        return false;
    }
    let last = own(case, reset).next_back();
    last.is_some_and(|last| reset.ip_id.wrapping_sub(last.ip_id) > COUNTED)
}

/// Whether the window is the model's and none that the claimed host had shown. Full ones are usual everywhere.
fn copies_window(case: &Case, reset: &Segment, model: &Segment) -> bool {
    // Who turns a packet round does not stamp it; a socket that does has a window of its own, equal by chance.
    if reset.timestamps().is_some() {
        return false;
    }
    if matches!(reset.window, 0 | u16::MAX) || reset.window != model.window {
        return false;
    }
    // At least two packets, for one tells little of what the host announces.
    own(case, reset).count() >= 2 && own(case, reset).all(|other| other.window != reset.window)
}

/// The claimed host's packets before the reset.
fn own(case: &Case, reset: &Segment) -> impl DoubleEndedIterator<Item = Segment> {
    let (from, before) = (reset.from, reset.frame);
    let of_host = move |other: &Segment| {
        other.from == from && other.frame < before && !other.flags.rst() && !other.flags.syn()
    };
    case.flow.timeline.segments().filter(of_host)
}

/// A step that a host's own count can have taken since its last packet.
const COUNTED: u16 = 64;
