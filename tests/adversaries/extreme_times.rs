//! Times at the ends of what a file can say, backwards, and all the same.

use super::forge::{ACK, RST, header, opening, segment};
use super::run::{Run, analyze};

/// The packets of a connection that is reset, at these times: seconds and their fraction as the file has them.
fn at(times: &[[u32; 2]]) -> Run {
    let mut packets = opening();
    packets.push(segment(true, 201, 101, ACK, b"SSH-2.0-OpenSSH_9.2\r\n"));
    packets.push(segment(false, 101, 222, ACK, b"SSH-2.0-OpenSSH_9.6\r\n"));
    packets.push(segment(true, 222, 0, RST, b""));
    let mut capture = header(super::forge::RAW);
    for (packet, [seconds, fraction]) in packets.iter().zip(times.iter().cycle()) {
        let length = packet.len() as u32;
        capture.extend([*seconds, *fraction, length, length].iter().flat_map(|word| word.to_le_bytes()));
        capture.extend(packet);
    }
    let run = analyze(&["--all"], [capture]);
    assert!(matches!(run.status, Some(0 | 4)), "{:?} {}", run.status, run.complaint);
    run
}

#[test]
fn the_first_and_the_last_second_of_a_file_are_times() {
    for times in [
        &[[0, 0]][..],
        &[[u32::MAX, 999_999_999]],
        &[[0, 0], [u32::MAX, 999_999_999]],
        &[[u32::MAX, 0], [0, 0]],
    ] {
        let run = at(times);
        let [session] = run.sessions().as_slice() else { panic!("{times:?}: {}", run.report) };
        assert!(session["reset"].is_object(), "{times:?}: {session}");
    }
}

#[test]
fn a_fraction_beyond_a_second_is_no_panic() {
    let run = at(&[[1_700_000_000, u32::MAX], [u32::MAX, u32::MAX], [0, 1_000_000_000]]);
    assert!(run.report["capture"]["frames"].as_u64().is_some_and(|frames| frames <= 6));
}

#[test]
fn a_clock_that_stands_still_or_runs_backwards_makes_no_silence() {
    for times in [
        &[[1_700_000_000, 5]][..],
        &[[1_700_000_900, 0], [1_700_000_600, 0], [1_700_000_300, 0], [1_700_000_000, 0]],
    ] {
        let run = at(times);
        let [session] = run.sessions().as_slice() else { panic!("{}", run.report) };
        let silence = session["idle"]["silence_s"].as_f64().unwrap_or_default();
        assert!(silence <= 600.0, "{session}");
    }
}

/// What falls silent takes less room until its next packet: a clock that leaps with each packet makes all fall silent each
/// time.
#[test]
fn a_clock_that_leaps_with_each_packet_takes_little_longer_than_one_that_goes() {
    const PACKETS: u32 = 30_000;
    let capture = |leap: u64| {
        let mut capture = header(super::forge::RAW);
        for number in 0..PACKETS {
            let time =
                1_700_000_000_000_000_000 + u64::from(number) * 1_000_000 + u64::from(number % 2) * leap;
            let port = 40_000 + (number / 2 % 20) as u16;
            let data = [number as u8; 40];
            let packet = super::forge::Segment {
                client: super::forge::CLIENT,
                port,
                answer: false,
                seq: 101 + number * 40,
                ack: 201,
                flags: ACK,
                data: &data,
            };
            capture.extend(super::forge::record(time, &packet.octets()));
        }
        capture
    };
    let took = |leap: u64| {
        let run = analyze(&[], [capture(leap)]);
        assert_eq!(run.status, Some(0), "{}", run.complaint);
        println!("a leap of {leap} ns: {:?}", run.took);
        run.took
    };
    let (steady, leaping) = (took(0), took(3_600_000_000_000));
    assert!(
        leaping < steady * 6 + std::time::Duration::from_secs(1),
        "{leaping:?}, {steady:?} without leaps"
    );
}

/// An interface of pcapng whose times are in seconds, or in parts of 2⁻¹²⁷ of one, from an offset at the end of its range.
#[test]
fn resolutions_and_offsets_of_pcapng_at_their_ends_are_no_panic() {
    let block = |kind: u32, body: &[u8]| {
        let length = 12 + body.len() as u32;
        [&kind.to_le_bytes()[..], &length.to_le_bytes(), body, &length.to_le_bytes()].concat()
    };
    for resolution in [0_u8, 1, 9, 19, 127, 0x80, 0x80 | 63, 0xff] {
        for offset in [i64::MIN, -1, 0, i64::MAX] {
            for time in [0_u64, 1, u64::MAX] {
                let mut file = block(
                    0x0a0d_0d0a,
                    &[&0x1a2b_3c4d_u32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat(),
                );
                let options =
                    [&[9, 0, 1, 0, resolution, 0, 0, 0, 14, 0, 8, 0][..], &offset.to_le_bytes(), &[0; 4]]
                        .concat();
                file.extend(block(1, &[&[101, 0, 0, 0, 0, 0, 0, 0][..], &options].concat()));
                for packet in opening() {
                    let length = packet.len() as u32;
                    let words = [0, (time >> 32) as u32, time as u32, length, length];
                    let head: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
                    file.extend(block(6, &[&head[..], &packet].concat()));
                }
                let mut reader =
                    sshrst::source::Reader::new("x", &file[..], sshrst::limits::Limits::default()).unwrap();
                let mut batch = sshrst::source::Batch::new();
                let mut frames = 0;
                while sshrst::source::Source::read_batch(&mut reader, &mut batch) {
                    frames += batch.len();
                }
                assert_eq!(frames, 3, "{resolution} {offset} {time}");
            }
        }
    }
}
