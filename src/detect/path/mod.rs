//! What the network had been doing, and did afterwards.

pub mod challenge_after_reset;
pub mod resets_count_upwards;
pub mod resets_differ;
pub mod resets_in_series;
pub mod sender_alive_after_reset;
