//! Geneve (RFC 8926).

use crate::wire::layer::{Context, Next, Step};
use crate::wire::view::View;

/// The port IANA gave.
pub(in crate::wire) const PORT: u16 = 6081;

/// Octets of its header without options.
const HEADER: usize = 8;

/// Reads the header of §3.4: version 0, the options' length in words of four octets, the protocol as an ether type.
/// The port may be met by chance, so a packet with something in the reserved last octet is plain UDP.
pub(in crate::wire) fn read<'a>(view: View<'a>, context: &mut Context) -> Step<'a> {
    let view = view.named("geneve");
    view.uncut(HEADER)?;
    match view.array::<HEADER>(0) {
        Ok([options @ 0..0x40, _, high, low, _, _, _, 0]) => {
            context.enter_tunnel(&view)?;
            let rest = view.skip(HEADER + usize::from(options) * 4)?;
            Ok(Next::Typed(u16::from_be_bytes([high, low]), rest))
        }
        _ => Ok(Next::Other("udp")),
    }
}
