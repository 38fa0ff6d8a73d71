//! VXLAN (RFC 7348).

use crate::wire::layer::{Context, Next, Step};
use crate::wire::view::View;

/// The port IANA gave, and the one Linux took before that.
pub(in crate::wire) const PORTS: [u16; 2] = [4789, 8472];

/// Octets of its header.
const HEADER: usize = 8;

/// Reads the header of §5. The ports may be met by chance, so a packet that does not say that it has a network
/// identifier, or has something in the reserved last octet, is plain UDP.
pub(in crate::wire) fn read<'a>(view: View<'a>, context: &mut Context) -> Step<'a> {
    let view = view.named("vxlan");
    view.uncut(HEADER)?;
    match view.array::<HEADER>(0) {
        Ok([flags, _, _, _, _, _, _, 0]) if flags & 0x08 != 0 => {
            context.enter_tunnel(&view)?;
            Ok(Next::Ethernet(view.skip(HEADER)?))
        }
        _ => Ok(Next::Other("udp")),
    }
}

#[cfg(test)]
mod tests {
    use crate::frame::LinkType;
    use crate::limits::Limits;
    use crate::wire::{Decoded, Decoder, sample};

    #[test]
    fn udp_that_only_has_the_port_stays_udp() {
        for (port, payload) in
            [(4789, &[0; 40][..]), (8472, &[8, 0, 0, 0, 0, 0, 0, 1, 0]), (4789, &[8, 0]), (6081, &[9; 30])]
        {
            let data = sample::udp(port, payload);
            let mut decoder = Decoder::new(Limits::default());
            assert_eq!(decoder.decode(&sample::frame(LinkType::RAW, &data)), Decoded::Other("udp"));
        }
    }
}
