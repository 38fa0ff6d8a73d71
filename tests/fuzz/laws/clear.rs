//! Packets in clear, made by hand.

/// A clear packet with the least padding.
pub(crate) fn packet(payload: &[u8]) -> Vec<u8> {
    let padding = 4 + (8 - (payload.len() + 9) % 8) % 8;
    let length = (1 + payload.len() + padding) as u32;
    let mut octets = length.to_be_bytes().to_vec();
    octets.push(padding as u8);
    octets.extend_from_slice(payload);
    octets.resize(4 + length as usize, 0);
    octets
}

/// A KEXINIT that offers one cipher.
pub(crate) fn offer(cipher: &str) -> Vec<u8> {
    let mac = "hmac-sha2-256-etm@openssh.com";
    let lists = ["curve25519-sha256", "ssh-ed25519", cipher, cipher, mac, mac, "none", "none", "", ""];
    let mut payload = vec![20; 17];
    for list in lists {
        payload.extend_from_slice(&(list.len() as u32).to_be_bytes());
        payload.extend_from_slice(list.as_bytes());
    }
    payload.extend_from_slice(&[0; 5]);
    packet(&payload)
}

/// A key exchange message with strings of these lengths.
pub(crate) fn message(number: u8, lengths: &[u32]) -> Vec<u8> {
    let mut payload = vec![number];
    for &length in lengths {
        payload.extend_from_slice(&length.to_be_bytes());
        payload.resize(payload.len() + length as usize, 7);
    }
    payload
}
