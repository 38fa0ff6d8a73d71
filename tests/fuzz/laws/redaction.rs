//! Redaction: no address of a session and no word of a peer outlives it, in reports and in packets.

use std::net::IpAddr;

use sshrst::limits::Limits;
use sshrst::report::redact::{Pseudonyms, RedactKey, redacted};
use sshrst::report::{self, Detail, Excerpt, ExcerptOptions, Extent, Screen};

use super::analysis::build;
use super::mutation::changed;
use super::renderings::rendered;
use super::script::Script;

/// A changed capture under a key of these octets, and the key's own form.
pub(crate) fn redaction(octets: &[u8]) {
    let mut script = Script(octets);
    let key = script.piece();
    let mask: [u8; 3] = std::array::from_fn(|_| script.octet());
    let extent = Extent::ALL[script.below(3)];
    let Ok(key) = RedactKey::read(key).or(RedactKey::read(&std::array::from_fn::<u8, 32, _>(|at| at as u8)))
    else {
        return;
    };
    let mut recording = changed(&mut script);
    // As the lab has them, addresses are short numbers, which are found by chance.
    let sound = recording.frames.iter().all(|frame| frame.data.len() > 90);
    if sound {
        recording.renumber(mask.map(|octet| octet | 0xa0));
    }
    let names = Pseudonyms::new(key);
    let findings = recording.analysed();
    let plain = build(&findings);
    let ends = plain.sessions.iter().flat_map(|session| [&session.client.ip, &session.server.ip]);
    let addresses: Vec<IpAddr> = ends.map(|end| end.parse().unwrap()).collect();
    let options = ExcerptOptions { all: true, extent, with_payload: false, redacted: Some(&names) };
    let hidden = redacted(plain, Some(&names));
    let screen = Screen { width: 80, color: false };
    let texts = [
        rendered(|out| report::json(&hidden, out)),
        rendered(|out| report::text(&hidden, screen, Detail::Exchange, out)),
        rendered(|out| report::markdown(&hidden, Detail::All, out)),
        rendered(|out| report::html(&hidden, Detail::All, out)),
    ];
    let mut excerpt = Excerpt::new(&findings, &hidden, Limits::default(), options);
    let mut packets = excerpt.begin(Vec::new(), true).unwrap();
    for frame in &recording.frames {
        excerpt.take(&frame.as_frame(), &mut packets).unwrap();
    }
    let packets = packets.finish().unwrap();
    for address in addresses {
        let pseudonym = names.of(address);
        assert_eq!(pseudonym.is_ipv4(), address.is_ipv4());
        if pseudonym == address {
            continue;
        }
        let whole = |text: &str, at: usize, found: &str| {
            let part = |it: char| it.is_ascii_hexdigit() || it == '.' || it == ':';
            let before = text[..at].chars().next_back().is_some_and(part);
            let behind = text[at + found.len()..].chars().next().is_some_and(|it| it.is_ascii_hexdigit());
            !before && !behind
        };
        // `::` is found in every time of day; a pseudonym may be another's address.
        let shown = address.to_string();
        let told = shown.len() > 6 && !pseudonyms(&hidden).any(|it| it == shown);
        for text in texts.iter().filter(|_| told) {
            let found = text.match_indices(&shown).find(|(at, found)| whole(text, *at, found));
            assert!(
                found.is_none(),
                "{address} is in {:?}",
                found.map(|(at, _)| &text[at.saturating_sub(60)..at])
            );
        }
        if sound && let IpAddr::V4(v4) = address {
            let octets = v4.octets();
            assert!(!packets.windows(4).any(|it| it == octets), "{address} is in the packets");
        }
    }
}

fn pseudonyms(report: &report::model::Report) -> impl Iterator<Item = &str> {
    report.sessions.iter().flat_map(|session| [session.client.ip.as_str(), &session.server.ip])
}
