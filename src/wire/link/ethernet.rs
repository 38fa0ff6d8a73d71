//! Ethernet II and IEEE 802.3, and the ether types that are followed.

use crate::wire::layer::{Context, Next, Step};
use crate::wire::tunnel::{mpls, pppoe, vlan};
use crate::wire::view::View;

/// Up to here the field is a length (IEEE 802.3 §3.2.6); from 0x600 on it is a type.
const LARGEST_LENGTH: u16 = 1500;

/// Reads the addresses and the type, or the IEEE 802.2 header of a frame with a length.
pub(in crate::wire) fn read<'a>(view: View<'a>, context: &mut Context) -> Step<'a> {
    let view = view.named("eth");
    let ether_type = view.u16(12)?;
    let source: [u8; 6] = view.array(6)?;
    context.set_link_source(&source);
    let rest = view.skip(14)?;
    if ether_type > LARGEST_LENGTH {
        return Ok(Next::Typed(ether_type, rest));
    }
    // A SNAP header of organisation 0 carries an ether type (RFC 1042).
    let rest = rest.named("llc");
    rest.uncut(8)?;
    match rest.array(0) {
        Ok([0xaa, 0xaa, 0x03, 0, 0, 0]) => Ok(Next::Typed(rest.u16(6)?, rest.skip(8)?)),
        _ => Ok(Next::Other("llc")),
    }
}

/// Reads the payload of an ether type (IANA, "IEEE 802 Numbers").
pub(in crate::wire) fn read_typed<'a>(ether_type: u16, view: View<'a>, context: &mut Context) -> Step<'a> {
    match ether_type {
        0x0800 | 0x86dd => Ok(Next::Ip(view)),
        // The tags of 802.1Q and 802.1ad, and the QinQ tag before 802.1ad.
        0x8100 | 0x88a8 | 0x9100 => vlan::read(view, context),
        // Transparent Ethernet bridging (RFC 1701), after GRE or Geneve.
        0x6558 => Ok(Next::Ethernet(view)),
        0x8847 | 0x8848 => mpls::read(view, context),
        0x8864 => pppoe::read(view, context),
        0x880b => Ok(Next::Ppp(view)),
        0x0806 => Ok(Next::Other("arp")),
        0x8863 => Ok(Next::Other("pppoed")),
        0x88cc => Ok(Next::Other("lldp")),
        0x8809 => Ok(Next::Other("slow")),
        0x888e => Ok(Next::Other("eapol")),
        0x88e5 => Ok(Next::Other("macsec")),
        _ => Ok(Next::Other("ethertype")),
    }
}

/// Whether `ether_type` leads to IP by the layers that are followed: what tells an Ethernet header from other octets.
pub(in crate::wire) const fn leads_to_ip(ether_type: u16) -> bool {
    matches!(ether_type, 0x0800 | 0x86dd | 0x8100 | 0x88a8 | 0x9100 | 0x8847 | 0x8864)
}

#[cfg(test)]
mod tests {
    use crate::frame::LinkType;
    use crate::limits::Limits;
    use crate::wire::{Decoded, Decoder, sample};

    #[test]
    fn frames_without_ip_are_named_and_sound() {
        let named = |ether_type: [u8; 2], payload: &[u8]| {
            let data = sample::ethernet(ether_type, payload);
            match Decoder::new(Limits::default()).decode(&sample::frame(LinkType::ETHERNET, &data)) {
                Decoded::Other(layer) => layer,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(named([0x08, 0x06], &[0; 28]), "arp");
        assert_eq!(named([0x88, 0xcc], &[0; 28]), "lldp");
        assert_eq!(named([0x00, 0x26], &[0x42, 0x42, 3, 0, 0]), "llc");
        assert_eq!(named([0x00, 0x01], &[]), "llc");
        assert_eq!(named([0x08, 0x00], &sample::udp(53, &[0; 8])), "udp");
    }
}
