//! Which sessions died.

use super::Session;

/// Whether a session ended in a way that its users did not want: by a reset, a refusal or silence, or by a close
/// that something went wrong before.
pub fn died(session: &Session) -> bool {
    match session.ended_by {
        "close" if session.reset.as_ref().is_some_and(|reset| reset.role == "ineffective") => false,
        "close" => !matches!(session.cause.group, "normal" | "client-side" | "unknown"),
        ended_by => ended_by != "open",
    }
}
