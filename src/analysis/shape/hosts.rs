//! What other connections show of the two hosts of one.

use std::borrow::Cow;
use std::hash::Hasher;

use super::features::{distance, is_fresh, step, ttl_relation};
use super::{Compared, Micros, Shape, Shown};
use crate::case::Host;
use crate::flow::Side;

/// What is known of a host by all connections.
pub(super) struct Known {
    /// 0: routers lowered its TTL; 1: none did; 2: nothing tells.
    pub(super) fresh: u8,
    pub(super) shortest: Micros,
}

/// Loops within one machine, and within one site.
const SHORT_LOOPS: [Micros; 2] = [Micros(101), Micros::millis(2)];

/// Loops of which rules say more than of fewer.
pub(super) const LOOPS: [u32; 5] = [1, 2, 3, 5, 10];

/// What is known of the host of `side`; `others`: what other connections show of it.
pub(super) fn known<'a>(
    side: Side,
    shape: &Shape,
    others: impl FnOnce() -> Cow<'a, Host>,
    features: &mut impl Hasher,
) -> Known {
    let shown = if side == Side::Client { &shape.client } else { &shape.server };
    let reset = shape.reset.filter(|reset| reset.claimed == side);
    if reset.is_none() && shown.ttl != 0 && !is_fresh(shown.ttl) {
        // It is far away and sent no reset.
        features.write_u8(0);
        return Known { fresh: 0, shortest: Micros::NONE };
    }
    let host = others();
    let usual = host.ttl.usual().map_or(0, |usual| usual.value);
    let fresh = match if shown.ttl == 0 { usual } else { shown.ttl } {
        0 => 2,
        ttl => u8::from(is_fresh(ttl)),
    };
    let shortest = shown.shortest.min(Micros::of(host.round_trip.map(|it| it.time)));
    let known = Known { fresh, shortest };
    features.write_u8(fresh);
    if fresh == 1 {
        features.write(&[step(shortest, &SHORT_LOOPS), u8::from(host.unfinished)]);
    }
    let Some(reset) = reset else { return known };
    features.write_usize(host.answers.len().min(2));
    if shown.ttl == 0 {
        // Its own packets do not tell: then those of other connections are compared with.
        features.write(&[
            step(host.ttl.total(), &[1, 2, 3, 5]),
            host.ttl.values().len().min(2) as u8,
            distance(usual),
            ttl_relation(reset.ttl, usual),
            step(host.ttl.count(reset.ttl), &[1, 2]),
        ]);
    }
    if reset.timed {
        timing(reset, *shown, &host, shortest, shape.handshake, features);
    }
    known
}

/// How soon the reset came, beside the loops to its claimed sender.
fn timing(
    reset: Compared,
    shown: Shown,
    host: &Host,
    shortest: Micros,
    handshake: bool,
    features: &mut impl Hasher,
) {
    let long_enough = step(shortest, &SHORT_LOOPS);
    features.write_u8(long_enough);
    if shortest == Micros::NONE || shortest < Micros::millis(2) {
        return;
    }
    let Micros(answer) = reset.answer;
    let handshake = handshake && shown.loops > 0 || host.loop_of_handshake;
    let loops = u32::from(shown.loops).saturating_add(host.loops);
    let ratio = reset.answer.ratio(shortest);
    features.write(&[
        u8::from(handshake),
        step(loops, if handshake { &LOOPS[..3] } else { &LOOPS }),
        ratio.map_or(9, |ratio| step(ratio, &[0.5, 0.8, 0.92, 0.95, 1.15, 1.5])),
        // Surely sooner than the clock's noise, and in time for an answer.
        u8::from(answer.saturating_add(400) <= shortest.0),
        u8::from(answer < shortest.0.saturating_mul(2).saturating_add(50_000)),
    ]);
}
