//! MPLS label stacks (RFC 3032), with IP or an Ethernet pseudo-wire (RFC 4448) behind them.

use crate::wire::layer::{Context, Next, Step};
use crate::wire::link::ethernet::leads_to_ip;
use crate::wire::view::View;

/// Octets of the header of an IPv6 packet, which its length field leaves out (RFC 8200 §3).
const IPV6_HEADER: usize = 40;

/// Reads the labels down to the bottom of the stack.
pub(in crate::wire) fn read<'a>(view: View<'a>, context: &mut Context) -> Step<'a> {
    let mut view = view.named("mpls");
    loop {
        context.encapsulate(&view)?;
        let label = view.u32(0)?;
        view = view.skip(4)?;
        if label & 0x100 != 0 {
            return read_payload(view);
        }
    }
}

/// Guesses what the label announces: nothing in the packet says it.
///
/// The first four bits are 4 or 6 for IP, 0 for a pseudo-wire's control word, 1 for its associated channel (RFC 4385
/// §3); an Ethernet address without a control word before it can begin with any of them. So lengths and ether types
/// are asked too.
fn read_payload(view: View<'_>) -> Step<'_> {
    // Where the type would be with a control word of four octets, and without.
    view.uncut(18)?;
    let type_at = |at| view.u16(at).is_ok_and(leads_to_ip);
    match view.u8(0)? >> 4 {
        4 if is_ipv4(&view) => Ok(Next::Ip(view)),
        6 if is_ipv6(&view) => Ok(Next::Ip(view)),
        0 if type_at(16) && (!type_at(12) || view.u32(0)? == 0) => Ok(Next::Ethernet(view.skip(4)?)),
        _ if type_at(12) => Ok(Next::Ethernet(view)),
        4 | 6 => Ok(Next::Ip(view)),
        _ => Ok(Next::Other("mpls")),
    }
}

fn is_ipv4(view: &View<'_>) -> bool {
    let header_len = view.u8(0).map_or(0, |octet| usize::from(octet & 0xf) * 4);
    header_len >= 20 && view.u16(2).is_ok_and(|len| (header_len..=view.len()).contains(&len.into()))
}

fn is_ipv6(view: &View<'_>) -> bool {
    view.u16(4).is_ok_and(|len| usize::from(len) + IPV6_HEADER <= view.len())
}

#[cfg(test)]
mod tests {
    use crate::frame::LinkType;
    use crate::limits::Limits;
    use crate::wire::{Decoded, Decoder, Fault, Undecoded, sample};

    /// A pseudo-wire's frame to `target`, with or without a control word of zeros.
    fn pseudo_wire(control_word: bool, target: [u8; 6]) -> Vec<u8> {
        let mut inner = sample::ethernet([0x08, 0x00], &sample::tcp_v4());
        inner[..6].copy_from_slice(&target);
        let control: &[u8] = if control_word { &[0; 4] } else { &[] };
        sample::ethernet([0x88, 0x47], &[&[0, 1, 1, 64], control, &inner].concat())
    }

    #[test]
    fn an_ethernet_address_that_looks_like_ip_or_a_control_word_is_told_apart() {
        for target in [[0; 6], [0x45, 0, 0, 0, 0, 1], [0x60, 0, 0, 0, 0xff, 0xff], [0x10, 0, 0, 0, 0, 1]] {
            for control_word in [false, true] {
                let data = pseudo_wire(control_word, target);
                let (_, _, payload) = sample::segment(&sample::frame(LinkType::ETHERNET, &data));
                assert_eq!(payload, sample::DATA, "{control_word} {target:02x?}");
            }
        }
    }

    #[test]
    fn a_stack_without_a_bottom_ends_at_the_limit() {
        let data = sample::ethernet([0x88, 0x47], &[0; 400]);
        let undecoded = Undecoded { layer: "mpls", offset: 14 + 16 * 4, fault: Fault::TooDeep };
        let mut decoder = Decoder::new(Limits::default());
        assert_eq!(decoder.decode(&sample::frame(LinkType::ETHERNET, &data)), Decoded::Undecoded(undecoded));
    }
}
