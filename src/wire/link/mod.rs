//! The first layer of a frame, by the capture's link type.

use crate::frame::{Frame, LinkType};
use crate::wire::Fault;
use crate::wire::layer::{Context, Next, Step};
use crate::wire::tunnel::pppoe;
use crate::wire::view::View;

mod cooked;
pub(super) mod ethernet;
mod loopback;
pub(super) mod ppp;

/// Reads the first header of `frame`. Numbers: <https://www.tcpdump.org/linktypes.html> (2025).
pub(super) fn read<'a>(frame: &Frame<'a>, context: &mut Context) -> Step<'a> {
    let view = View::of_frame(frame);
    match frame.link {
        LinkType::ETHERNET => Ok(Next::Ethernet(view)),
        // 12 and 14 are DLT_RAW of some systems, written to files as they are.
        LinkType::RAW | LinkType::IPV4 | LinkType::IPV6 | LinkType(12 | 14) => Ok(Next::Ip(view)),
        LinkType::NULL | LinkType::LOOP => loopback::read(view),
        LinkType::LINUX_SLL => cooked::read(view, context),
        LinkType::LINUX_SLL2 => cooked::read_v2(view, context),
        // PPP, and PPP or Cisco HDLC on a serial line.
        LinkType(9 | 50) => ppp::read_serial(view),
        LinkType(51) => pppoe::read(view, context),
        LinkType(104) => ppp::read_cisco(view),
        LinkType(number) => Err(view.fault(Fault::UnknownLink(number))),
    }
}
