//! IPv6 (RFC 8200).

use std::net::Ipv6Addr;

use crate::wire::Undecoded;
use crate::wire::layer::{Next, Step};
use crate::wire::net::IpHeader;
use crate::wire::view::View;

/// Octets of the header, which its length field does not count.
const FIXED: usize = 40;

/// The option of a hop-by-hop header that holds a length above 65,535 (RFC 2675 §2).
const JUMBO_PAYLOAD: u8 = 0xc2;

/// An IPv6 header, its length not yet judged.
#[derive(Clone, Copy, Debug)]
pub(in crate::wire) struct Ipv6 {
    /// What the layers above want to know.
    pub(in crate::wire) header: IpHeader,
    /// Protocol number of what follows: an extension header or the payload.
    pub(in crate::wire) next_header: u8,
    payload_len: usize,
}

impl Ipv6 {
    /// Octets of the header.
    pub(in crate::wire) const LEN: usize = FIXED;

    /// Reads the 40 octets.
    pub(in crate::wire) fn parse(view: &View<'_>) -> Result<Self, Undecoded> {
        let _whole: [u8; FIXED] = view.array(0)?;
        let first = view.u32(0)?;
        if first >> 28 != 6 {
            return Err(view.bad(first >> 28));
        }
        let header = IpHeader {
            source: Ipv6Addr::from(view.array::<16>(8)?).into(),
            target: Ipv6Addr::from(view.array::<16>(24)?).into(),
            ttl: view.u8(7)?,
            tos: (first >> 20) as u8,
            id: 0,
            flow_label: first & 0xf_ffff,
            dont_fragment: false,
            unsegmented: false,
            detours: false,
        };
        Ok(Self { header, next_header: view.u8(6)?, payload_len: view.u16(4)?.into() })
    }
}

/// Reads a header and takes the payload by its length, by the jumbo option, or all there is if that is 0.
pub(super) fn read(view: View<'_>) -> Step<'_> {
    let view = view.named("ipv6");
    let Ipv6 { mut header, next_header, payload_len } = Ipv6::parse(&view)?;
    let payload = view.skip(FIXED)?;
    if payload_len != 0 {
        return Ok(Next::Carried(next_header, header, payload.with_len(payload_len)));
    }
    // As in IPv4, or a packet whose payload really is empty, which nothing but padding can follow.
    header.unsegmented = true;
    let payload = match jumbo_len(next_header, &payload) {
        Some(len) => payload.with_len(len),
        None => payload,
    };
    Ok(Next::Carried(next_header, header, payload))
}

/// The length in a jumbo payload option. Only looked for as the first option, where hosts put it: Linux writes nothing
/// else into the header for it.
fn jumbo_len(next_header: u8, payload: &View<'_>) -> Option<usize> {
    let [_, _, kind, 4] = payload.array(0).ok()? else { return None };
    (next_header == 0 && kind == JUMBO_PAYLOAD).then(|| payload.u32(4).ok().map(|len| len as usize)).flatten()
}
