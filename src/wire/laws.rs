//! What holds for every frame, of whatever layers: properties of [`Decoder`].

use proptest::prelude::*;
use proptest::sample::select;

use crate::frame::{Frame, LinkType, Mark};
use crate::limits::Limits;
use crate::wire::sample::{self, Carrier, Tunnel};
use crate::wire::{
    Checksum, Decoded, Decoder, Fault, LengthSetBy, Segment, Skimmed, Traits, Undecoded, skim,
};

/// Every link type that is followed, and one that is not.
const LINKS: [u16; 15] = [0, 1, 9, 12, 14, 50, 51, 101, 104, 108, 113, 228, 229, 276, 147];

fn packet() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![Just(sample::tcp_v4()), Just(sample::tcp_v6())]
}

/// A packet in up to four tunnels and a carrier.
fn wrapped() -> impl Strategy<Value = (Vec<u8>, Vec<Tunnel>, Carrier)> {
    (packet(), prop::collection::vec(select(&Tunnel::ALL[..]), 0..4), select(&Carrier::ALL[..]))
}

fn wrap(packet: &[u8], tunnels: &[Tunnel], carrier: Carrier) -> (LinkType, Vec<u8>) {
    carrier.wrap(&tunnels.iter().fold(packet.to_vec(), |packet, tunnel| tunnel.wrap(&packet)))
}

/// The segment without what the layers around it may change.
fn inner(segment: Segment) -> Segment {
    let traits = Traits(segment.traits.0 & !Traits::TUNNELLED.0);
    Segment { link_source: 0, mark: Mark::None, traits, ..segment }
}

/// The segment without what its options and its captured data tell.
fn header(segment: Segment) -> Segment {
    let optional = Traits::TIMESTAMPS.0 | Traits::OPTIONS_CUT.0;
    let traits = Traits(segment.traits.0 & !optional);
    Segment { traits, ts_value: 0, ts_echo: 0, checksum: Checksum::Unknown, ..segment }
}

/// Fails unless a look at `frame` and the decoder say the same.
fn agree(frame: &Frame<'_>) {
    let limits = Limits::default();
    let mut decoder = Decoder::new(limits);
    let whole = decoder.decode(frame);
    let on_22 = |one, other| one == 22 || other == 22;
    match (skim(frame, &limits, |_, _| true), skim(frame, &limits, on_22)) {
        (Skimmed::Tcp(packet), wanted) => {
            assert_eq!(whole, Decoded::Tcp(packet));
            let looked_at = on_22(packet.key.low.port, packet.key.high.port);
            assert_eq!(wanted, if looked_at { Skimmed::Tcp(packet) } else { Skimmed::Elsewhere });
        }
        (Skimmed::Udp, wanted) => assert_eq!((whole, wanted), (Decoded::Other("udp"), Skimmed::Udp)),
        (other, wanted) => assert_eq!((other, wanted), (Skimmed::Unclear, Skimmed::Unclear)),
    }
}

#[test]
fn plain_frames_are_told_at_a_look() {
    for packet in [sample::tcp_v4(), sample::tcp_v6(), sample::udp(53, &[0; 9])] {
        let data = sample::ethernet(sample::ether_type(&packet), &packet);
        let frame = sample::frame(LinkType::ETHERNET, &data);
        assert_ne!(skim(&frame, &Limits::default(), |_, _| true), Skimmed::Unclear);
        agree(&frame);
    }
}

proptest! {
    #[test]
    fn any_octets_of_any_link_type_have_an_answer(
        link in select(&LINKS[..]),
        data: Vec<u8>,
        wire_len: u32,
    ) {
        let mut decoder = Decoder::new(Limits::default());
        decoder.decode(&Frame { wire_len, ..sample::frame(LinkType(link), &data) });
    }

    #[test]
    fn a_look_and_the_decoder_agree(
        (packet, tunnels, carrier) in wrapped(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
        cut: prop::sample::Index,
        is_cut: bool,
    ) {
        let (link, mut data) = wrap(&packet, &tunnels, carrier);
        for (at, octet) in damage {
            let at = at.index(data.len());
            data[at] = octet;
        }
        let whole = sample::frame(link, &data);
        agree(&Frame { data: &data[..if is_cut { cut.index(data.len()) } else { data.len() }], ..whole });
    }

    #[test]
    fn a_look_and_the_decoder_agree_on_damaged_headers(
        version_6: bool,
        damage in prop::collection::vec((0..60_usize, any::<u8>()), 1..4),
        cut in 0..120_usize,
    ) {
        let packet = if version_6 { sample::tcp_v6() } else { sample::tcp_v4() };
        let mut data = sample::ethernet(sample::ether_type(&packet), &packet);
        for (at, octet) in damage {
            data[at] = octet;
        }
        let whole = sample::frame(LinkType::ETHERNET, &data);
        agree(&whole);
        agree(&Frame { data: &data[..cut.min(data.len())], ..whole });
    }

    #[test]
    fn damaged_frames_have_an_answer(
        (packet, tunnels, carrier) in wrapped(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let (link, mut data) = wrap(&packet, &tunnels, carrier);
        for (at, octet) in damage {
            let at = at.index(data.len());
            data[at] = octet;
        }
        let mut decoder = Decoder::new(Limits::default());
        for end in 0..=data.len() {
            decoder.decode(&Frame { wire_len: data.len() as u32, ..sample::frame(link, &data[..end]) });
        }
    }

    #[test]
    fn wrapping_leaves_the_inner_segment_unchanged((packet, tunnels, carrier) in wrapped()) {
        let (key, plain, data) = sample::segment(&sample::frame(LinkType::RAW, &packet));
        prop_assert_eq!(plain.checksum, Checksum::Good);
        let (link, octets) = wrap(&packet, &tunnels, carrier);
        let (wrapped_key, segment, wrapped_data) = sample::segment(&sample::frame(link, &octets));
        prop_assert_eq!((wrapped_key, inner(segment), wrapped_data), (key, plain, data));
        prop_assert_eq!(segment.traits.has(Traits::TUNNELLED), !tunnels.is_empty());
    }

    #[test]
    fn a_cut_frame_is_undecoded_or_has_the_same_header((packet, tunnels, carrier) in wrapped()) {
        let (link, data) = wrap(&packet, &tunnels, carrier);
        let whole = sample::frame(link, &data);
        let (key, segment, payload) = sample::segment(&whole);
        for end in 0..data.len() {
            match Decoder::new(Limits::default()).decode(&Frame { data: &data[..end], ..whole }) {
                Decoded::Tcp(packet) => {
                    prop_assert_eq!((packet.key, header(packet.segment)), (key, header(segment)));
                    prop_assert!(payload.starts_with(packet.payload));
                    prop_assert!(
                        packet.segment.traits.has(Traits::OPTIONS_CUT)
                            || packet.segment.timestamps() == segment.timestamps()
                    );
                }
                Decoded::Undecoded(Undecoded { offset, fault, .. }) => {
                    let Fault::TooShort { needed, available, set_by } = fault else {
                        return Err(TestCaseError::fail(format!("{fault:?}")));
                    };
                    prop_assert_eq!((set_by, offset + available), (LengthSetBy::Capture, end as u32));
                    prop_assert!(needed > available);
                }
                other => prop_assert!(false, "cut at {}: {:?}", end, other),
            }
        }
    }

    #[test]
    fn a_decoder_answers_the_same_whatever_it_saw_before((packet, tunnels, carrier) in wrapped(), noise: Vec<u8>) {
        let (link, data) = wrap(&packet, &tunnels, carrier);
        let alone = sample::segment(&sample::frame(link, &data));
        let mut decoder = Decoder::new(Limits::default());
        decoder.decode(&sample::frame(LinkType::RAW, &noise));
        let Decoded::Tcp(after) = decoder.decode(&sample::frame(link, &data)) else {
            return Err(TestCaseError::fail("no segment"));
        };
        prop_assert_eq!((after.key, after.segment, after.payload.to_vec()), alone);
    }
}

#[test]
fn the_deepest_allowed_encapsulation_is_read_and_the_next_is_not() {
    let limits = Limits { encapsulations: 3, ..Limits::default() };
    let nested = |depth| (0..depth).fold(sample::tcp_v4(), |packet, _| Tunnel::InIpv4.wrap(&packet));
    let decode = |depth| match Decoder::new(limits).decode(&sample::frame(LinkType::RAW, &nested(depth))) {
        Decoded::Tcp(_) => Ok(()),
        Decoded::Undecoded(undecoded) => Err(undecoded),
        other => panic!("{other:?}"),
    };
    assert_eq!(decode(3), Ok(()));
    assert_eq!(decode(4), Err(Undecoded { layer: "ip", offset: 80, fault: Fault::TooDeep }));
}

#[test]
fn an_unknown_link_type_is_named() {
    let undecoded = Undecoded { layer: "frame", offset: 0, fault: Fault::UnknownLink(147) };
    let mut decoder = Decoder::new(Limits::default());
    assert_eq!(decoder.decode(&sample::frame(LinkType(147), &[0; 60])), Decoded::Undecoded(undecoded));
}
