#![doc = include_str!("README.md")]
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "the fence is around the core; tests start programs and print"
)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "../fuzz/laws/clear.rs"]
#[allow(dead_code, reason = "of what it makes, one is needed")]
mod clear;
mod colliding_flows;
mod decompression_bombs;
mod extreme_times;
mod forge;
mod fragment_bombs;
mod framed_host;
mod kexinit_bombs;
mod nested_tunnels;
mod option_bombs;
mod overlapping_segments;
#[path = "../recording/mod.rs"]
mod recording;
mod run;
mod syn_floods;
