//! stub, replaced by the catalogue
use crate::units::Elapsed;
/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending { /// a
 ResetAtExpiry, /// b
 ResetOnNextPacket, /// c
 Silence, /// d
 Close, /// e
 Unknown }
/// gap
#[derive(Clone, Debug, PartialEq)]
pub struct Gap { /// a
 pub longest_survived: Option<Elapsed>, /// b
 pub ended_after: Elapsed, /// c
 pub ended_by: Ending, /// d
 pub keepalive: Option<Elapsed>, /// e
 pub age: Elapsed }
/// x
pub fn advice_interval(_: Elapsed) -> Option<u32> { None }
