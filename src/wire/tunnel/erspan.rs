//! ERSPAN, with which switches send mirrored frames over GRE (draft-foschiano-erspan-03).

use crate::wire::layer::{Next, Step};
use crate::wire::view::View;

/// GRE protocol of types I and II.
pub(super) const TYPE_II: u16 = 0x88be;
/// GRE protocol of type III.
pub(super) const TYPE_III: u16 = 0x22eb;

/// Reads a type II header: 8 octets (§4.2).
pub(super) fn read(view: View<'_>) -> Step<'_> {
    Ok(Next::Ethernet(view.named("erspan").skip(8)?))
}

/// Reads a type III header: 12 octets, and 8 more if the last bit says so (§4.3).
pub(super) fn read_v3(view: View<'_>) -> Step<'_> {
    let view = view.named("erspan");
    let last = view.u16(10)?;
    let rest = view.skip(if last & 1 == 1 { 20 } else { 12 })?;
    // The frame type: 0 is Ethernet, 2 is IP.
    match last >> 10 & 0x1f {
        0 => Ok(Next::Ethernet(rest)),
        2 => Ok(Next::Ip(rest)),
        _ => Ok(Next::Other("erspan")),
    }
}
