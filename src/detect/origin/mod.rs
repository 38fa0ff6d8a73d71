//! Who could have sent it: the octets of the reset against what the claimed host sends.

pub mod reset_carries_data;
pub mod reset_checksum_wrong;
pub mod reset_copies_trigger;
pub mod reset_flow_label_differs;
pub mod reset_form;
pub mod reset_from_other_link_source;
pub mod reset_ip_id_differs;
pub mod reset_marked_outgoing;
pub mod reset_out_of_sequence;
pub mod reset_seen_beside_host;
pub mod reset_timestamps_differ;
pub mod reset_tos_differs;
pub mod reset_ttl_differs;
