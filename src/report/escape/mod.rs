//! Text that a peer sent, made safe to show: first when the model is made, and again at the door of each rendering.

mod markdown;
mod mermaid;
mod plain;

pub(super) use markdown::{cell, fenced, markdown};
pub(super) use mermaid::mermaid;
pub use plain::escaped;
pub(super) use plain::{excerpt, harmless, presentable, shortened};
