//! ICMP errors that quote a TCP segment (RFC 792, RFC 4443).

use crate::wire::layer::{Context, Next, Step};
use crate::wire::net::ipv4::Ipv4;
use crate::wire::net::ipv6::Ipv6;
use crate::wire::net::{IpHeader, extension};
use crate::wire::view::View;
use crate::wire::{Endpoint, Fault, FlowKey, IcmpError, LengthSetBy, Quote, Seq, Undecoded};

/// Octets of an error's header before the quoted packet, in both versions.
const HEADER: usize = 8;

/// Octets of TCP that are quoted at least: ports and sequence number.
const QUOTED: usize = 8;

/// TCP's protocol number.
const TCP: u8 = 6;

/// Reads an ICMP message of the version of `ip`; all but errors about TCP are [`Next::Other`].
pub(super) fn read<'a>(ip: &IpHeader, view: View<'a>, context: &mut Context) -> Step<'a> {
    let kind = view.u8(0)?;
    let code = view.u8(1)?;
    let is_v6 = ip.source.is_ipv6();
    let error = if is_v6 { error_v6(kind, code, &view)? } else { error_v4(kind, code, &view)? };
    let Some(error) = error else { return Ok(Next::Other(view.layer())) };
    let Some((header, tcp)) = uncut_quote(quoted(view.skip(HEADER)?, is_v6, context))? else {
        return Ok(Next::Other(view.layer()));
    };
    let source = Endpoint { addr: header.source, port: tcp.u16(0)? };
    let target = Endpoint { addr: header.target, port: tcp.u16(2)? };
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

/// The quoted header and the front of its TCP segment, if that is what is quoted.
type Quoted<'a> = Result<Option<(IpHeader, View<'a>)>, Undecoded>;

/// Reads the quoted packet up to the first eight octets of TCP. Its length fields are not looked at: they are those of
/// the packet before it was cut to be quoted, and some senders change them.
fn quoted<'a>(view: View<'a>, is_v6: bool, context: &mut Context) -> Quoted<'a> {
    let mut next = if is_v6 {
        let view = view.named("ipv6");
        let ip = Ipv6::parse(&view)?;
        Next::Carried(ip.next_header, ip.header, view.skip(Ipv6::LEN)?)
    } else {
        let view = view.named("ip");
        let ip = Ipv4::parse(&view)?;
        if ip.fragment_offset() != 0 {
            return Ok(None);
        }
        Next::Carried(ip.protocol, ip.header, view.skip(ip.header_len)?)
    };
    loop {
        next = match next {
            Next::Carried(TCP, header, tcp) => {
                let tcp = tcp.named("tcp");
                let _quoted: [u8; QUOTED] = tcp.array(0)?;
                return Ok(Some((header, tcp)));
            }
            Next::Carried(protocol, header, rest) => match extension::read(protocol, header, rest, context) {
                Some(step) => step?,
                None => return Ok(None),
            },
            Next::Fragment(first) if first.offset == 0 => {
                Next::Carried(first.protocol, first.header, first.piece)
            }
            _ => return Ok(None),
        };
    }
}

/// Takes a quote that its sender cut for one that says nothing: senders quote as little as they like. One that the
/// capture cut remains an error.
fn uncut_quote(quoted: Quoted<'_>) -> Quoted<'_> {
    match quoted {
        Err(Undecoded { fault: Fault::TooShort { set_by: LengthSetBy::Header, .. }, .. }) => Ok(None),
        quoted => quoted,
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{Frame, LinkType};
    use crate::limits::Limits;
    use crate::wire::{Decoded, Decoder, End, sample};

    fn decode(packet: &[u8]) -> Decoded<'static> {
        decode_frame(&sample::frame(LinkType::RAW, packet))
    }

    fn decode_frame(frame: &Frame<'_>) -> Decoded<'static> {
        match Decoder::new(Limits::default()).decode(frame) {
            Decoded::Tcp(_) => panic!("a segment"),
            Decoded::Icmp(quote) => Decoded::Icmp(quote),
            Decoded::Other(layer) => Decoded::Other(layer),
            Decoded::Undecoded(undecoded) => Decoded::Undecoded(undecoded),
        }
    }

    fn error(packet: &[u8]) -> Option<IcmpError> {
        match decode(packet) {
            Decoded::Icmp(quote) => Some(quote.error),
            _ => None,
        }
    }

    fn v4(kind: u8, code: u8, quoted: &[u8]) -> Vec<u8> {
        sample::ipv4(1, &[&[kind, code, 0, 0, 0, 0, 0x05, 0x78], quoted].concat())
    }

    fn v6(kind: u8, code: u8, quoted: &[u8]) -> Vec<u8> {
        sample::ipv6(58, &[&[kind, code, 0, 0, 0, 0, 0x05, 0x78], quoted].concat())
    }

    #[test]
    fn eight_octets_of_tcp_are_enough() {
        let Decoded::Icmp(quote) = decode(&v4(3, 3, &sample::tcp_v4()[..28])) else { panic!("no quote") };
        assert_eq!((quote.key.high.port, quote.quoted_from, quote.seq), (22, End::Low, Seq(1_000)));
        assert_eq!((quote.reporter.to_string(), quote.ttl), ("192.0.2.1".into(), 64));
        assert_eq!(decode(&v4(3, 3, &sample::tcp_v4()[..27])), Decoded::Other("icmp"));
    }

    #[test]
    fn a_quote_cut_by_the_capture_is_undecoded() {
        let whole = v4(3, 3, &sample::tcp_v4());
        let cut = Frame { data: &whole[..55], ..sample::frame(LinkType::RAW, &whole) };
        let fault = Fault::TooShort { needed: 8, available: 7, set_by: LengthSetBy::Capture };
        assert_eq!(decode_frame(&cut), Decoded::Undecoded(Undecoded { layer: "tcp", offset: 48, fault }));
    }

    #[test]
    fn errors_of_both_versions_say_the_same() {
        let (quoted_v4, quoted_v6) = (sample::tcp_v4(), sample::tcp_v6());
        assert_eq!(error(&v4(3, 13, &quoted_v4)), Some(IcmpError::Unreachable(13)));
        assert_eq!(error(&v6(1, 1, &quoted_v6)), Some(IcmpError::Unreachable(13)));
        assert_eq!(error(&v4(3, 3, &quoted_v4)), error(&v6(1, 4, &quoted_v6)));
        assert_eq!(error(&v4(3, 4, &quoted_v4)), Some(IcmpError::TooBig(1400)));
        assert_eq!(error(&v6(2, 0, &quoted_v6)), Some(IcmpError::TooBig(1400)));
        assert_eq!(error(&v4(11, 0, &quoted_v4)), error(&v6(3, 0, &quoted_v6)));
    }

    #[test]
    fn what_is_no_error_about_tcp_is_other() {
        assert_eq!(decode(&v4(8, 0, &sample::tcp_v4())), Decoded::Other("icmp"));
        assert_eq!(decode(&v4(5, 0, &sample::tcp_v4())), Decoded::Other("icmp"));
        assert_eq!(decode(&v4(3, 3, &sample::udp(53, &[]))), Decoded::Other("icmp"));
        assert_eq!(decode(&v6(128, 0, &sample::tcp_v6())), Decoded::Other("icmpv6"));
    }

    #[test]
    fn a_quote_of_a_first_fragment_with_extension_headers_is_found() {
        let tcp = &sample::tcp_v6()[40..];
        let options_then_fragment = [44, 0, 1, 4, 0, 0, 0, 0, 6, 0, 0, 1, 0, 0, 0, 7];
        let quoted = sample::ipv6(60, &[&options_then_fragment[..], tcp].concat());
        assert_eq!(error(&v6(3, 0, &quoted)), Some(IcmpError::TimeExceeded));
        let later = [6, 0, 0, 8, 0, 0, 0, 7];
        let quoted = sample::ipv6(44, &[&later[..], tcp].concat());
        assert_eq!(decode(&v6(3, 0, &quoted)), Decoded::Other("icmpv6"));
    }
}
