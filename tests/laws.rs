//! The laws of `tests/fuzz` on random octets, and on everything that fuzzing ever found.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "the fence is around the core; tests open files and print"
)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "fuzz/laws/mod.rs"]
mod laws;

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use laws::LAWS;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rayon::prelude::*;

/// For each law; the machine's speed only says how many inputs that is.
const PATIENCE: Duration = Duration::from_secs(1);

/// So many in any case.
const LEAST: u32 = 8;

/// Fails with what failed, law by law, and where the input lies that shows it.
fn all_hold(inputs_of: impl Fn(&str) -> Box<dyn Iterator<Item = Vec<u8>>> + Sync) {
    let broken = |(target, law): &(&str, laws::Law)| {
        for octets in inputs_of(target) {
            if catch_unwind(|| law(&octets)).is_err() {
                let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("broken-{target}"));
                fs::write(&kept, &octets).unwrap();
                return Some(format!("{target}: {}", kept.display()));
            }
        }
        None
    };
    let broken: Vec<String> = LAWS.par_iter().filter_map(broken).collect();
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

/// The inputs that are kept for `target`, and those of `$SSHRST_CORPUS` where a long run left them.
fn corpus(target: &str) -> Vec<PathBuf> {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(target);
    let found = std::env::var_os("SSHRST_CORPUS").map(|found| Path::new(&found).join(target));
    let folders = [Some(kept), found.filter(|found| found.is_dir())].into_iter().flatten();
    let mut files: Vec<_> =
        folders.flat_map(|it| fs::read_dir(it).unwrap()).map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn what_fuzzing_found_holds_now() {
    // One law only, where its coverage is measured.
    let only = std::env::var("SSHRST_LAW").ok();
    all_hold(|target| {
        if only.as_ref().is_some_and(|only| only != target) {
            return Box::new(std::iter::empty());
        }
        let files = corpus(target);
        assert!(!files.is_empty(), "{target} has a corpus");
        Box::new(files.into_iter().map(|file| fs::read(file).unwrap()))
    });
}

#[test]
fn every_fuzz_target_is_a_law() {
    let manifest = include_str!("fuzz/Cargo.toml");
    let named: Vec<&str> = manifest
        .lines()
        .filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'))
        // The package and its library.
        .skip(2)
        .collect();
    let known: Vec<&str> = LAWS.iter().map(|(name, _)| *name).collect();
    // What needs libpcap is left out where there is none.
    assert!(known.iter().all(|name| named.contains(name)), "{known:?}");
    assert!(cfg!(not(feature = "live")) || named == known, "{named:?}");
}

/// Files that tshark is asked about.
const FILES: usize = 6;

#[test]
fn wireshark_reads_what_is_written_as_it_is() {
    if Command::new("tshark").arg("--version").output().is_err() {
        println!("skipped: no tshark");
        return;
    }
    let mut runner = TestRunner::default();
    let any = prop::collection::vec(any::<u8>(), 0..4_000);
    for number in 0..FILES {
        let (file, told) = laws::file_of(&any.new_tree(&mut runner).unwrap().current());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("written-{number}.pcapng"));
        fs::write(&path, file).unwrap();
        let fields = ["frame.time_epoch", "frame.cap_len", "frame.len"];
        let output = Command::new("tshark")
            .args(["-n", "--disable-protocol", "ALL", "--enable-protocol", "frame", "-T", "fields"])
            .args(fields.iter().flat_map(|field| ["-e", field]))
            .arg("-r")
            .arg(&path)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let row = |frame: &laws::Told| {
            let (seconds, nanos) = (frame.time / 1_000_000_000, frame.time % 1_000_000_000);
            // tshark shows no more than 31 bits of a length.
            format!("{seconds}.{nanos:09}\t{}\t{}", frame.data.len(), frame.wire_len.min(i32::MAX as u32))
        };
        let expected: Vec<String> = told.iter().map(row).collect();
        let shown = String::from_utf8(output.stdout).unwrap();
        assert_eq!(shown.lines().collect::<Vec<_>>(), expected, "{}", path.display());
    }
}

#[test]
fn the_laws_hold_for_any_octets() {
    all_hold(|_| {
        let mut runner = TestRunner::default();
        let any = prop::collection::vec(any::<u8>(), 0..600);
        let (began, mut looked_at) = (Instant::now(), 0);
        Box::new(std::iter::from_fn(move || {
            looked_at += 1;
            let goes_on = looked_at <= LEAST || began.elapsed() < PATIENCE;
            goes_on.then(|| any.new_tree(&mut runner).unwrap().current())
        }))
    });
}
