//! pcapng: sections of blocks, each section with its own byte order and interfaces (draft-ietf-opsawg-pcapng).

mod clock;
mod interface;
mod options;
mod packet;
mod resume;
mod section;

pub(super) use section::{BLOCK, Section};
