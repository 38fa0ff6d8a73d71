//! IEEE 802.1Q and 802.1ad tags.

use crate::wire::layer::{Context, Next, Step};
use crate::wire::view::View;

/// Reads one tag, from its control information on.
pub(in crate::wire) fn read<'a>(view: View<'a>, context: &mut Context) -> Step<'a> {
    let view = view.named("vlan");
    context.encapsulate(&view)?;
    Ok(Next::Typed(view.u16(2)?, view.skip(4)?))
}
