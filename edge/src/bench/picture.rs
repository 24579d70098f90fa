//! The demo take, edited frame by frame on one thread.

use crate::{
    edit::{Edit, EditOptions, Editor},
    error::EdgeError,
    inference::model::Model,
    picture::frame::Frame,
    timing::stage::Stages,
    track::{Pace, Tracker, tracked::Tracked},
};
use faces::Take;
use std::sync::Arc;

/// Pictures per second of the take.
pub(super) const RATE: f32 = 30.0;

/// Renders frame `index` of `take`.
pub(super) fn rendered(take: &Take, index: u64, [width, height]: [usize; 2]) -> Frame {
    let mut frame = Frame::default();
    frame.resize(width, height);
    take.render_into(index, &mut frame.rgb);
    frame.index = index;
    frame.seconds = index as f64 / f64::from(RATE);
    frame
}

/// All strengths that make the edits of the bench: the first attribute on.
pub(super) fn strengths(model: &Model) -> Vec<f32> {
    let mut strengths = vec![0.0; model.manifest().attributes.len()];
    strengths[0] = 1.0;
    strengths
}

/// Edits `frames` in turn and hands each edit to `look`. Gives the model back.
pub(super) fn edit_all(
    model: Model,
    options: EditOptions,
    strengths: &[f32],
    frames: impl IntoIterator<Item = Frame>,
    mut look: impl FnMut(&Tracked, &Edit),
) -> Result<Model, EdgeError> {
    let mut tracker = Tracker::new(Pace::Replay, model.track())?;
    let mut editor = Editor::new(model, Pace::Replay, options);
    let (mut edit, mut stages) = (Edit::default(), Stages::default());
    for frame in frames {
        let tracked = tracker.tracked(Arc::new(frame));
        editor.edit(&tracked, strengths, &mut edit, &mut stages)?;
        look(&tracked, &edit);
    }
    Ok(editor.into_model())
}
