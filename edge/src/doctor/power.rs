//! Power mode, clocks, temperature and throttling.

use super::{board::Board, finding::Finding};
use crate::{machine::system::System, service::health::heat::Heat};

/// Degrees Celsius below the limit that are too few to stay.
const NARROW: f32 = 10.0;

/// The lines about power and heat.
#[must_use]
pub(crate) fn findings(board: &Board, system: &System) -> Vec<Finding> {
    let mut findings = Vec::new();
    if board.is_jetson() {
        findings.push(mode(system));
    }
    findings.extend(clocks(system));
    findings.push(heat(&Heat::read(system)));
    findings
}

/// The mode that `nvpmodel` was set to.
fn mode(system: &System) -> Finding {
    let number = system
        .read("/var/lib/nvpmodel/status")
        .and_then(|text| text.strip_prefix("pmode:")?.trim().parse::<u32>().ok());
    let Some(number) = number else {
        return Finding::warning(
            "power",
            "/var/lib/nvpmodel/status does not tell the power mode",
            "sudo nvpmodel -q shows it",
        );
    };
    let modes = modes(&system.read("/etc/nvpmodel.conf").unwrap_or_default());
    let name = |wanted: u32| {
        let mode = modes.iter().find(|(mode, _)| *mode == wanted);
        mode.map_or("unnamed", |(_, name)| name.as_str())
    };
    let found = format!("mode {number}, {}", name(number));
    let largest = modes
        .iter()
        .max_by_key(|(_, name)| watts(name))
        .map(|(mode, _)| *mode);
    match largest {
        Some(best) if watts(name(best)) > watts(name(number)) => Finding::warning(
            "power",
            format!("{found}; mode {best}, {}, is faster", name(best)),
            format!("sudo nvpmodel -m {best} (asks for a restart on some boards)"),
        ),
        _ => Finding::ok("power", found),
    }
}

/// `< POWER_MODEL ID=1 NAME=MODE_15W >`
fn modes(configuration: &str) -> Vec<(u32, String)> {
    let lines = configuration.lines();
    let modes = lines.filter_map(|line| {
        let line = line.trim().strip_prefix("< POWER_MODEL ")?;
        let word = |key: &str| {
            line.split_whitespace()
                .find_map(|word| word.strip_prefix(key))
        };
        Some((word("ID=")?.parse().ok()?, word("NAME=")?.to_owned()))
    });
    modes.collect()
}

/// Watts in a mode's name; unlimited for MAXN.
fn watts(name: &str) -> u32 {
    if name.starts_with("MAXN") {
        return u32::MAX;
    }
    let mut numbers = name.split(|letter: char| !letter.is_ascii_digit());
    numbers.find_map(|number| number.parse().ok()).unwrap_or(0)
}

/// Highest frequencies the governor may choose, against those of the hardware, in MHz.
fn clocks(system: &System) -> Option<Finding> {
    let policies = system.list("/sys/devices/system/cpu/cpufreq", "policy");
    let megahertz = |policy: &std::path::PathBuf, name: &str| {
        system
            .number(policy.join(name))
            .map(|kilohertz| kilohertz / 1000)
    };
    let fastest = policies.iter().filter_map(|policy| {
        let allowed = megahertz(policy, "scaling_max_freq")?;
        Some((allowed, megahertz(policy, "cpuinfo_max_freq")?))
    });
    let (allowed, possible) = fastest.max()?;
    let governor = policies
        .first()
        .and_then(|policy| system.read(policy.join("scaling_governor")))
        .unwrap_or_else(|| "unknown".into());
    let found = format!("processor up to {allowed} of {possible} MHz, governor {governor}");
    if governor == "powersave"
        && policies
            .iter()
            .all(|policy| !is_intel_pstate(system, policy))
    {
        return Some(Finding::warning(
            "clocks",
            found,
            "sudo jetson_clocks on a Jetson, else: sudo cpupower frequency-set -g schedutil",
        ));
    }
    Some(Finding::ok("clocks", found))
}

/// Its `powersave` is an ordinary dynamic governor.
fn is_intel_pstate(system: &System, policy: &std::path::Path) -> bool {
    let driver = system.read(policy.join("scaling_driver"));
    driver.is_some_and(|driver| driver.contains("pstate"))
}

fn heat(heat: &Heat) -> Finding {
    let Some(zone) = &heat.zone else {
        return Finding::ok("temperature", "this machine does not tell it");
    };
    let (name, celsius, limit) = (&zone.name, zone.celsius, zone.limit_celsius);
    let found = format!("{name} {celsius:.0} °C, limit {limit:.0} °C");
    let fix =
        "give it a fan, a larger heat sink or free air; until then the mirror works less by itself";
    if !heat.throttled.is_empty() {
        let names = heat.throttled.join(", ");
        return Finding::warning("temperature", format!("{found}; slowed down: {names}"), fix);
    }
    if heat.over_current_events > 0 {
        let count = heat.over_current_events;
        return Finding::warning(
            "temperature",
            format!("{found}; the power supply could not follow {count} times since the start"),
            "use the board's own power supply, or a smaller power mode (nvpmodel)",
        );
    }
    if zone.headroom() < NARROW {
        return Finding::warning("temperature", found, fix);
    }
    Finding::ok("temperature", found)
}

#[cfg(test)]
mod tests {
    use super::super::finding::Severity;
    use super::*;
    use crate::machine::system::tests::system;

    const MODES: &str = "< PARAM TYPE=FILE NAME=CPU_ONLINE >\n\
                         < POWER_MODEL ID=0 NAME=15W >\nCPU_ONLINE CORE_0 1\n\
                         < POWER_MODEL ID=1 NAME=7W >\n\
                         < POWER_MODEL ID=2 NAME=MAXN_SUPER >\n\
                         < PM_CONFIG DEFAULT=1 >\n";

    #[test]
    fn a_small_power_mode_is_told_with_the_command_for_the_largest() {
        let (_folder, small) = system(&[
            ("/var/lib/nvpmodel/status", "pmode:0001\n"),
            ("/etc/nvpmodel.conf", MODES),
        ]);
        let finding = mode(&small);
        assert_eq!(finding.state, Severity::Warning);
        assert_eq!(finding.found, "mode 1, 7W; mode 2, MAXN_SUPER, is faster");
        assert!(finding.fix.unwrap().contains("nvpmodel -m 2"));
        let (_folder, large) = system(&[
            ("/var/lib/nvpmodel/status", "pmode:0002\n"),
            ("/etc/nvpmodel.conf", MODES),
        ]);
        assert_eq!(mode(&large), Finding::ok("power", "mode 2, MAXN_SUPER"));
    }

    #[test]
    fn heat_throttling_and_a_weak_power_supply_are_warnings() {
        let zone = |temperature: &str| {
            let (_folder, system) = system(&[
                ("/sys/class/thermal/thermal_zone0/type", "tj-thermal"),
                ("/sys/class/thermal/thermal_zone0/temp", temperature),
                (
                    "/sys/class/thermal/thermal_zone0/trip_point_0_type",
                    "passive",
                ),
                (
                    "/sys/class/thermal/thermal_zone0/trip_point_0_temp",
                    "85000",
                ),
            ]);
            Heat::read(&system)
        };
        assert_eq!(heat(&zone("60000")).state, Severity::Ok);
        assert_eq!(heat(&zone("79000")).state, Severity::Warning);
        let mut weak = zone("60000");
        weak.over_current_events = 2;
        assert!(heat(&weak).found.contains("2 times"), "{}", heat(&weak));
        weak.throttled = vec!["cpufreq-cpu0".into()];
        assert!(heat(&weak).found.contains("cpufreq-cpu0"));
    }

    #[test]
    fn the_powersave_governor_is_only_slow_without_pstate() {
        let with = |driver: &str| {
            let folder = "/sys/devices/system/cpu/cpufreq/policy0";
            let (_folder, system) = system(&[
                (&format!("{folder}/scaling_max_freq"), "729600"),
                (&format!("{folder}/cpuinfo_max_freq"), "1510400"),
                (&format!("{folder}/scaling_governor"), "powersave"),
                (&format!("{folder}/scaling_driver"), driver),
            ]);
            clocks(&system).unwrap()
        };
        assert_eq!(with("tegra194").state, Severity::Warning);
        assert!(with("tegra194").found.contains("729 of 1510 MHz"));
        assert_eq!(with("intel_pstate").state, Severity::Ok);
    }
}
