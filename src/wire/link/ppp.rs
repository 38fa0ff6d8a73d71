//! PPP and HDLC.

use crate::wire::layer::{Next, Step};
use crate::wire::view::View;

/// Reads PPP or Cisco's HDLC, which the first octets tell apart
/// (<https://www.tcpdump.org/linktypes/LINKTYPE_PPP_HDLC.html>).
pub(super) fn read_serial(view: View<'_>) -> Step<'_> {
    match view.named("ppp").array(0)? {
        [0x0f | 0x8f, 0x00] => read_cisco(view),
        _ => read(view),
    }
}

/// Reads Cisco HDLC: address, control, and an ether type.
pub(super) fn read_cisco(view: View<'_>) -> Step<'_> {
    let view = view.named("chdlc");
    Ok(Next::Typed(view.u16(2)?, view.skip(4)?))
}

/// Reads a PPP frame. The address and control of HDLC-like framing may be left out (RFC 1661 §6.6), and the protocol
/// field is one octet if that is odd (§6.5).
pub(in crate::wire) fn read(view: View<'_>) -> Step<'_> {
    let mut view = view.named("ppp");
    if view.array(0)? == [0xff, 0x03] {
        view = view.skip(2)?;
    }
    let first = view.u8(0)?;
    let (protocol, rest) =
        if first & 1 == 1 { (u16::from(first), view.skip(1)?) } else { (view.u16(0)?, view.skip(2)?) };
    match protocol {
        0x0021 | 0x0057 => Ok(Next::Ip(rest)),
        // MPLS (RFC 3032 §4.3).
        0x0281 | 0x0283 => Ok(Next::Typed(0x8847, rest)),
        _ => Ok(Next::Other("ppp")),
    }
}
