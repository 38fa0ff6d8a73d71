//! Giving up root, once the interface is open: nothing after that needs it.

use std::ffi::CString;

use nix::unistd::{Uid, User, geteuid, initgroups, setgid, setuid};

use crate::cli::Capture;
use crate::error::{Error, Exit};
use crate::source::Shown;

/// Whose rights are taken on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Rights {
    /// Those that sshrst was started with.
    Kept,
    /// This user's, who also owns the files.
    Of(User),
    /// This user's, who is nobody: what is written is begun before.
    OfNobody(User),
}

impl Rights {
    /// Whose rights `plan` asks for: the user's that is named; else the one's who called sudo; else nobody's, if nothing
    /// that root alone may write is begun later.
    pub(super) fn wanted(plan: &Capture) -> Result<Self, Error> {
        if !geteuid().is_root() {
            return match &plan.user {
                None => Ok(Self::Kept),
                Some(name) => Err(Error::new(
                    Exit::Usage,
                    format!("`-Z {}` has nothing to give up: this is not root", Shown(name)),
                )),
            };
        }
        if let Some(name) = &plan.user {
            let user = User::from_name(name).ok().flatten();
            return user.map(Self::Of).ok_or_else(|| {
                Error::new(Exit::Usage, format!("there is no user {}", Shown(name)))
                    .with_hint("`getent passwd` lists them")
            });
        }
        if plan.kernel_trace {
            // Its trace is root's to take away again.
            return Ok(Self::Kept);
        }
        let caller = std::env::var("SUDO_UID").ok().and_then(|id| id.parse().ok()).map(Uid::from_raw);
        if let Some(caller) = caller.filter(|caller| !caller.is_root()) {
            return Ok(User::from_uid(caller).ok().flatten().map_or(Self::Kept, Self::Of));
        }
        let ticket = &plan.reporting.ticket;
        let begins_later = plan.reporting.output.is_some()
            || ticket.evidence.is_some()
            || ticket.bundle.is_some()
            || plan.ring.is_some()
            || plan.copy.as_ref().is_some_and(crate::source::Rotation::begins_more);
        if begins_later {
            return Ok(Self::Kept);
        }
        Ok(User::from_name("nobody").ok().flatten().map_or(Self::Kept, Self::OfNobody))
    }

    /// Takes them on, for all threads: the C library sees to that (nptl(7)).
    pub(super) fn take_on(&self) -> Result<(), Error> {
        let user = match self {
            Self::Kept => return Ok(()),
            Self::Of(user) | Self::OfNobody(user) => user,
        };
        let name = CString::new(user.name.as_str()).unwrap_or_default();
        initgroups(&name, user.gid).and_then(|()| setgid(user.gid)).and_then(|()| setuid(user.uid)).map_err(
            |errno| {
                let name = Shown(&user.name);
                Error::new(Exit::NoInput, format!("the rights of {name} could not be taken on: {errno}"))
                    .with_hint("`-Z root` keeps root")
            },
        )
    }
}
