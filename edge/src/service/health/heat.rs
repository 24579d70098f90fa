//! Temperature, clocks and throttling as Linux and the Jetson's drivers report them under `/sys`.

use crate::machine::system::System;
use serde::Serialize;
use std::path::Path;

const THERMAL: &str = "/sys/class/thermal";
/// A zone without a trip point of its own is taken to throttle here, in degrees Celsius.
const USUAL_LIMIT: f32 = 95.0;
/// Trip points and temperatures outside this range, in degrees Celsius, are disabled or nonsense.
const PLAUSIBLE: std::ops::RangeInclusive<f32> = 30.0..=150.0;

/// One look at the machine's heat.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Heat {
    /// The zone nearest to its limit; none where the system has no thermal zones.
    pub(crate) zone: Option<Zone>,
    /// Names of what the kernel slows down because of heat right now, e.g. `cpufreq-cpu0`.
    pub(crate) throttled: Vec<String>,
    /// Times that the board's power supply could not follow, since boot (Jetson only).
    pub(crate) over_current_events: u64,
}

/// A thermal zone, in degrees Celsius.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Zone {
    /// Name, e.g. `gpu-thermal`.
    pub(crate) name: String,
    pub(crate) celsius: f32,
    /// Where the kernel starts to slow down.
    pub(crate) limit_celsius: f32,
}

impl Zone {
    /// Degrees left until the limit.
    #[must_use]
    pub(crate) fn headroom(&self) -> f32 {
        self.limit_celsius - self.celsius
    }
}

impl Heat {
    /// Reads all zones, cooling devices and over-current counters.
    #[must_use]
    pub(crate) fn read(system: &System) -> Self {
        let zones = system.list(THERMAL, "thermal_zone");
        let zones = zones.iter().filter_map(|path| zone(system, path));
        let devices = system.list(THERMAL, "cooling_device");
        Self {
            zone: zones.min_by(|a, b| a.headroom().total_cmp(&b.headroom())),
            throttled: devices
                .iter()
                .filter_map(|path| slowed(system, path))
                .collect(),
            over_current_events: over_current_events(system),
        }
    }
}

fn zone(system: &System, path: &Path) -> Option<Zone> {
    let celsius = |millis: i64| millis as f32 / 1000.0;
    // A zone that is switched off answers with an error instead of a temperature.
    let temperature = celsius(system.number(path.join("temp"))?);
    if !(-40.0..=*PLAUSIBLE.end()).contains(&temperature) {
        return None;
    }
    let trips = system.list(path, "trip_point_");
    let trips = trips.iter().filter_map(|file| {
        let name = file.to_str()?.strip_suffix("_type")?;
        let kind = system.read(file)?;
        let limit = celsius(system.number(format!("{name}_temp"))?);
        // `active` starts a fan, which slows nothing.
        (kind != "active" && PLAUSIBLE.contains(&limit)).then_some(limit)
    });
    Some(Zone {
        name: system
            .read(path.join("type"))
            .unwrap_or_else(|| "unnamed".into()),
        celsius: temperature,
        limit_celsius: trips.min_by(f32::total_cmp).unwrap_or(USUAL_LIMIT),
    })
}

/// The name of a cooling device that slows a processor down now.
fn slowed(system: &System, path: &Path) -> Option<String> {
    let name = system.read(path.join("type"))?;
    let kind = name.to_lowercase();
    let slows = ["cpu", "gpu", "processor", "devfreq"]
        .iter()
        .any(|word| kind.contains(word));
    (slows && system.number(path.join("cur_state"))? > 0).then_some(name)
}

/// Counters of the Jetson's power-supply monitor, `oc1_event_cnt` and on.
fn over_current_events(system: &System) -> u64 {
    let monitors = system.list("/sys/class/hwmon", "hwmon");
    let counters = monitors
        .iter()
        .filter(|path| system.read(path.join("name")).as_deref() == Some("soctherm_oc"))
        .flat_map(|path| system.list(path, "oc"))
        .filter(|file| file.to_string_lossy().ends_with("_event_cnt"));
    let counts = counters.filter_map(|file| u64::try_from(system.number(file)?).ok());
    counts.sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::system::tests::system;

    #[test]
    fn the_zone_nearest_to_its_own_limit_counts_and_fans_throttle_nothing() {
        let (_folder, system) = system(&[
            ("/sys/class/thermal/thermal_zone0/type", "cpu-thermal\n"),
            ("/sys/class/thermal/thermal_zone0/temp", "70000\n"),
            (
                "/sys/class/thermal/thermal_zone0/trip_point_0_type",
                "active",
            ),
            (
                "/sys/class/thermal/thermal_zone0/trip_point_0_temp",
                "51000",
            ),
            (
                "/sys/class/thermal/thermal_zone0/trip_point_1_type",
                "passive",
            ),
            (
                "/sys/class/thermal/thermal_zone0/trip_point_1_temp",
                "99000",
            ),
            ("/sys/class/thermal/thermal_zone1/type", "tj-thermal\n"),
            ("/sys/class/thermal/thermal_zone1/temp", "68000\n"),
            (
                "/sys/class/thermal/thermal_zone1/trip_point_0_type",
                "passive",
            ),
            (
                "/sys/class/thermal/thermal_zone1/trip_point_0_temp",
                "85000",
            ),
            ("/sys/class/thermal/thermal_zone2/type", "off-thermal\n"),
            ("/sys/class/thermal/thermal_zone2/temp", "-256000\n"),
            ("/sys/class/thermal/cooling_device0/type", "pwm-fan\n"),
            ("/sys/class/thermal/cooling_device0/cur_state", "3\n"),
            ("/sys/class/thermal/cooling_device1/type", "cpufreq-cpu0\n"),
            ("/sys/class/thermal/cooling_device1/cur_state", "0\n"),
            (
                "/sys/class/thermal/cooling_device2/type",
                "devfreq-17000000.gpu\n",
            ),
            ("/sys/class/thermal/cooling_device2/cur_state", "2\n"),
            ("/sys/class/hwmon/hwmon3/name", "soctherm_oc\n"),
            ("/sys/class/hwmon/hwmon3/oc1_event_cnt", "2\n"),
            ("/sys/class/hwmon/hwmon3/oc3_event_cnt", "1\n"),
        ]);
        let heat = Heat::read(&system);
        let zone = heat.zone.unwrap();
        assert_eq!((zone.name.as_str(), zone.headroom()), ("tj-thermal", 17.0));
        assert_eq!(heat.throttled, ["devfreq-17000000.gpu"]);
        assert_eq!(heat.over_current_events, 3);
    }

    #[test]
    fn a_system_without_sensors_is_never_hot() {
        let (_folder, system) = system(&[]);
        assert_eq!(Heat::read(&system), Heat::default());
    }
}
