use std::net::IpAddr;

use super::*;
use crate::frame::Frame;
use crate::wire::sample::{self, Carrier, Tunnel};
use crate::wire::{Checksum, Decoded, Decoder};

/// Every octet of an address turned over: nothing of it stays.
struct Turned;

impl Disguise for Turned {
    fn address(&self, address: IpAddr) -> IpAddr {
        match address {
            IpAddr::V4(it) => it.octets().map(|octet| !octet).into(),
            IpAddr::V6(it) => it.octets().map(|octet| !octet).into(),
        }
    }

    fn link_address(&self, address: [u8; 6]) -> [u8; 6] {
        address.map(|octet| !octet)
    }
}

fn disguised(frame: &Frame<'_>, veils: &[Veil]) -> Vec<u8> {
    Anatomy::of(frame, &Limits::default()).unwrap().disguised(frame.data, &Turned, veils)
}

/// Every way to carry each of two packets.
fn carried() -> Vec<(String, LinkType, Vec<u8>)> {
    let mut all = Vec::new();
    for (version, packet) in [(4, sample::tcp_v4()), (6, sample::tcp_v6())] {
        for carrier in Carrier::ALL {
            let (link, data) = carrier.wrap(&packet);
            all.push((format!("{version} {carrier:?}"), link, data));
            for tunnel in Tunnel::ALL {
                let (link, data) = carrier.wrap(&tunnel.wrap(&packet));
                all.push((format!("{version} {carrier:?} {tunnel:?}"), link, data));
            }
        }
    }
    all
}

#[test]
fn in_every_carrier_the_addresses_are_replaced_and_all_else_is_read_as_before() {
    for (name, link, data) in carried() {
        let frame = sample::frame(link, &data);
        let other = disguised(&frame, &[]);
        assert_eq!(other.len(), data.len());
        let disguised = Frame { data: &other, ..frame };
        let (before, after) = (sample::segment(&frame), sample::segment(&disguised));
        for (was, is) in [(before.0.low, after.0.high), (before.0.high, after.0.low)] {
            assert_eq!((Turned.address(was.addr), was.port), (is.addr, is.port), "{name}");
        }
        assert_eq!(before.2, after.2, "{name}");
        let same = crate::wire::Segment { from: before.1.from, link_source: before.1.link_source, ..after.1 };
        assert_eq!(before.1, same, "{name}");
        assert_eq!(after.1.checksum, before.1.checksum, "{name}");
        for address in [&[10, 0, 0, 1][..], &[10, 0, 0, 2], &[192, 0, 2], &[0xfd, 0, 0, 0], &[0xfd, 1, 0]] {
            assert!(!other.windows(address.len()).any(|octets| octets == address), "{name}: {address:?}");
        }
        assert!(!other.windows(6).any(|octets| octets == sample::SOURCE_MAC), "{name}");
        assert!(!other.windows(4).any(|octets| octets == [0xde, 0xad, 0xbe, 0xef]), "{name}: a trailer");
    }
}

#[test]
fn the_data_begins_where_the_decoder_says() {
    for (name, link, data) in carried() {
        let frame = sample::frame(link, &data);
        let at = Anatomy::of(&frame, &Limits::default()).unwrap().data_at(&frame).unwrap();
        assert_eq!(data.get(at..at + sample::DATA.len()), Some(sample::DATA), "{name}");
    }
}

#[test]
fn veiled_data_keeps_the_checksum_as_good_or_bad_as_it_was() {
    let veils = [Veil { octets: 3..9, with: b'x' }, Veil { octets: 18..400, with: 0 }];
    let packet = sample::tcp_v4();
    let field = u16::from_be_bytes([packet[36], packet[37]]);
    for (wrong_by, expected) in [(0, Checksum::Good), (7, Checksum::Bad)] {
        let mut packet = packet.clone();
        packet[36..38].copy_from_slice(&field.wrapping_add(wrong_by).to_be_bytes());
        let frame = sample::frame(LinkType::RAW, &packet);
        let other = disguised(&frame, &veils);
        let (_, segment, data) = sample::segment(&Frame { data: &other, ..frame });
        assert_eq!((segment.checksum, &data[..]), (expected, &b"SSHxxxxxxpenSSH_9.\0\0\0"[..]));
    }
}

#[test]
fn what_checksum_offload_left_is_still_that() {
    let mut reset =
        sample::ipv4(6, &[0, 22, 0x9c, 0x40, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 4, 0, 0, 0x14, 0x21, 0, 0]);
    reset[12..20].copy_from_slice(&[10, 3, 0, 2, 10, 1, 0, 1]);
    let frame = sample::frame(LinkType::RAW, &reset);
    let other = disguised(&frame, &[]);
    assert_eq!(sample::segment(&frame).1.checksum, Checksum::Partial);
    assert_eq!(sample::segment(&Frame { data: &other, ..frame }).1.checksum, Checksum::Partial);
}

#[test]
fn a_frame_that_the_capture_cut_is_disguised_as_far_as_it_goes() {
    for (name, link, data) in carried() {
        for cut in 0..data.len() {
            let frame = Frame { data: &data[..cut], ..sample::frame(link, &data) };
            let decoded = matches!(Decoder::new(Limits::default()).decode(&frame), Decoded::Tcp(_));
            match Anatomy::of(&frame, &Limits::default()) {
                Ok(anatomy) => assert_eq!(anatomy.disguised(frame.data, &Turned, &[]).len(), cut),
                Err(_) => assert!(!decoded, "{name} cut to {cut}"),
            }
        }
    }
}

#[test]
fn an_icmp_error_is_told_of_the_same_connection_and_shows_nothing_beside() {
    let quoted = [sample::tcp_v4(), sample::tcp_v6()];
    for (packet, outer) in quoted.iter().zip([1, 58]) {
        for octets in [packet.len(), packet.len() - 13, packet.len() - 21 - 20 + 8] {
            // Behind what is quoted an extension that names an interface's address (RFC 5837).
            let error = [
                &[[3, 1][usize::from(outer == 58)], 1, 0, 0, 0, 17, 0, 0][..],
                &packet[..octets],
                &[10, 0, 0, 9],
            ];
            let error = error.concat();
            let data = if outer == 1 { sample::ipv4(1, &error) } else { sample::ipv6(58, &error) };
            let frame = sample::frame(LinkType::RAW, &data);
            let quote = |frame: &Frame<'_>| match Decoder::new(Limits::default()).decode(frame) {
                Decoded::Icmp(quote) => quote,
                other => panic!("{other:?}"),
            };
            let other = disguised(&frame, &[]);
            let (before, after) = (quote(&frame), quote(&Frame { data: &other, ..frame }));
            assert_eq!(after.reporter, Turned.address(before.reporter));
            assert_eq!(after.key.high.addr, Turned.address(before.key.low.addr));
            assert_eq!((after.seq, after.error), (before.seq, before.error));
            let shown = |it: &[u8]| it == b"SSH-" || it[3] > 0 && it.starts_with(&[10, 0, 0]);
            assert!(!other.windows(4).any(shown), "{outer} {octets} {other:?}");
        }
    }
}

#[test]
fn options_that_may_hold_an_address_are_blanked() {
    // Record route; then MPTCP's ADD_ADDR, window scale, end.
    let mut packet = sample::ipv4(6, &[0; 44]);
    packet.splice(20..20, [7, 7, 4, 10, 9, 9, 9, 0]);
    packet[0] = 0x47;
    packet[3] += 8;
    let tcp = [0, 22, 0x9c, 0x40, 0, 0, 0, 1, 0, 0, 0, 0, 0x90, 2, 0, 9, 0, 0, 0, 0];
    let options = [30, 8, 0x30, 10, 9, 9, 9, 9, 3, 3, 7, 0, 10, 9, 9, 9];
    packet.splice(28.., [&tcp[..], &options].concat());
    packet[3] = packet.len() as u8;
    let frame = sample::frame(LinkType::RAW, &packet);
    let other = disguised(&frame, &[]);
    assert!(!other.windows(3).any(|octets| octets == [10, 9, 9] || octets == [9, 9, 9]), "{other:?}");
    let (_, segment, _) = sample::segment(&Frame { data: &other, ..frame });
    assert_eq!(segment.window_scale, 7);
}
