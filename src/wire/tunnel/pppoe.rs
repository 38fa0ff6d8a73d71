//! PPPoE sessions (RFC 2516).

use crate::wire::layer::{Context, Next, Step};
use crate::wire::view::View;

/// Reads the session header of §4: version 1, type 1, code 0.
pub(in crate::wire) fn read<'a>(view: View<'a>, context: &mut Context) -> Step<'a> {
    let view = view.named("pppoes");
    context.encapsulate(&view)?;
    match view.array(0)? {
        [0x11, 0] => Ok(Next::Ppp(view.skip(6)?)),
        // PADI, PADO and the others of §5.
        [0x11, _] => Ok(Next::Other("pppoed")),
        [version_and_type, _] => Err(view.bad(version_and_type)),
    }
}
