//! Nothing that is written under `--redact` tells whose it is.

use std::collections::BTreeSet;
use std::fs;
use std::net::IpAddr;

use serde_json::Value;

use super::bundle::unpacked;
use super::capture::{NAMES, telling};
use super::recording::{Recording, slugs};
use super::{Folder, REJECTED, analyze, kept, report, verdicts};

/// An address, as text and octets show it.
fn notations(address: IpAddr) -> Vec<Vec<u8>> {
    let text = |text: String| [text.to_lowercase().into_bytes(), text.to_uppercase().into_bytes()];
    let mut all: Vec<Vec<u8>> = text(address.to_string()).into();
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, d] = v4.octets();
            let bits = v4.to_bits();
            all.push(v4.octets().into());
            all.push(bits.to_le_bytes().into());
            for other in [
                format!("{a:02x}{b:02x}{c:02x}{d:02x}"),
                format!("{a:02x}{b:02x}:{c:02x}{d:02x}"),
                format!("{a:03}.{b:03}.{c:03}.{d:03}"),
                format!("{d}.{c}.{b}.{a}.in-addr"),
                bits.to_string(),
            ] {
                all.extend(text(other));
            }
        }
        IpAddr::V6(v6) => {
            all.push(v6.octets().into());
            let full = v6.segments().map(|it| format!("{it:04x}"));
            all.extend(text(full.join(":")));
            all.extend(text(full.concat()));
            all.extend(text(v6.segments().map(|it| format!("{it:x}")).join(":")));
            // The half that names the host, where it is made from the hardware (EUI-64).
            if v6.octets()[11..13] == [0xff, 0xfe] {
                all.push(v6.octets()[8..].into());
            }
        }
    }
    all
}

fn link_notations(address: [u8; 6]) -> Vec<Vec<u8>> {
    let hex = address.map(|octet| format!("{octet:02x}"));
    let cisco = hex.chunks(2).map(<[String]>::concat).collect::<Vec<_>>().join(".");
    let texts = [hex.join(":"), hex.join("-"), hex.concat(), cisco];
    let texts = texts.into_iter().flat_map(|text| [text.to_uppercase().into_bytes(), text.into_bytes()]);
    texts.chain([address.to_vec()]).collect()
}

/// What must not be found: addresses of the report's sessions and of the frames.
fn forbidden(plain: &Value, slug: &str) -> BTreeSet<Vec<u8>> {
    let mut addresses = BTreeSet::new();
    for session in plain["sessions"].as_array().unwrap() {
        let named = [&session["client"]["ip"], &session["server"]["ip"], &session["refused"]["by"]];
        addresses.extend(named.into_iter().filter_map(Value::as_str).map(|it| it.parse::<IpAddr>().unwrap()));
    }
    let mut all: BTreeSet<Vec<u8>> = addresses.into_iter().flat_map(notations).collect();
    for frame in Recording::load(slug).unwrap().frames {
        for at in [0, 6] {
            let address: [u8; 6] = frame.data[at..at + 6].try_into().unwrap();
            // Few of the lab's addresses have all their octets; short ones are found by chance.
            if address[..3] != [0; 3] && address != [0xff; 6] {
                all.extend(link_notations(address));
            }
        }
    }
    all.extend(NAMES.map(|name| name.as_bytes().to_vec()));
    all
}

fn shown<'a>(forbidden: &'a BTreeSet<Vec<u8>>, output: &[u8]) -> Vec<&'a Vec<u8>> {
    forbidden.iter().filter(|it| output.windows(it.len()).any(|seen| seen == &it[..])).collect()
}

#[test]
fn no_output_shows_an_address_or_a_name_in_any_notation() {
    let folder = Folder::new();
    let mut captures = 0;
    for slug in slugs() {
        let Some(octets) = telling(&slug) else { continue };
        // The path tells, too.
        fs::create_dir_all(folder.path("home/alice")).unwrap();
        let capture = folder.name("home/alice/bastion.pcapng");
        fs::write(&capture, octets).unwrap();
        let plain = report(&[&capture, "--all"]);
        let client = plain["sessions"][0]["client"]["ip"].as_str().unwrap();
        let forbidden = forbidden(&plain, &slug);
        let plain_text = analyze(&[&capture, "--all"]).stdout;
        assert!(
            !shown(&forbidden, &plain_text).is_empty(),
            "{slug}: the test looks for nothing that is there"
        );
        let (archive, packets) = (folder.name("t.zip"), folder.name("t.pcapng"));
        // The archive has the other formats.
        for format in ["text", "ndjson"] {
            let options = [
                "--redact",
                "--all",
                "--client",
                client,
                "--force",
                "--bundle",
                &archive,
                "--evidence",
                &packets,
            ];
            let output = analyze(&[&[&capture[..], "--format", format], &options[..]].concat());
            assert!(output.status.success(), "{slug}: {}", String::from_utf8_lossy(&output.stderr));
            assert_eq!(shown(&forbidden, &output.stdout), [&[0u8; 0]; 0], "{slug}, {format}");
        }
        assert_eq!(shown(&forbidden, &fs::read(&packets).unwrap()), [&[0u8; 0]; 0], "{slug}, pcapng");
        for (name, octets) in unpacked(&archive) {
            assert_eq!(shown(&forbidden, &octets), [&[0u8; 0]; 0], "{slug}, {name}");
        }
        captures += 1;
    }
    assert!(captures > 20, "{captures}");
}

#[test]
fn the_same_key_gives_the_same_pseudonyms_and_none_a_new_one_each_time() {
    let folder = Folder::new();
    let client = |options: &[&str]| {
        let report = report(&[&[&kept(REJECTED)[..], "--redact"], options].concat());
        report["sessions"][0]["client"]["ip"].as_str().unwrap().to_owned()
    };
    let key = folder.name("key");
    assert_eq!(client(&["--redact-key", &key]), client(&["--redact-key", &key]));
    assert_ne!(client(&[]), client(&[]));
    let report = report(&[&kept(REJECTED)]);
    assert_ne!(client(&["--redact-key", &key]), report["sessions"][0]["client"]["ip"]);
}

#[test]
fn the_verdict_stays_and_the_input_can_be_found_again() {
    let folder = Folder::new();
    for slug in slugs() {
        let (plain, redacted) = (
            report(&[&kept(&slug), "--all"]),
            report(&[&kept(&slug), "--all", "--redact", "--redact-key", &folder.name("key")]),
        );
        assert_eq!(verdicts(&plain), verdicts(&redacted), "{slug}");
        assert_eq!(plain["capture"]["files"][0]["sha256"], redacted["capture"]["files"][0]["sha256"]);
        for (before, after) in
            plain["sessions"].as_array().unwrap().iter().zip(redacted["sessions"].as_array().unwrap())
        {
            assert_ne!(before["community_id"], after["community_id"]);
            assert_eq!(before["client"]["port"], after["client"]["port"]);
        }
    }
}

#[test]
fn the_community_id_is_that_of_the_pseudonyms() {
    let folder = Folder::new();
    let excerpt = folder.name("excerpt.pcapng");
    let key = folder.name("key");
    let redacted = report(&[&kept(REJECTED), "--redact", "--redact-key", &key, "--evidence", &excerpt]);
    let read = report(&[&excerpt]);
    for field in ["community_id", "display_filter"] {
        assert_eq!(redacted["sessions"][0][field], read["sessions"][0][field]);
    }
}

#[test]
fn a_key_that_is_none_is_refused_before_anything_is_read() {
    let folder = Folder::new();
    for (content, words) in [(&b"secret"[..], "a key is 32 octets"), (&[b'0'; 64], "must not be the same")] {
        fs::write(folder.path("bad"), content).unwrap();
        let output = analyze(&[&kept(REJECTED), "--redact", "--redact-key", &folder.name("bad")]);
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{complaint}");
        assert!(complaint.contains(words) && complaint.contains("openssl rand") && output.stdout.is_empty());
        assert!(!complaint.contains("secret\n"), "{complaint}");
    }
    let output = analyze(&[&kept(REJECTED), "--redact", "--with-payload", "--evidence", &folder.name("e")]);
    assert_eq!(output.status.code(), Some(2), "what was encrypted is not looked into");
}
