//! A long run: frames as fast as they come, a visitor without rest, a camera that fails again and again, and one bundle
//! after the other. Neither memory, nor descriptors, nor the time for a frame may grow.
//!
//! A few thousand frames, or as many as `SOAK_FRAMES` says (`make soak`). Drawing the demo costs more than all that the
//! mirror does with it. So most of the frames are small pictures of it, drawn before, which a virtual camera serves as
//! fast as they are fetched; a fiftieth comes from the demo itself, and a hundredth passes between restarts.

use crate::{
    bundle::Tiny,
    camera::{PICTURES, Shim, yuyv},
    place::{Place, skip},
    xvfb::Screen,
};
use faces::Take;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::{
    env, fs,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

/// Frames of the short form.
const FEW: u64 = 4000;
/// From this many on, a run is long enough for its begin to be compared with its end.
const MANY: u64 = 10_000;
/// Growth of the resident memory, as a share, that a long run may have.
const LARGEST_GROWTH: f64 = 0.01;
/// Time for a frame at the end, in units of that at the begin, that a long run may have.
const LARGEST_DRIFT: f64 = 1.25;
/// Pictures from one fault of the camera to the next of its kind.
const BETWEEN_FAULTS: u64 = 5000;
/// Size of the pictures that the camera serves.
const SIZE: [u32; 2] = [160, 120];
/// Sizes of the window.
const SIDES: [[u32; 2]; 3] = [[320, 240], [400, 300], [360, 400]];

fn wanted() -> u64 {
    let frames = env::var("SOAK_FRAMES").ok();
    frames.map_or(FEW, |text| text.parse().expect("SOAK_FRAMES is a number"))
}

/// Somebody who touches everything.
struct Visitor {
    random: Pcg64Mcg,
    acts: u64,
}

impl Visitor {
    fn new(seed: u64) -> Self {
        Self {
            random: Pcg64Mcg::seed_from_u64(seed),
            acts: 0,
        }
    }

    fn act(&mut self, screen: &Screen) {
        let random = &mut self.random;
        let mut place = || {
            let [x, y] = [320, 240].map(|side| random.random_range(2..side - 2));
            screen.on_screen([x, y])
        };
        let ([from_x, from_y], [to_x, to_y]) = (place(), place());
        // All keys but those that end the mirror.
        let keys = [
            "v", "m", "c", "l", "h", "i", "p", "0", "Left", "Right", "Up", "Down", "Tab", "Return",
            "space",
        ];
        match random.random_range(0..10) {
            0 => {
                let [width, height] = SIDES[random.random_range(0..SIDES.len())];
                let [width, height] = [width, height].map(|side| side.to_string());
                screen.send(&["windowsize", screen.window(), &width, &height]);
            }
            1..=4 => screen.send(&[
                "mousemove",
                &from_x,
                &from_y,
                "mousedown",
                "1",
                "mousemove",
                &to_x,
                &to_y,
                "mouseup",
                "1",
            ]),
            _ => screen.send(&["key", keys[random.random_range(0..keys.len())]]),
        }
        self.acts += 1;
    }
}

/// What the mirror has used at one moment.
#[derive(Clone, Copy)]
struct Sample {
    frames: u64,
    resident_kilobytes: f64,
    descriptors: usize,
    /// Of all its threads since it started.
    processor_seconds: f64,
    /// The same work every time: what the machine is worth just now.
    yardstick_seconds: f64,
    at: Instant,
}

fn sample(process: u32, frames: u64) -> Sample {
    let read = |name: &str| fs::read_to_string(format!("/proc/{process}/{name}")).unwrap();
    let status = read("status");
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let resident = resident.and_then(|text| text.split_whitespace().next());
    // Behind the name, which may have spaces, the times are the 12th and 13th fields, in hundredths.
    let stat = read("stat");
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap()
        .split_whitespace()
        .collect();
    let ticks: f64 = [11, 12]
        .iter()
        .map(|&i| fields[i].parse::<f64>().unwrap())
        .sum();
    let take = Take::new(0, SIZE[0], SIZE[1], 30.0);
    let mut rgb = vec![0; (3 * SIZE[0] * SIZE[1]) as usize];
    let times = (0..3).map(|index| {
        let start = Instant::now();
        take.render_into(index, &mut rgb);
        start.elapsed().as_secs_f64()
    });
    Sample {
        frames,
        resident_kilobytes: resident.unwrap().parse().unwrap(),
        descriptors: fs::read_dir(format!("/proc/{process}/fd")).unwrap().count(),
        processor_seconds: ticks / 100.0,
        yardstick_seconds: times.fold(f64::INFINITY, f64::min),
        at: Instant::now(),
    }
}

/// Lets a visitor loose until so many `frames` have passed; none where no more were counted for a minute.
fn watch(
    screen: &mut Screen,
    frames: impl Fn() -> u64,
    until: u64,
    seed: u64,
) -> Option<Vec<Sample>> {
    let mut visitor = Visitor::new(seed);
    let mut samples: Vec<Sample> = Vec::new();
    let (mut news, mut told) = (Instant::now(), Instant::now());
    loop {
        let ended = screen.mirror.try_wait().unwrap();
        assert!(ended.is_none(), "{ended:?} after {} acts", visitor.acts);
        visitor.act(screen);
        let sample = sample(screen.mirror.id(), frames());
        if samples
            .last()
            .is_none_or(|last| last.frames < sample.frames)
        {
            news = Instant::now();
        }
        samples.push(sample);
        if told.elapsed() > Duration::from_mins(1) {
            told = Instant::now();
            let megabytes = sample.resident_kilobytes / 1024.0;
            println!("{} frames, {megabytes:.1} MB", sample.frames);
        }
        if sample.frames >= until {
            println!("{} acts of a visitor", visitor.acts);
            return Some(samples);
        }
        if news.elapsed() > Duration::from_mins(1) {
            return None;
        }
        thread::sleep(Duration::from_millis(50));
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Compares the second tenth of a run, when everything has been done once, with the last.
fn judge(what: &str, samples: &[Sample]) {
    let (first, last) = (samples[0], *samples.last().unwrap());
    assert!(samples.len() >= 20, "{what}: too short to judge");
    let tenth = |number: usize| {
        let edge = |number| number * samples.len() / 10;
        &samples[edge(number)..edge(number + 1)]
    };
    let (early, late) = (tenth(1), tenth(9));
    let resident = |tenth: &[Sample]| median(tenth.iter().map(|it| it.resident_kilobytes));
    // Some open for a moment only.
    let descriptors = |tenth: &[Sample]| tenth.iter().map(|it| it.descriptors).min().unwrap();
    let per_frame = |tenth: &[Sample], spent: fn(&Sample, &Sample) -> f64| {
        let (begin, end) = (&tenth[0], tenth.last().unwrap());
        spent(begin, end) / (end.frames - begin.frames) as f64
    };
    let worth = |tenth: &[Sample]| {
        let work = per_frame(tenth, |a, b| b.processor_seconds - a.processor_seconds);
        work / median(tenth.iter().map(|it| it.yardstick_seconds))
    };
    let growth = resident(late) / resident(early) - 1.0;
    let drift = worth(late) / worth(early);
    let milliseconds =
        |tenth: &[Sample]| 1e3 * per_frame(tenth, |a, b| b.at.duration_since(a.at).as_secs_f64());
    println!(
        "{what}: {} frames in {:.0} s; resident {:.1} MB, then {:.1} MB ({:+.2} %); descriptors {}, then {}; a frame \
         {:.2} ms, then {:.2} ms, of work {drift:.2} times that of the begin",
        last.frames,
        last.at.duration_since(first.at).as_secs_f64(),
        resident(early) / 1024.0,
        resident(late) / 1024.0,
        100.0 * growth,
        descriptors(early),
        descriptors(late),
        milliseconds(early),
        milliseconds(late),
    );
    // In a short run the camera may be away in one of the tenths, and there in the other.
    assert!(descriptors(late) <= descriptors(early) + 1, "{what}");
    if last.frames - first.frames >= MANY {
        assert_eq!(descriptors(early), descriptors(late), "{what}: descriptors");
        assert!(growth < LARGEST_GROWTH, "{what}: memory grew by {growth}");
        assert!(drift < LARGEST_DRIFT, "{what}: a frame costs {drift} times");
    }
}

/// The demo and its window, neither of which waits, and the file that counts the frames; or says what is missing.
fn demo_at_full_speed(place: Place) -> Option<(Screen, PathBuf)> {
    let library = place.compiled("pace_shim.c", "pace_shim.so", &[])?;
    let count = place.path("frames");
    let [library, frames] = [&library, &count].map(|path| path.display().to_string());
    let environment = [("LD_PRELOAD", &*library), ("PACE_FRAMES", &*frames)];
    let extra = [&SMALL[..], &["--source", "demo"]].concat();
    let screen = Screen::with_environment(place, &extra, &environment)?;
    Some((screen, count))
}

/// The demo does not sleep, and is not counted, where it takes longer to draw a picture than the pace it keeps: nothing can be
/// judged on so busy a machine, but that the mirror goes on.
fn assert_goes_on_uncounted(screen: Screen, count: &PathBuf) {
    let report = screen.terminate();
    let captured = report["frames_captured"].as_u64().unwrap();
    assert!(captured > counted(count) + 30, "no frame for a minute");
    skip("a machine too busy to draw the demo at its own pace");
}

fn counted(file: &PathBuf) -> u64 {
    let bytes = fs::read(file).unwrap_or_default();
    bytes
        .as_chunks()
        .0
        .first()
        .map_or(0, |word| u64::from_ne_bytes(*word))
}

const SMALL: [&str; 4] = ["--window-size", "320x240", "--attr", "smile=0.5"];

#[test]
fn a_demo_at_full_speed_under_a_restless_visitor_grows_nothing() {
    let place = Place::with_bundle(&Tiny::default());
    let Some((mut screen, count)) = demo_at_full_speed(place) else {
        return;
    };
    let frames = (wanted() / 50).max(300);
    let Some(samples) = watch(&mut screen, || counted(&count), frames, 1) else {
        return assert_goes_on_uncounted(screen, &count);
    };
    judge("demo", &samples);
    screen.terminate();
}

#[test]
fn a_camera_that_fails_again_and_again_under_a_restless_visitor_grows_nothing() {
    let Some(shim) = Shim::new("YUYV") else {
        return;
    };
    let log = shim.place.path("log").display().to_string();
    let take = Take::new(0, SIZE[0], SIZE[1], 30.0);
    let mut rgb = vec![0; (3 * SIZE[0] * SIZE[1]) as usize];
    for index in 0..PICTURES {
        take.render_into(10 * index, &mut rgb);
        fs::write(shim.place.path(&format!("picture{index}")), yuyv(&rgb)).unwrap();
    }
    let frames = wanted() * 97 / 100;
    // A few faults even in the short form.
    let between = BETWEEN_FAULTS.min(frames / 3);
    let [again, unplug, freeze] = [1, 4, 2].map(|part| (between / part).to_string());
    let shimmed = shim.environment("YUYV");
    let shimmed = shimmed
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let faults = [
        ("SHIM_LOG", &*log),
        ("SHIM_FAST", "1"),
        ("SHIM_SIZE", "160x120"),
        ("SHIM_UNPLUG", &unplug),
        ("SHIM_AWAY", "200"),
        ("SHIM_FREEZE", &freeze),
        ("SHIM_AGAIN", &again),
        ("SHIM_TRUNCATE", "97"),
    ];
    let environment = [&shimmed[..], &faults].concat();
    let extra = [&SMALL[..], &["--source", "camera:/dev/video42"]].concat();
    let Some(mut screen) = Screen::with_environment(shim.place, &extra, &environment) else {
        return;
    };
    // Lines of the log begin with the number of the picture.
    let served = || {
        let text = tail(&log);
        let number = text
            .lines()
            .rev()
            .nth(1)
            .and_then(|line| line.split(' ').next());
        number.and_then(|number| number.parse().ok()).unwrap_or(0)
    };
    let samples = watch(&mut screen, served, frames, 2).expect("no frame for a minute");
    judge("camera", &samples);
    let report = screen.terminate();
    let interruptions = report["camera_interruptions"].as_u64().unwrap();
    println!(
        "camera: {interruptions} interruptions, {} skipped",
        report["frames_skipped"]
    );
    assert!(interruptions >= 4, "{interruptions} interruptions");
}

/// The last lines of a long file.
fn tail(path: &str) -> String {
    use std::io::{Read, Seek, SeekFrom};
    let Ok(mut file) = fs::File::open(path) else {
        return String::new();
    };
    let length = file.metadata().unwrap().len();
    file.seek(SeekFrom::Start(length.saturating_sub(200)))
        .unwrap();
    let mut text = String::new();
    file.read_to_string(&mut text).unwrap();
    // The first line may have begun before.
    text.split_once('\n')
        .map_or(String::new(), |(_, rest)| rest.to_owned())
}

#[test]
fn a_mirror_that_is_restarted_onto_other_bundles_is_the_same_each_time() {
    let rounds = if wanted() >= MANY { 20 } else { 2 };
    let frames = (wanted() / 100 / rounds).max(50);
    let mut before = None;
    for round in 0..rounds {
        let bundle = Tiny {
            logit: if round % 2 == 0 { -3.0 } else { -2.0 },
            ..Tiny::default()
        };
        let place = Place::with_bundle(&bundle);
        let manifest = fs::read(place.path("bundle/manifest.json")).unwrap();
        let Some((mut screen, count)) = demo_at_full_speed(place) else {
            return;
        };
        let Some(samples) = watch(&mut screen, || counted(&count), frames, round) else {
            return assert_goes_on_uncounted(screen, &count);
        };
        // Some are open for a moment only, and those of the window not from the start.
        let settled = &samples[samples.len() / 2..];
        let descriptors = settled.iter().map(|it| it.descriptors).min().unwrap();
        assert_eq!(
            *before.get_or_insert(descriptors),
            descriptors,
            "round {round}"
        );
        let report = screen.terminate();
        let digest = model_spec::digest::of_bytes(&manifest);
        assert_eq!(report["bundle"]["digest"], digest, "round {round}");
    }
    println!(
        "restarts: {rounds} of {frames} frames, every one of them with the bundle that lay there"
    );
}
