//! Why then: answer times and silences.

pub mod reset_answers_early;
pub mod reset_follows_silence;
