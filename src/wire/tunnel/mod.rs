//! What carries a packet inside another: tags, labels, sessions and tunnels, one file each.
//!
//! Tags, labels and sessions (`vlan`, `mpls`, `pppoe`) leave the packet's own link layer as it was. A tunnel (`gre`,
//! `vxlan`, `geneve`, IP in IP) has addresses of its own outside: [`crate::wire::Traits::TUNNELLED`].

pub(super) mod erspan;
pub(super) mod geneve;
pub(super) mod gre;
pub(super) mod mpls;
pub(super) mod pppoe;
pub(super) mod vlan;
pub(super) mod vxlan;
