//! Which sessions of a capture are shown.

use clap::Args;

use crate::report::{Clock, Network, Selection};

/// All that is given must hold; of an option given several times, one.
#[derive(Args, Debug)]
#[command(next_help_heading = "Which sessions are shown")]
pub(super) struct SelectionArguments {
    /// Only the session with this number, in full and with its packets drawn; repeatable. Numbers stay those of the
    /// whole capture.
    #[arg(long = "session", value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    sessions: Vec<u32>,
    /// Only sessions whose client or server has this address, or one of this network; repeatable.
    #[arg(long = "host", value_name = "ADDR[/N]")]
    hosts: Vec<Network>,
    /// Only sessions of this client, or of this network; repeatable.
    #[arg(long = "client", value_name = "ADDR[/N]")]
    clients: Vec<Network>,
    /// Only sessions with this server, or with one of this network; repeatable.
    #[arg(long = "server", value_name = "ADDR[/N]")]
    servers: Vec<Network>,
    /// Only sessions with packets at this time or later: `2026-11-21 14:03`, or `14:03` on the capture's first day.
    #[arg(long, value_name = "TIME")]
    since: Option<Clock>,
    /// Only sessions that began at this time or before: as for --since, `14:03` on the capture's last day.
    #[arg(long, value_name = "TIME")]
    until: Option<Clock>,
    /// Only sessions whose last packet came within five minutes of this time; `14:03` is on any day.
    #[arg(long, value_name = "TIME", conflicts_with_all = ["since", "until"])]
    around: Option<Clock>,
}

impl SelectionArguments {
    pub(super) fn chosen(self) -> Selection {
        let Self { sessions, hosts, clients, servers, since, until, around } = self;
        Selection { sessions, hosts, clients, servers, since, until, around }
    }
}
