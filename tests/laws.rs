//! The laws of `tests/fuzz` on random octets, and on everything that fuzzing ever found.

#![allow(clippy::disallowed_methods, reason = "the fence is around the core; tests open files")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "fuzz/laws/mod.rs"]
mod laws;

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;
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

#[test]
fn what_fuzzing_found_holds_now() {
    all_hold(|target| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(target);
        let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(!files.is_empty(), "{target} has a corpus");
        files.sort();
        Box::new(files.into_iter().map(|file| fs::read(file).unwrap()))
    });
}

#[test]
fn every_fuzz_target_is_a_law() {
    let manifest = include_str!("fuzz/Cargo.toml");
    let named: Vec<&str> = manifest
        .lines()
        .filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'))
        .skip(1)
        .collect();
    let known: Vec<&str> = LAWS.iter().map(|(name, _)| *name).collect();
    // What needs libpcap is left out where there is none.
    assert!(known.iter().all(|name| named.contains(name)), "{known:?}");
    assert!(cfg!(not(feature = "live")) || named == known, "{named:?}");
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
