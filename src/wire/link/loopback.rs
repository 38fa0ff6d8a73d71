//! BSD loopback: an address family before the packet.

use crate::wire::layer::{Next, Step};
use crate::wire::view::View;

/// Reads the address family, in whichever byte order it makes sense: the capturing host's is not recorded.
///
/// Families as <https://www.tcpdump.org/linktypes/LINKTYPE_NULL.html> lists them, with Linux's 10 and Winsock's 23.
pub(super) fn read(view: View<'_>) -> Step<'_> {
    let view = view.named("null");
    let family = view.u32(0)?;
    match family.min(family.swap_bytes()) {
        2 | 10 | 23 | 24 | 28 | 30 => Ok(Next::Ip(view.skip(4)?)),
        _ => Ok(Next::Other("null")),
    }
}
