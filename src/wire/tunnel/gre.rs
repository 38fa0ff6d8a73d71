//! GRE (RFC 2784, RFC 2890) and the enhanced GRE of PPTP (RFC 2637).

use crate::wire::layer::{Context, Next, Step};
use crate::wire::tunnel::erspan;
use crate::wire::view::View;

/// A checksum follows, with a reserved field.
const CHECKSUM: u16 = 0x8000;
/// Source routes follow (RFC 1701); long gone, and not followed.
const ROUTING: u16 = 0x4000;
/// A key follows.
const KEY: u16 = 0x2000;
/// A sequence number follows.
const SEQUENCE: u16 = 0x1000;
/// An acknowledgement number follows (version 1 only).
const ACKNOWLEDGEMENT: u16 = 0x0080;
/// The version.
const VERSION: u16 = 0x0007;

/// Reads the flags, the protocol and the optional fields.
pub(in crate::wire) fn read<'a>(view: View<'a>, context: &mut Context) -> Step<'a> {
    let view = view.named("gre");
    context.enter_tunnel(&view)?;
    let flags = view.u16(0)?;
    let protocol = view.u16(2)?;
    let optional = match flags & VERSION {
        0 => CHECKSUM | KEY | SEQUENCE,
        1 => KEY | SEQUENCE | ACKNOWLEDGEMENT,
        version => return Err(view.bad(version)),
    };
    if flags & ROUTING != 0 {
        return Ok(Next::Other("gre"));
    }
    // Each optional field takes four octets.
    let rest = view.skip(4 + 4 * (flags & optional).count_ones() as usize)?;
    match protocol {
        // Without a sequence number it is ERSPAN's first type, which has no header.
        erspan::TYPE_II if flags & SEQUENCE == 0 => Ok(Next::Ethernet(rest)),
        erspan::TYPE_II => erspan::read(rest),
        erspan::TYPE_III => erspan::read_v3(rest),
        // Keepalives of Cisco routers.
        0 => Ok(Next::Other("gre")),
        // An acknowledgement alone.
        _ if flags & VERSION == 1 && rest.len() == 0 => Ok(Next::Other("gre")),
        _ => Ok(Next::Typed(protocol, rest)),
    }
}
