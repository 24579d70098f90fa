//! Time, allocations and memory per frame: 1280x720 JPEGs of the demo face, one thing after another.

use super::picture::{RATE, rendered, strengths};
use crate::{
    capture::decode::jpeg::JpegReader,
    compose::mirror::Mirror,
    edit::{Edit, EditOptions, Editor},
    error::EdgeError,
    handoff::pool::Pool,
    inference::model::Model,
    overlay::{
        Overlay,
        language::labels::Labels,
        language::languages::Languages,
        settings::{Motion, OverlaySettings, StatusChoice},
        state::{MirrorState, Readings},
        widget::{pointer::Pointer, text::Text},
    },
    picture::{frame::Frame, scale::Scaler},
    run::report::{self, StageReport},
    timing::stage::{Begin, Stage, Stages},
    track::{Pace, Tracker},
};
use faces::Take;
use image::{ColorType, codecs::jpeg::JpegEncoder};
use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;
use std::{fmt, time::Instant};

/// Camera picture and window, in pixels.
const SIZE: [usize; 2] = [1280, 720];
/// Different pictures; they are shown forwards and backwards, so that nothing jumps.
const PICTURES: u64 = 90;
/// JPEG quality, as webcams have it.
const QUALITY: u8 = 85;

/// What a frame costs.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Cost {
    /// Frames measured.
    pub(crate) frames: u64,
    /// Edited frames per second on one thread (and ONNX Runtime's own).
    pub(crate) frames_per_second: f64,
    pub(crate) stages: Vec<StageReport>,
    /// Mean milliseconds of a frame in the model.
    pub(crate) model_ms: f64,
    /// Mean milliseconds of a frame in all other stages.
    pub(crate) outside_model_ms: f64,
    /// The same in time of the processor: what other programs took meanwhile does not count.
    pub(crate) outside_model_cpu_ms: f64,
    /// Resident memory after a tenth of the frames, in bytes.
    pub(crate) memory_begin_bytes: u64,
    /// And at the end.
    pub(crate) memory_end_bytes: u64,
}

pub(super) fn measure(model: Model, frames: u64) -> Result<(Cost, Model), EdgeError> {
    let pictures = jpegs()?;
    let strengths = strengths(&model);
    let mut mirror = Mirror::new(&model.manifest().architecture);
    let mut tracker = Tracker::new(Pace::Replay, model.track())?;
    let mut editor = Editor::new(model, Pace::Replay, EditOptions::default());
    let (mut reader, mut scaler) = (JpegReader::default(), Scaler::default());
    let mut pixels = vec![0; SIZE[0] * SIZE[1]];
    let mut overlay = overlay(editor.model(), &strengths)?;
    let (mut pool, mut edit) = (Pool::<Frame>::new(2), Edit::default());
    let mut stages = Stages::default();
    let mut memory_begin_bytes = 0;
    let (start, mut outside_cpu) = (Instant::now(), 0.0);
    for index in 0..frames {
        let (begin, cpu) = (Begin::now(), cpu_ms());
        let turn = index % (2 * PICTURES - 2);
        let jpeg = &pictures[turn.min(2 * PICTURES - 2 - turn) as usize];
        let (frame, ()) = pool.fill(|frame| {
            stages
                .time(Stage::Capture, || reader.decode(jpeg, frame))
                .map_err(EdgeError::Internal)?;
            frame.index = index;
            frame.seconds = index as f64 / f64::from(RATE);
            Ok::<_, EdgeError>(())
        })?;
        let tracked = stages.time(Stage::Track, || tracker.tracked(frame));
        let (before_edit, in_model) = (cpu_ms(), stages.sum_ms(Stage::Crop));
        editor.edit(&tracked, &strengths, &mut edit, &mut stages)?;
        // The crop is sampled on this thread and at once: its time is the processor's.
        let crop = stages.sum_ms(Stage::Crop) - in_model;
        let after_edit = cpu_ms();
        mirror.compose(&tracked, Some(&edit), &mut stages);
        stages.time(Stage::Present, || {
            scaler.draw(mirror.rgb(), mirror.size(), &mut pixels, SIZE, 256);
            overlay.point(dragging(index));
            overlay.draw(&state(index), SIZE);
            overlay.blend(&mut pixels, SIZE);
        });
        stages.since(Stage::Total, begin);
        outside_cpu += (before_edit - cpu) + crop + (cpu_ms() - after_edit);
        if index == frames / 10 {
            memory_begin_bytes = report::resident_memory_bytes();
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    let sum = |all: &[Stage]| -> f64 { all.iter().map(|&stage| stages.sum_ms(stage)).sum() };
    let outside = [
        Stage::Capture,
        Stage::Track,
        Stage::Crop,
        Stage::Composite,
        Stage::Present,
    ];
    let cost = Cost {
        frames,
        frames_per_second: frames as f64 / seconds,
        stages: report::stage_reports(&stages),
        model_ms: sum(&[Stage::Model]) / frames as f64,
        outside_model_ms: sum(&outside) / frames as f64,
        outside_model_cpu_ms: outside_cpu / frames as f64,
        memory_begin_bytes,
        memory_end_bytes: report::resident_memory_bytes(),
    };
    Ok((cost, editor.into_model()))
}

/// All controls of the screen, which never fade here.
fn overlay(model: &Model, strengths: &[f32]) -> Result<Overlay, EdgeError> {
    let settings = OverlaySettings {
        strengths: strengths.to_vec(),
        flipped: true,
        leave_after: 0.0,
        fade_after: 0.0,
        status: StatusChoice::Auto,
        text_scale: 1.0,
        motion: Motion::Full,
        away: false,
        recording: false,
    };
    let attributes = &model.manifest().attributes;
    let languages = Languages::new(Labels::shipped()?, 0);
    Ok(Overlay::new(Text::new()?, attributes, languages, settings))
}

/// A state of the mirror whose readings never rest.
fn state(index: u64) -> MirrorState<'static> {
    MirrorState {
        seconds: index as f64 / f64::from(RATE),
        readings: Readings {
            frames_per_second: (index % 100) as u32,
            latency_millis: (7 * index % 100) as u32,
        },
        edited: true,
        face: true,
        visitor: true,
        has_picture: true,
        ..MirrorState::default()
    }
}

/// A finger that moves the first slider to and fro.
fn dragging(index: u64) -> Pointer {
    let turn = index % 120;
    let part = turn.min(120 - turn) as f32 / 60.0;
    Pointer {
        at: [(0.3 + 0.4 * part) * SIZE[0] as f32, 0.82 * SIZE[1] as f32],
        down: index > 0,
    }
}

/// Time of the processor that this program has had, in milliseconds: between two runs of the model,
/// that is this thread's and the face detector's.
fn cpu_ms() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

fn jpegs() -> Result<Vec<Vec<u8>>, EdgeError> {
    let [width, height] = SIZE.map(|side| side as u32);
    let take = Take::new(0, width, height, RATE);
    let encoded = (0..PICTURES).map(|index| {
        let frame = rendered(&take, index, SIZE);
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, QUALITY)
            .encode(&frame.rgb, width, height, ColorType::Rgb8.into())
            .map_err(|error| EdgeError::Internal(error.to_string()))?;
        Ok(jpeg)
    });
    encoded.collect()
}

impl fmt::Display for Cost {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ([width, height], frames) = (SIZE, self.frames);
        writeln!(
            out,
            "{frames} frames, {width}x{height} JPEG to a window of that size, one thing after another: \
             {:.1} per second",
            self.frames_per_second
        )?;
        report::write_stages(out, &self.stages)?;
        writeln!(
            out,
            "\nper frame  {:.2} ms in the model, {:.2} ms in all that is around it ({:.2} ms of processor)",
            self.model_ms, self.outside_model_ms, self.outside_model_cpu_ms
        )?;
        let [begin, end] =
            [self.memory_begin_bytes, self.memory_end_bytes].map(|bytes| bytes as f64 / 1e6);
        writeln!(
            out,
            "memory     {begin:.1} MB resident after a tenth of the frames, {end:.1} MB at the end"
        )
    }
}
