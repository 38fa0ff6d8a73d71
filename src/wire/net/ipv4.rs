//! IPv4 (RFC 791).

use std::net::Ipv4Addr;

use crate::wire::Undecoded;
use crate::wire::layer::{Next, Step};
use crate::wire::net::{Fragment, IpHeader, may_carry_tcp};
use crate::wire::view::View;

/// Octets of the header without options.
const FIXED: usize = 20;

/// The bit of Don't Fragment in the field of flags and offset.
const DONT_FRAGMENT: u16 = 0x4000;
/// The bit of More Fragments.
const MORE_FRAGMENTS: u16 = 0x2000;

/// An IPv4 header, its total length not yet judged: an ICMP quote may hold a wrong one.
#[derive(Clone, Copy, Debug)]
pub(in crate::wire) struct Ipv4 {
    /// What the layers above want to know.
    pub(in crate::wire) header: IpHeader,
    /// Octets of the header, at least 20.
    pub(in crate::wire) header_len: usize,
    /// Protocol number of the payload.
    pub(in crate::wire) protocol: u8,
    total_len: usize,
    flags_and_offset: u16,
}

impl Ipv4 {
    /// Reads the 20 fixed octets.
    pub(in crate::wire) fn parse(view: &View<'_>) -> Result<Self, Undecoded> {
        let _whole: [u8; FIXED] = view.array(0)?;
        let first = view.u8(0)?;
        let header_len = usize::from(first & 0xf) * 4;
        if first >> 4 != 4 || header_len < FIXED {
            return Err(view.bad(first));
        }
        let total_len = usize::from(view.u16(2)?);
        let flags_and_offset = view.u16(6)?;
        let header = IpHeader {
            source: Ipv4Addr::from(view.u32(12)?).into(),
            target: Ipv4Addr::from(view.u32(16)?).into(),
            ttl: view.u8(8)?,
            tos: view.u8(1)?,
            id: view.u16(4)?,
            flow_label: 0,
            dont_fragment: flags_and_offset & DONT_FRAGMENT != 0,
            unsegmented: total_len == 0,
            detours: header_len > FIXED,
        };
        Ok(Self { header, header_len, protocol: view.u8(9)?, total_len, flags_and_offset })
    }

    /// Offset of the payload in the datagram it is a piece of, in octets.
    pub(in crate::wire) fn fragment_offset(&self) -> usize {
        usize::from(self.flags_and_offset & 0x1fff) * 8
    }

    fn more_fragments(&self) -> bool {
        self.flags_and_offset & MORE_FRAGMENTS != 0
    }
}

/// Reads a header and takes the payload by its total length, or all there is if that is 0.
pub(super) fn read(view: View<'_>) -> Step<'_> {
    let ip = Ipv4::parse(&view)?;
    // A total length of 0 is left by a host whose network card cuts up the packet and fills it in.
    let whole = if ip.header.unsegmented { view } else { view.with_len(ip.total_len) };
    if whole.len() < ip.header_len {
        return Err(whole.short(ip.header_len));
    }
    let payload = whole.skip(ip.header_len)?;
    if !ip.more_fragments() && ip.fragment_offset() == 0 {
        return Ok(Next::Carried(ip.protocol, ip.header, payload));
    }
    if !may_carry_tcp(ip.protocol) {
        return Ok(Next::Other("fragment"));
    }
    Ok(Next::Fragment(Fragment {
        header: ip.header,
        id: ip.header.id.into(),
        protocol: ip.protocol,
        offset: ip.fragment_offset(),
        more: ip.more_fragments(),
        piece: payload,
    }))
}
