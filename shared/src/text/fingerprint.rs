//! A fingerprint of names in order: what was built together fits together.

/// FNV-1a.
pub fn of<'a>(names: impl Iterator<Item = &'a str>) -> u32 {
    let mut hash = 0x811c_9dc5_u32;
    for byte in names.flat_map(|name| name.bytes().chain([b'\n'])) {
        hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    hash
}
