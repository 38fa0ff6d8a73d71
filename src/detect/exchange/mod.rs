//! What TCP and SSH had just done.

pub mod refusal_text_before_reset;
pub mod reset_follows_fin;
pub mod reset_in_phase;
