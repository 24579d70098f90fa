//! The processor a library was built for, out of its ELF header.

use std::{env::consts::ARCH, fs::File, io::Read, path::Path};

/// Why `library` cannot be loaded by this program, if it is for another processor. What is no ELF file
/// at all is left to the loader, which says so.
#[must_use]
pub(crate) fn wrong_architecture(library: &Path) -> Option<String> {
    let mut header = [0; 20];
    File::open(library).ok()?.read_exact(&mut header).ok()?;
    if !header.starts_with(b"\x7fELF") {
        return None;
    }
    let found = match u16::from_le_bytes([header[18], header[19]]) {
        3 => "x86",
        40 => "arm",
        62 => "x86_64",
        183 => "aarch64",
        243 => "riscv64",
        _ => "an unknown processor",
    };
    (found != ARCH).then(|| format!("wrong architecture: found {found}, expected {ARCH}"))
}
