//! What every stage outside the model costs, relative to the whole of them, and what it allocates.
//!
//! `cargo bench -p edge` prints a table. Ratios within one run mean something on any machine; the
//! times are there to see their order. A counting allocator proves the promise that a warm crop,
//! composite and scale allocate nothing.

use edge::{
    composite::Compositor, edit::Edit, flow::Flow, frame::Frame, mirror::Mirror,
    resample::Resampler, scale::Scaler, square::Square, stage::Stages, track::Tracker,
    tracked::Tracked,
};
use faces::Take;
use model_spec::{Architecture, ColourMode, OutputForm};
use std::{
    alloc::{GlobalAlloc, Layout, System},
    hint::black_box,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

struct Counting;

#[allow(unsafe_code)]
// SAFETY: every call is passed on unchanged to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.realloc(memory, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const FRAMES: usize = 120;
const SIZE: usize = 64;

struct Row {
    stage: &'static str,
    time: Duration,
    allocations: u64,
    must_not_allocate: bool,
}

/// Runs `work` over the frames once to warm up and once to measure.
fn measure(
    stage: &'static str,
    must_not_allocate: bool,
    frames: &[Frame],
    mut work: impl FnMut(&Frame),
) -> Row {
    frames.iter().for_each(&mut work);
    let (before, start) = (ALLOCATIONS.load(Ordering::Relaxed), Instant::now());
    frames.iter().for_each(&mut work);
    Row {
        stage,
        time: start.elapsed() / frames.len() as u32,
        allocations: ALLOCATIONS.load(Ordering::Relaxed) - before,
        must_not_allocate,
    }
}

fn main() -> ExitCode {
    let take = Take::new(0, 640, 480, 30.0);
    let frames: Vec<Frame> = (0..FRAMES)
        .map(|index| {
            let mut frame = Frame::default();
            frame.resize(640, 480);
            take.render_into(index as u64, &mut frame.rgb);
            frame
        })
        .collect();
    let crop = Square {
        centre: [320.0, 260.0],
        side: 210.0,
    };
    let architecture = Architecture {
        image_size: SIZE,
        colour: ColourMode::Luma,
        style_dim: 64,
        stem_channels: 16,
        max_conv_dim: 128,
        w_hpf: 0.0,
        output: OutputForm::Difference,
        classifier_channels: 16,
    };
    let Ok(mut tracker) = Tracker::new(true) else {
        return ExitCode::FAILURE;
    };
    let (mut resampler, mut crop_pixels) = (Resampler::default(), Vec::new());
    let mut flow = Flow::default();
    let mut mirror = Mirror::new(&architecture);
    let edit = Edit {
        crop: Some(crop),
        applied: true,
        difference: vec![0.1; SIZE * SIZE],
        ..Edit::default()
    };
    let tracked = Tracked {
        frame: Arc::new(frames[0].clone()),
        crop: Some(crop),
        since: 0,
    };
    let mut stages = Stages::default();
    let (mut scaler, mut pixels) = (Scaler::default(), vec![0; 960 * 720]);
    let rows = [
        measure("track", false, &frames, |frame| {
            black_box(tracker.track(frame));
        }),
        measure("  of which flow", true, &frames, |frame| {
            flow.remember(frame, crop);
            black_box(flow.follow(frame, crop));
        }),
        measure("crop", true, &frames, |frame| {
            let (colour, grid, range) = (ColourMode::Luma, [SIZE; 2], [1.0 / 127.5, -1.0]);
            let (origin, size) = (crop.origin(), [crop.side; 2]);
            resampler.sample(frame, origin, size, colour, grid, range, &mut crop_pixels);
        }),
        // Stages keep up to 8192 samples; growing to that is warm-up too.
        measure("composite", false, &frames, |_| {
            mirror.compose(&tracked, Some(&edit), &mut stages);
        }),
        measure("  of which patch", true, &frames, {
            let (mut compositor, mut canvas) = (Compositor::default(), frames[0].rgb.clone());
            let edit = &edit;
            move |frame| {
                let patch = edge::composite::Patch {
                    difference: &edit.difference,
                    size: SIZE,
                    colour: ColourMode::Luma,
                    crop,
                };
                compositor.apply(frame, patch, &mut canvas);
            }
        }),
        measure("scale to 960x720", true, &frames, |frame| {
            scaler.draw(&frame.rgb, [640, 480], &mut pixels, [960, 720], false);
        }),
    ];
    let whole: Duration = rows
        .iter()
        .filter(|row| !row.stage.starts_with(' '))
        .map(|row| row.time)
        .sum();
    println!(
        "{:<18} {:>8} {:>8} {:>13}",
        "stage", "share", "ms", "allocations"
    );
    let mut kept = true;
    for row in &rows {
        let share = 100.0 * row.time.as_secs_f64() / whole.as_secs_f64();
        let milliseconds = row.time.as_secs_f64() * 1e3;
        let broken = row.must_not_allocate && row.allocations > 0;
        kept &= !broken;
        println!(
            "{:<18} {share:>6.1} % {milliseconds:>8.3} {:>13}{}",
            row.stage,
            row.allocations,
            if broken { "  MUST BE 0" } else { "" }
        );
    }
    if kept {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
