//! IPv6 extension headers and the authentication header.

use crate::wire::layer::{Context, Next, Step};
use crate::wire::net::{Fragment, IpHeader, may_carry_tcp};
use crate::wire::view::View;

/// Reads an extension header of IPv6, or the authentication header of both versions; `None` for any other protocol.
pub(in crate::wire) fn read<'a>(
    protocol: u8,
    header: IpHeader,
    view: View<'a>,
    context: &mut Context,
) -> Option<Step<'a>> {
    match (protocol, header.source.is_ipv6()) {
        // Hop-by-hop, routing, destination options, mobility, HIP, shim6.
        (0 | 43 | 60 | 135 | 139 | 140, true) => Some(read_general(protocol, header, view, context)),
        (44, true) => Some(read_fragment(header, view, context)),
        (51, _) => Some(read_authentication(header, view, context)),
        _ => None,
    }
}

/// Reads a header whose second octet counts its words of eight octets after the first (RFC 8200 §4, RFC 6564).
fn read_general<'a>(kind: u8, mut header: IpHeader, view: View<'a>, context: &mut Context) -> Step<'a> {
    let view = view.named("ipv6.exthdr");
    context.extend(&view)?;
    let [next, words] = view.array(0)?;
    // The pseudo-header takes the last address of a routing header (RFC 8200 §8.1), or the home address in
    // destination options and mobility's routing header (RFC 6275 §11.3).
    header.detours |= matches!(kind, 43 | 60);
    Ok(Next::Carried(next, header, view.skip((usize::from(words) + 1) * 8)?))
}

/// Reads an authentication header, whose length counts words of four octets, less two (RFC 4302 §2.2).
fn read_authentication<'a>(header: IpHeader, view: View<'a>, context: &mut Context) -> Step<'a> {
    let view = view.named("ah");
    context.extend(&view)?;
    let [next, words] = view.array(0)?;
    Ok(Next::Carried(next, header, view.skip((usize::from(words) + 2) * 4)?))
}

/// Reads a fragment header (RFC 8200 §4.5). One that names the whole packet as its only piece is stepped over (RFC
/// 6946).
fn read_fragment<'a>(header: IpHeader, view: View<'a>, context: &mut Context) -> Step<'a> {
    let view = view.named("ipv6.fraghdr");
    context.extend(&view)?;
    let protocol = view.u8(0)?;
    let offset_and_more = view.u16(2)?;
    let id = view.u32(4)?;
    let piece = view.skip(8)?;
    let (offset, more) = (usize::from(offset_and_more & 0xfff8), offset_and_more & 1 != 0);
    if offset == 0 && !more {
        return Ok(Next::Carried(protocol, header, piece));
    }
    if !may_carry_tcp(protocol) {
        return Ok(Next::Other("fragment"));
    }
    Ok(Next::Fragment(Fragment { header, id, protocol, offset, more, piece }))
}
