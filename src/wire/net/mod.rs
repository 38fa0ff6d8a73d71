//! IP of both versions, extension headers and fragments.

use std::net::IpAddr;

use crate::wire::icmp;
use crate::wire::layer::{Context, Next, Step};
use crate::wire::tcp;
use crate::wire::tunnel::{geneve, gre, mpls, vxlan};
use crate::wire::view::View;

pub(super) mod extension;
mod fragment;
pub(super) mod ipv4;
pub(super) mod ipv6;
mod train;

pub(super) use fragment::{Fragment, Fragments, Joined};
pub(super) use train::Datagram;

/// What one IP header says of the packet it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct IpHeader {
    /// Source address.
    pub(super) source: IpAddr,
    /// Destination address.
    pub(super) target: IpAddr,
    /// TTL or hop limit.
    pub(super) ttl: u8,
    /// TOS octet or traffic class.
    pub(super) tos: u8,
    /// IPv4 identification; 0 in IPv6.
    pub(super) id: u16,
    /// IPv6 flow label; 0 in IPv4.
    pub(super) flow_label: u32,
    /// IPv4 Don't Fragment.
    pub(super) dont_fragment: bool,
    /// The length field was 0, or a jumbo payload's: the sending host left a packet to be cut up later.
    pub(super) unsegmented: bool,
    /// Options or extension headers may name another final destination, so the pseudo-header is not known.
    pub(super) detours: bool,
}

/// Reads an IP packet by the version in its first four bits, which the layer around it may have got wrong.
pub(super) fn read(view: View<'_>) -> Step<'_> {
    let view = view.named("ip");
    match view.u8(0)? >> 4 {
        4 => ipv4::read(view),
        6 => ipv6::read(view),
        version => Err(view.bad(version)),
    }
}

/// Reads what an IP packet carries, by protocol number (IANA, "Protocol Numbers").
pub(super) fn read_carried<'a>(
    protocol: u8,
    header: IpHeader,
    view: View<'a>,
    context: &mut Context,
) -> Step<'a> {
    if let Some(step) = extension::read(protocol, header, view, context) {
        return step;
    }
    match (protocol, header.source.is_ipv6()) {
        (6, _) => tcp::read(&header, view, context).map(Next::Tcp),
        (1, false) => icmp::read(&header, view.named("icmp"), context),
        (58, true) => icmp::read(&header, view.named("icmpv6"), context),
        (17, _) => read_udp(view, context),
        (4 | 41, _) => {
            context.enter_tunnel(&view)?;
            Ok(Next::Ip(view))
        }
        (47, _) => gre::read(view, context),
        // MPLS in IP (RFC 4023).
        (137, _) => {
            context.enter_tunnel(&view)?;
            mpls::read(view, context)
        }
        (protocol, _) => Ok(Next::Other(name(protocol))),
    }
}

/// Reads a UDP header only to find a tunnel.
fn read_udp<'a>(view: View<'a>, context: &mut Context) -> Step<'a> {
    let view = view.named("udp");
    view.uncut(8)?;
    let Ok(port) = view.u16(2) else { return Ok(Next::Other("udp")) };
    match port {
        port if vxlan::PORTS.contains(&port) => vxlan::read(view.skip(8)?, context),
        geneve::PORT => geneve::read(view.skip(8)?, context),
        _ => Ok(Next::Other("udp")),
    }
}

/// The name of a protocol that is not followed.
const fn name(protocol: u8) -> &'static str {
    match protocol {
        1 => "icmp",
        2 => "igmp",
        50 => "esp",
        58 => "icmpv6",
        59 => "ipv6.nxt",
        88 => "eigrp",
        89 => "ospf",
        103 => "pim",
        112 => "vrrp",
        115 => "l2tp",
        132 => "sctp",
        _ => "ip.proto",
    }
}

/// Whether the pieces of a datagram of `protocol` are worth putting together: TCP, and what may carry it.
///
/// UDP is not: VXLAN must not be fragmented (RFC 7348 §4.3), and other UDP would fill the table.
const fn may_carry_tcp(protocol: u8) -> bool {
    matches!(protocol, 4 | 6 | 41 | 43 | 47 | 51 | 60 | 137)
}
