//! Observations: one per file, named for what is seen, never for the culprit; and the one list of them.

#[macro_use]
mod declare;
mod outcome;

pub mod exchange;
pub mod origin;
pub mod path;
pub mod timing;

pub use declare::Meta;
pub use outcome::{Finding, Group, Outcome};

use crate::case::{Case, Reset};

/// Looks at a frozen case for one thing.
pub trait Detect: Sync {
    /// Its declaration.
    fn meta(&self) -> &'static Meta;

    /// Looks. Pure: the same case gives the same outcome.
    fn examine(&self, case: &Case, reset: &Reset) -> Outcome;
}

/// Every detector, in the order in which reports show them.
pub const CATALOGUE: &[&dyn Detect] = &[
    &origin::reset_form::ResetForm,
    &origin::reset_ttl_differs::ResetTtlDiffers,
    &origin::reset_seen_beside_host::ResetSeenBesideHost,
    &origin::reset_from_other_link_source::ResetFromOtherLinkSource,
    &origin::reset_marked_outgoing::ResetMarkedOutgoing,
    &origin::reset_tos_differs::ResetTosDiffers,
    &origin::reset_flow_label_differs::ResetFlowLabelDiffers,
    &origin::reset_ip_id_differs::ResetIpIdDiffers,
    &origin::reset_copies_trigger::ResetCopiesTrigger,
    &origin::reset_timestamps_differ::ResetTimestampsDiffer,
    &origin::reset_checksum_wrong::ResetChecksumWrong,
    &origin::reset_out_of_sequence::ResetOutOfSequence,
    &origin::reset_carries_data::ResetCarriesData,
    &timing::reset_answers_early::ResetAnswersEarly,
    &timing::reset_follows_silence::ResetFollowsSilence,
    &path::sender_alive_after_reset::SenderAliveAfterReset,
    &path::challenge_after_reset::ChallengeAfterReset,
    &path::resets_in_series::ResetsInSeries,
    &path::resets_count_upwards::ResetsCountUpwards,
    &path::resets_differ::ResetsDiffer,
    &exchange::reset_follows_fin::ResetFollowsFin,
    &exchange::reset_in_phase::ResetInPhase,
    &exchange::refusal_text_before_reset::RefusalTextBeforeReset,
];

/// The detector called `id`.
pub fn by_id(id: &str) -> Option<&'static dyn Detect> {
    CATALOGUE.iter().copied().find(|detector| detector.meta().id == id)
}
