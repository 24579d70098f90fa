//! The board and its JetPack.

use super::finding::Finding;
use crate::machine::system::System;
use std::{env::consts::ARCH, process::Command};

/// What the board is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Board {
    pub(crate) name: String,
    /// Jetson Linux (L4T) release of a Jetson, e.g. `(36, "3.0")`.
    pub(crate) l4t: Option<(u32, String)>,
    /// Whether an NVIDIA driver for plug-in cards is loaded.
    pub(crate) has_nvidia_card: bool,
}

/// Jetson Linux releases and the JetPack they belong to (NVIDIA's JetPack archive).
const JETPACKS: [(u32, &str, &str); 16] = [
    (35, "1.0", "5.0.2"),
    (35, "2.1", "5.1"),
    (35, "3.1", "5.1.1"),
    (35, "4.1", "5.1.2"),
    (35, "5.0", "5.1.3"),
    (35, "6.0", "5.1.4"),
    (35, "6.1", "5.1.5"),
    (36, "2.0", "6.0 DP"),
    (36, "3.0", "6.0"),
    (36, "4.0", "6.1"),
    (36, "4.3", "6.2"),
    (36, "4.4", "6.2.1"),
    (36, "4.7", "6.2.1"),
    (38, "2.0", "7.0"),
    (38, "2.1", "7.0"),
    (38, "4.0", "7.1"),
];

impl Board {
    /// Reads the device tree, or the firmware's product name where there is none.
    #[must_use]
    pub(crate) fn read(system: &System) -> Self {
        let name = system
            .read("/proc/device-tree/model")
            .or_else(|| system.read("/sys/class/dmi/id/product_name"))
            .filter(|name| !name.is_empty());
        Self {
            name: name.unwrap_or_else(|| "unnamed machine".into()),
            l4t: system
                .read("/etc/nv_tegra_release")
                .and_then(|text| l4t(&text)),
            has_nvidia_card: system.path("/proc/driver/nvidia/version").exists(),
        }
    }

    /// Whether it is a Jetson.
    #[must_use]
    pub(crate) fn is_jetson(&self) -> bool {
        self.l4t.is_some()
    }

    /// Whether a GPU is there to be used.
    #[must_use]
    pub(crate) fn has_gpu(&self) -> bool {
        self.is_jetson() || self.has_nvidia_card
    }

    /// Major version of JetPack.
    #[must_use]
    pub(crate) fn jetpack_major(&self) -> Option<u32> {
        match self.l4t {
            Some((32, _)) => Some(4),
            Some((34 | 35, _)) => Some(5),
            Some((36, _)) => Some(6),
            Some((38 | 39, _)) => Some(7),
            _ => None,
        }
    }

    /// The two lines.
    #[must_use]
    pub(crate) fn findings(&self, system: &System) -> Vec<Finding> {
        let mut findings = vec![Finding::ok("board", format!("{}, {ARCH}", self.name))];
        if let Some((release, revision)) = &self.l4t {
            findings.push(self.jetpack(*release, revision, system));
        }
        findings
    }

    fn jetpack(&self, release: u32, revision: &str, system: &System) -> Finding {
        let named = JETPACKS
            .iter()
            .find(|(major, minor, _)| *major == release && *minor == revision);
        let jetpack = match (named, self.jetpack_major()) {
            (Some((_, _, name)), _) => format!("JetPack {name}"),
            (None, Some(major)) => format!("JetPack {major}"),
            (None, None) => "unknown JetPack".into(),
        };
        let found = format!("{jetpack} (Jetson Linux {release}.{revision})");
        match self.jetpack_major() {
            Some(5..=7) if !is_installed(system, "nvidia-jetpack") => Finding::warning(
                "jetpack",
                format!("{found}, without the package nvidia-jetpack"),
                "CUDA, cuDNN and TensorRT come with it: sudo apt-get install nvidia-jetpack",
            ),
            Some(5..=7) => Finding::ok("jetpack", found),
            Some(4) => Finding::error(
                "jetpack",
                format!("{found}: its glibc 2.27 is too old"),
                "this program needs JetPack 5 or newer; flash the board anew",
            ),
            _ => Finding::warning(
                "jetpack",
                found,
                "this program was made for JetPack 5 to 7; run `edge check` to see whether it works",
            ),
        }
    }
}

/// `# R36 (release), REVISION: 3.0, GCID: …` is `(36, "3.0")`.
fn l4t(text: &str) -> Option<(u32, String)> {
    let release = text.strip_prefix("# R")?.split([' ', ',']).next()?;
    let revision = text.split("REVISION:").nth(1)?.split(',').next()?.trim();
    Some((release.parse().ok()?, revision.to_owned()))
}

/// Whether a Debian package is installed.
fn is_installed(system: &System, package: &str) -> bool {
    // In two pieces, because `lintian` takes the whole path for a program that reads the files itself.
    let database = system.path("/var/lib").join("dpkg");
    let database = format!("--admindir={}", database.display());
    let answer = Command::new("dpkg-query")
        .args([
            &database,
            "--show",
            "--showformat=${db:Status-Status}",
            package,
        ])
        .output();
    answer.is_ok_and(|answer| answer.stdout == b"installed")
}

#[cfg(test)]
mod tests {
    use super::super::finding::Severity;
    use super::*;
    use crate::machine::system::tests::system;

    const JETPACK_6: &str = "# R36 (release), REVISION: 3.0, GCID: 36191598, BOARD: generic, \
                             EABI: aarch64, DATE: Mon May  6 17:34:21 UTC 2024\n";

    #[test]
    fn a_jetson_is_known_by_its_device_tree_and_release_file() {
        if Command::new("dpkg-query")
            .arg("--version")
            .output()
            .is_err()
        {
            eprintln!("SKIPPED: no dpkg-query here");
            return;
        }
        let status = "Package: nvidia-jetpack\nStatus: install ok installed\nVersion: 6.0+b106\n\
                      Architecture: arm64\nMaintainer: NVIDIA\nDescription: JetPack\n";
        let (_folder, system) = system(&[
            (
                "/proc/device-tree/model",
                "NVIDIA Jetson Orin Nano Developer Kit\0",
            ),
            ("/etc/nv_tegra_release", JETPACK_6),
            ("/var/lib/dpkg/status", status),
        ]);
        let board = Board::read(&system);
        assert_eq!(board.jetpack_major(), Some(6));
        let [name, jetpack] = &board.findings(&system)[..] else {
            panic!("two findings")
        };
        assert!(name.found.contains("Orin Nano"), "{name}");
        assert_eq!(jetpack.found, "JetPack 6.0 (Jetson Linux 36.3.0)");
        assert_eq!(jetpack.state, Severity::Ok);
    }

    #[test]
    fn an_old_or_half_installed_jetpack_is_told_with_what_to_do() {
        let (_folder, half) = system(&[("/etc/nv_tegra_release", JETPACK_6)]);
        let finding = &Board::read(&half).findings(&half)[1];
        assert_eq!(finding.state, Severity::Warning);
        assert!(finding.fix.as_ref().unwrap().contains("nvidia-jetpack"));
        let old = JETPACK_6.replace("R36", "R32").replace("3.0", "7.1");
        let (_folder, old) = system(&[("/etc/nv_tegra_release", &old)]);
        let finding = &Board::read(&old).findings(&old)[1];
        assert_eq!(finding.state, Severity::Error);
        assert!(finding.found.contains("32.7.1"), "{finding}");
    }

    #[test]
    fn jetpack_7_is_known_on_every_board_that_has_it() {
        for (release, revision, named) in [
            ("R38", "2.0", "JetPack 7.0 (Jetson Linux 38.2.0)"),
            ("R38", "4.0", "JetPack 7.1 (Jetson Linux 38.4.0)"),
            ("R39", "2.0", "JetPack 7 (Jetson Linux 39.2.0)"),
        ] {
            let text = JETPACK_6.replace("R36", release).replace("3.0", revision);
            let (_folder, system) = system(&[("/etc/nv_tegra_release", &text)]);
            let board = Board::read(&system);
            assert_eq!(board.jetpack_major(), Some(7));
            let finding = &board.findings(&system)[1];
            assert!(finding.found.starts_with(named), "{finding}");
            assert!(finding.fix.as_ref().unwrap().contains("nvidia-jetpack"));
        }
    }

    #[test]
    fn any_other_machine_is_no_jetson() {
        let (_folder, system) = system(&[("/sys/class/dmi/id/product_name", "Laptop 9\n")]);
        let board = Board::read(&system);
        assert!(!board.is_jetson() && !board.has_gpu());
        assert_eq!(board.findings(&system).len(), 1);
    }
}
