//! What is written as pcapng is read back as it was.

use sshrst::frame::{Frame, LinkType, Mark, Place};
use sshrst::limits::Limits;
use sshrst::report::Pcapng;
use sshrst::source::{Batch, Reader, Source};
use sshrst::units::Timestamp;

use super::script::{Script, frame};

/// Any frames with any comments, cut anywhere.
pub(crate) fn written(octets: &[u8]) {
    let (file, expected) = file_of(octets);
    let mut reader = Reader::new("written", file.as_slice(), Limits::default()).unwrap();
    let (mut batch, mut read) = (Batch::new(), Vec::new());
    while reader.read_batch(&mut batch) {
        read.extend(batch.frames().map(|it| Told {
            time: it.time.as_nanos(),
            link: it.link.0,
            mark: it.mark,
            wire_len: it.wire_len,
            data: it.data.to_vec(),
        }));
    }
    let summary = reader.summary();
    assert!(summary.complete && summary.damage.is_empty(), "{:?}", summary.damage);
    assert_eq!(read, expected);
}

/// What a frame is once it is written.
#[derive(Debug, PartialEq)]
pub struct Told {
    pub time: i64,
    link: u16,
    mark: Mark,
    pub wire_len: u32,
    pub data: Vec<u8>,
}

/// A file of the frames that `octets` say, and what is in it.
pub fn file_of(octets: &[u8]) -> (Vec<u8>, Vec<Told>) {
    let mut told = Vec::new();
    (write(&mut Script(octets), |frame| told.push(frame)), told)
}

/// A file of the frames that `script` says; `tell` is told of each.
fn write(script: &mut Script<'_>, mut tell: impl FnMut(Told)) -> Vec<u8> {
    let comments = |script: &mut Script<'_>| -> Vec<String> {
        // One octet stands for a text beyond what an option can hold.
        let text = |script: &mut Script<'_>| match script.octet() {
            255 => "é".repeat(40_000),
            _ => script.text(),
        };
        (0..script.octet() % 4).map(|_| text(script)).collect()
    };
    let own = comments(script);
    let mut file = Pcapng::new(Vec::new(), &script.text(), &own).unwrap();
    let mut number = 0;
    while !script.is_over() {
        number += 1;
        let link = [1, 101, 113, 276, 147][script.below(5)];
        let time = match script.octet() {
            0 => i64::MIN,
            1 => i64::MAX,
            2 => -1,
            _ => script.number::<8>() as i64,
        };
        let mark = [Mark::None, Mark::Inbound, Mark::Outbound][script.below(3)];
        let place = Place { interface: u16::from(script.octet() % 8), cooked: 0 };
        let wire_len = script.number::<4>() as u32;
        let (data, kept) = (script.piece(), script.below(300));
        let whole = frame(number, link, data);
        let whole = Frame { time: Timestamp::from_nanos(time), mark, place, wire_len, ..whole };
        file.frame(&whole, kept, &comments(script)).unwrap();
        let data = data.get(..kept).unwrap_or(data).to_vec();
        // The format has no times before 1970, and its reader none behind 2262.
        let wire_len = wire_len.max(data.len() as u32);
        tell(Told { time: time.max(0), link: LinkType(link).0, mark, wire_len, data });
    }
    file.finish().unwrap()
}
