//! stub
use crate::case::Case;
use crate::cause::Cause;
use crate::infer::Verdict;
/// x
pub(super) fn ranked(_: &Case, _: Option<&Verdict>) -> Vec<(Cause, f64)> { vec![(Cause::Unknown, 0.0)] }
