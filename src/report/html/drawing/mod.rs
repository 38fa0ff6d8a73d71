//! Drawings as inline SVG, in the colours of the page.

pub(super) mod crowd;
pub(super) mod exchange;
mod scale;
pub(super) mod sequence;
pub(super) mod strip;

/// Units from edge to edge of every drawing.
const WIDTH: f64 = 760.0;
