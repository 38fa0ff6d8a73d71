//! Linux cooked captures, which `tcpdump -i any` writes: no target address, but who sent the frame.

use crate::frame::Mark;
use crate::wire::Undecoded;
use crate::wire::layer::{Context, Next, Step};
use crate::wire::view::View;

/// Reads version 1: packet type, address and protocol in 16 octets
/// (<https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html>).
pub(super) fn read<'a>(view: View<'a>, context: &mut Context) -> Step<'a> {
    let view = view.named("sll");
    set_sender(&view, u32::from(view.u16(0)?), view.u16(4)?.into(), 6, context)?;
    Ok(typed(view.u16(14)?, view.skip(16)?))
}

/// Reads version 2: the interface index besides, in 20 octets
/// (<https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html>).
pub(super) fn read_v2<'a>(view: View<'a>, context: &mut Context) -> Step<'a> {
    let view = view.named("sll");
    context.place.cooked = view.u32(4)? as u16;
    set_sender(&view, view.u8(10)?.into(), view.u8(11)?.into(), 12, context)?;
    Ok(typed(view.u16(0)?, view.skip(20)?))
}

/// Takes over packet type and source address; the field is 8 octets wide, longer addresses are cut to it.
fn set_sender(
    view: &View<'_>,
    packet_type: u32,
    address_len: usize,
    at: usize,
    context: &mut Context,
) -> Result<(), Undecoded> {
    let address: [u8; 8] = view.array(at)?;
    context.set_link_source(address.get(..address_len).unwrap_or(&address));
    if context.mark == Mark::None {
        context.mark = match packet_type {
            // To us, to all, to a group.
            0..=2 => Mark::Inbound,
            4 => Mark::Outbound,
            // 3 was for another host, and passed by.
            _ => Mark::None,
        };
    }
    Ok(())
}

/// The protocol is an ether type but for a few small numbers of Linux's own.
fn typed(protocol: u16, rest: View<'_>) -> Next<'_> {
    match protocol {
        // 802.3 without 802.2, and 802.2.
        0x0001 | 0x0004 => Next::Other("llc"),
        0x000c | 0x000d => Next::Other("can"),
        _ => Next::Typed(protocol, rest),
    }
}

#[cfg(test)]
mod tests {
    use crate::frame::{Frame, LinkType, Mark};
    use crate::limits::Limits;
    use crate::wire::sample::{self, Carrier};
    use crate::wire::{Decoded, Decoder};

    #[test]
    fn the_packet_type_says_who_sent_it() {
        let marks = [0, 1, 2, 3, 4, 5].map(|packet_type| {
            let (link, mut data) = Carrier::Sll.wrap(&sample::tcp_v4());
            data[1] = packet_type;
            sample::segment(&sample::frame(link, &data)).1.mark
        });
        assert_eq!(
            marks,
            [Mark::Inbound, Mark::Inbound, Mark::Inbound, Mark::None, Mark::Outbound, Mark::None]
        );
        let (link, data) = Carrier::Sll.wrap(&sample::tcp_v4());
        let frame = Frame { mark: Mark::Inbound, ..sample::frame(link, &data) };
        assert_eq!(sample::segment(&frame).1.mark, Mark::Inbound, "the capture's own mark stands");
    }

    #[test]
    fn version_2_tells_the_interface() {
        let (link, data) = Carrier::Sll2.wrap(&sample::tcp_v4());
        let mut decoder = Decoder::new(Limits::default());
        let Decoded::Tcp(packet) = decoder.decode(&sample::frame(link, &data)) else { panic!("no segment") };
        assert_eq!((packet.place.cooked, packet.segment.mark), (3, Mark::Outbound));
    }

    #[test]
    fn an_address_has_the_same_hash_on_every_link_that_shows_it() {
        let source = |carrier: Carrier| {
            let (link, data) = carrier.wrap(&sample::tcp_v4());
            sample::segment(&sample::frame(link, &data)).1.link_source
        };
        let ethernet = source(Carrier::Ethernet);
        assert_ne!(ethernet, 0);
        for carrier in Carrier::ALL {
            let shows_none = matches!(
                carrier,
                Carrier::Raw
                    | Carrier::Null
                    | Carrier::NullOfOtherByteOrder
                    | Carrier::Loop
                    | Carrier::Pppoe
                    | Carrier::Ppp
                    | Carrier::PppFramed
                    | Carrier::CiscoHdlc
            );
            let expected = if shows_none { 0 } else { ethernet };
            assert_eq!(source(carrier), expected, "{carrier:?}");
        }
        let (_, mut data) = Carrier::Sll.wrap(&sample::tcp_v4());
        data[5] = 0;
        assert_eq!(sample::segment(&sample::frame(LinkType::LINUX_SLL, &data)).1.link_source, 0);
    }
}
