//! ICMP errors that quote a TCP segment (RFC 792, RFC 4443).

use crate::wire::layer::{Context, Next, Step};
use crate::wire::net::IpHeader;
use crate::wire::net::ipv4::Ipv4;
use crate::wire::net::ipv6::Ipv6;
use crate::wire::view::View;
use crate::wire::{Endpoint, FlowKey, IcmpError, Quote, Seq, Undecoded};

/// Octets of an error's header before the quoted packet, in both versions.
const HEADER: usize = 8;

/// TCP's protocol number.
const TCP: u8 = 6;

/// Reads an ICMP message of the version of `ip`; all but errors about TCP are [`Next::Other`].
///
/// A quote that was cut is [`Undecoded`] only if the capture cut it: senders quote as little as they like.
pub(super) fn read<'a>(ip: &IpHeader, view: View<'a>, context: &Context) -> Step<'a> {
    let kind = view.u8(0)?;
    let code = view.u8(1)?;
    let is_v6 = ip.source.is_ipv6();
    let error = if is_v6 { error_v6(kind, code, &view)? } else { error_v4(kind, code, &view)? };
    let Some(error) = error else { return Ok(Next::Other(view.layer())) };
    let quoted = view.skip(HEADER)?;
    let quoted = if is_v6 { quoted_v6(quoted)? } else { quoted_v4(quoted)? };
    let Some((header, tcp)) = quoted else { return Ok(Next::Other(view.layer())) };
    let tcp = tcp.named("tcp");
    let [s0, s1, t0, t1] = tcp.array(0)?;
    let source = Endpoint { addr: header.source, port: u16::from_be_bytes([s0, s1]) };
    let target = Endpoint { addr: header.target, port: u16::from_be_bytes([t0, t1]) };
    let (key, quoted_from) = FlowKey::new(source, target);
    Ok(Next::Icmp(Quote {
        key,
        quoted_from,
        seq: Seq(tcp.u32(4)?),
        reporter: ip.source,
        ttl: ip.ttl,
        error,
        time: context.time,
        frame: context.frame,
        place: context.place,
    }))
}

/// The error of an ICMPv4 message, if it is one of those that matter.
fn error_v4(kind: u8, code: u8, view: &View<'_>) -> Result<Option<IcmpError>, Undecoded> {
    Ok(match (kind, code) {
        // Fragmentation needed, with the MTU in the last 16 bits (RFC 1191 §4).
        (3, 4) => Some(IcmpError::TooBig(view.u16(6)?.into())),
        (3, code) => Some(IcmpError::Unreachable(code)),
        (11, _) => Some(IcmpError::TimeExceeded),
        _ => None,
    })
}

/// The error of an ICMPv6 message, if it is one of those that matter.
fn error_v6(kind: u8, code: u8, view: &View<'_>) -> Result<Option<IcmpError>, Undecoded> {
    Ok(match kind {
        1 => Some(IcmpError::Unreachable(as_v4(code))),
        2 => Some(IcmpError::TooBig(view.u32(4)?)),
        3 => Some(IcmpError::TimeExceeded),
        _ => None,
    })
}

/// The ICMPv4 code that says the same (RFC 4443 §3.1; RFC 792, RFC 1812 §5.2.7.1).
///
/// By meaning, not for translation: RFC 7915 §5.2 makes 0 into 1 and 1 into 10.
const fn as_v4(code: u8) -> u8 {
    match code {
        // No route to the destination: network unreachable.
        0 => 0,
        // Prohibited; source address failed policy; route rejects: communication administratively prohibited.
        1 | 5 | 6 => 13,
        // Port unreachable.
        4 => 3,
        // Beyond scope, address unreachable, and what may be defined yet: host unreachable.
        _ => 1,
    }
}

/// The quoted header and its payload, if that is the front of a TCP segment.
type Quoted<'a> = Result<Option<(IpHeader, View<'a>)>, Undecoded>;

fn quoted_v4(view: View<'_>) -> Quoted<'_> {
    let view = view.named("ip");
    let ip = Ipv4::parse(&view)?;
    if ip.protocol != TCP || ip.fragment_offset() != 0 {
        return Ok(None);
    }
    Ok(Some((ip.header, view.skip(ip.header_len)?)))
}

fn quoted_v6(view: View<'_>) -> Quoted<'_> {
    let view = view.named("ipv6");
    let ip = Ipv6::parse(&view)?;
    if ip.next_header != TCP {
        return Ok(None);
    }
    Ok(Some((ip.header, view.skip(Ipv6::LEN)?)))
}
