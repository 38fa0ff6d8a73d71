//! GRE (RFC 2784, RFC 2890) and the enhanced GRE of PPTP (RFC 2637).

use crate::wire::layer::{Context, Next, Step};
use crate::wire::tunnel::erspan;
use crate::wire::view::View;

/// A checksum follows, with a reserved field.
const CHECKSUM: u16 = 0x8000;
/// Source routes follow (RFC 1701); long gone, and not followed.
const ROUTING: u16 = 0x4000;
/// A key follows.
const KEY: u16 = 0x2000;
/// A sequence number follows.
const SEQUENCE: u16 = 0x1000;
/// An acknowledgement number follows (version 1 only).
const ACKNOWLEDGEMENT: u16 = 0x0080;
/// The version.
const VERSION: u16 = 0x0007;

/// Reads the flags, the protocol and the optional fields.
pub(in crate::wire) fn read<'a>(view: View<'a>, context: &mut Context) -> Step<'a> {
    let view = view.named("gre");
    context.enter_tunnel(&view)?;
    let flags = view.u16(0)?;
    let protocol = view.u16(2)?;
    let optional = match flags & VERSION {
        0 => CHECKSUM | KEY | SEQUENCE,
        1 => KEY | SEQUENCE | ACKNOWLEDGEMENT,
        version => return Err(view.bad(version)),
    };
    if flags & ROUTING != 0 {
        return Ok(Next::Other("gre"));
    }
    // Each optional field takes four octets.
    let rest = view.skip(4 + 4 * (flags & optional).count_ones() as usize)?;
    match protocol {
        // Without a sequence number it is ERSPAN's first type, which has no header.
        erspan::TYPE_II if flags & SEQUENCE == 0 => Ok(Next::Ethernet(rest)),
        erspan::TYPE_II => erspan::read(rest),
        erspan::TYPE_III => erspan::read_v3(rest),
        // Keepalives of Cisco routers.
        0 => Ok(Next::Other("gre")),
        // An acknowledgement alone.
        _ if flags & VERSION == 1 && rest.len() == 0 => Ok(Next::Other("gre")),
        _ => Ok(Next::Typed(protocol, rest)),
    }
}

#[cfg(test)]
mod tests {
    use crate::frame::LinkType;
    use crate::limits::Limits;
    use crate::wire::{Decoded, Decoder, Fault, sample};

    #[test]
    fn every_set_of_optional_fields_is_stepped_over() {
        for flags in [0x00, 0x80, 0x20, 0x10, 0xa0, 0x90, 0x30, 0xb0_u8] {
            let options = vec![0; flags.count_ones() as usize * 4];
            let header = [&[flags, 0, 0x08, 0x00][..], &options].concat();
            let data = sample::ipv4(47, &[header, sample::tcp_v4()].concat());
            assert_eq!(sample::segment(&sample::frame(LinkType::RAW, &data)).2, sample::DATA, "{flags:#x}");
        }
    }

    #[test]
    fn the_enhanced_header_of_pptp_carries_ppp() {
        let header = [0x30, 0x81, 0x88, 0x0b, 0, 80, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0xff, 3, 0, 0x21];
        let data = sample::ipv4(47, &[&header[..], &sample::tcp_v4()].concat());
        assert_eq!(sample::segment(&sample::frame(LinkType::RAW, &data)).2, sample::DATA);
    }

    #[test]
    fn other_versions_and_source_routes_are_not_guessed_at() {
        let decode = |header: &[u8]| {
            let data = sample::ipv4(47, &[header, &sample::tcp_v4()].concat());
            match Decoder::new(Limits::default()).decode(&sample::frame(LinkType::RAW, &data)) {
                Decoded::Other(layer) => Ok(layer),
                Decoded::Undecoded(undecoded) => Err(undecoded.fault),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(decode(&[0, 3, 0x08, 0x00]), Err(Fault::BadValue(3)));
        assert_eq!(decode(&[0x40, 0, 0x08, 0x00]), Ok("gre"));
    }
}
