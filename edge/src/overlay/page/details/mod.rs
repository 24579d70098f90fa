//! The page for the installer: what runs where, why nothing faster does, and every key. It is reached by holding
//! the help button or by I, and scrolls: nothing on it is cut off.

mod content;

use crate::overlay::{
    language::labels::Labels,
    page::frame::{FOOT, PAD, PageButton, PageFrame, Rank, TITLE},
    state::About,
    widget::{
        area::Area,
        colour,
        extent::Extent,
        layer::Layer,
        painter::Painter,
        paragraph::LEADING,
        pointer::Pointer,
        shape,
        text::{Align, Text, Weight, style},
    },
};
use content::Line;

/// Lengths in design pixels.
const PIXELS: f32 = 16.0;
/// Room for the bar that shows which part of the lines is on the page.
const SCROLL_BAR: f32 = 14.0;
/// Lines that an arrow key moves by.
const STEP: isize = 3;

/// The page.
#[derive(Debug, Default)]
pub(crate) struct Details {
    layer: Layer,
    area: Area,
    close: Area,
    lines: Vec<Line>,
    /// Index of the uppermost line on the page, and how many there is room for.
    first: usize,
    room: usize,
    /// Where a drag began: the finger, and the uppermost line then.
    drag: Option<Drag>,
    down: bool,
    unit: f32,
    drawn: Option<(Extent, usize)>,
}

#[derive(Debug, Clone, Copy)]
struct Drag {
    y: f32,
    first: usize,
}

impl Details {
    /// Redraws for another extent or another part of the text. Returns whether anything changed.
    pub(crate) fn draw(
        &mut self,
        extent: Extent,
        about: &About,
        text: &mut Text,
        labels: &Labels,
    ) -> bool {
        if self.drawn == Some((extent, self.first)) {
            return false;
        }
        let unit = extent.unit;
        self.unit = unit;
        let frame = PageFrame::new(extent, extent.page_room());
        self.area = frame.area(extent);
        let ink = style(Weight::Regular, PIXELS * unit, colour::TEXT, Align::Left);
        let inner = (frame.inner() - SCROLL_BAR) * unit;
        self.lines = content::lines(about, labels, text, ink, inner);
        let list = (frame.height - TITLE - FOOT) * unit;
        self.room = (list / (PIXELS * LEADING * unit)).max(1.0) as usize;
        self.scroll_to(self.first as isize);
        self.drawn = Some((extent, self.first));
        self.close = frame.buttons(1, unit).next().unwrap_or_default();
        let mut layer = std::mem::take(&mut self.layer);
        if let Some(pixmap) = frame.start(&mut layer, extent, &labels.details_title, text) {
            self.draw_content(&mut Painter { pixmap, text, unit }, labels);
        }
        self.layer = layer;
        true
    }

    fn draw_content(&self, painter: &mut Painter<'_>, labels: &Labels) {
        let unit = painter.unit;
        let Painter { pixmap, text, .. } = painter;
        let leading = PIXELS * LEADING * unit;
        for (row, line) in self
            .lines
            .iter()
            .skip(self.first)
            .take(self.room)
            .enumerate()
        {
            let baseline = TITLE * unit + leading * (row as f32 + 0.5) + PIXELS * unit * 0.36;
            let ink = style(Weight::Regular, PIXELS * unit, line.colour, Align::Left);
            text.draw(pixmap, &line.text, PAD * unit, baseline, ink);
        }
        if self.lines.len() > self.room {
            let track = leading * self.room as f32;
            let part = |lines: usize| track * lines as f32 / self.lines.len() as f32;
            let bar = Area {
                x: self.area.width - (PAD - 6.0) * unit,
                y: TITLE * unit + part(self.first),
                width: 6.0 * unit,
                height: part(self.room),
            };
            shape::rounded(pixmap, bar, 3.0 * unit, colour::FAINT);
        }
        let close = PageButton {
            area: self.close,
            name: &labels.close,
            rank: Rank::Main,
        };
        close.draw(painter);
    }

    /// Has the page redrawn.
    pub(crate) fn redraw(&mut self) {
        self.drawn = None;
    }

    /// Begins at the top; the finger that opened the page may still be down.
    pub(crate) fn restart(&mut self) {
        (self.first, self.drag, self.down) = (0, None, true);
        self.redraw();
    }

    /// Scrolls by some lines up (-1) or down (1).
    pub(crate) fn scroll(&mut self, direction: isize) {
        self.scroll_to(self.first as isize + STEP * direction);
    }

    fn scroll_to(&mut self, first: isize) {
        let last = self.lines.len().saturating_sub(self.room);
        self.first = first.clamp(0, last as isize) as usize;
    }

    /// Follows the pointer: a drag scrolls. Returns whether the page was left: by its button, or beside it.
    pub(crate) fn point(&mut self, pointer: Pointer) -> bool {
        let at = pointer.relative_to(self.area.origin());
        let was_down = std::mem::replace(&mut self.down, pointer.down);
        let leaves = self.close.contains(at, 0.0) || !self.area.contains(pointer.at, 0.0);
        match (was_down, pointer.down) {
            (false, true) => {
                self.drag = Some(Drag {
                    y: at[1],
                    first: self.first,
                });
            }
            (true, true) => {
                if let Some(drag) = self.drag {
                    let lines = (drag.y - at[1]) / (PIXELS * LEADING * self.unit).max(1.0);
                    self.scroll_to(drag.first as isize + lines.round() as isize);
                }
            }
            (true, false) => return self.drag.take().is_some() && leaves,
            (false, false) => {}
        }
        false
    }

    /// Blends the page onto the window.
    pub(crate) fn blend(&self, pixels: &mut [u32], size: [usize; 2], opacity: u32) {
        self.layer.blend(pixels, size, opacity);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        inference::provider::{Failure, Provider},
        overlay::state::Inference,
    };

    fn about() -> About {
        let reason = "libcudart.so.12: cannot open shared object file: No such file or directory, \
                      looked for in /usr/local/cuda-12.6/targets/aarch64-linux/lib, \
                      /usr/lib/aarch64-linux-gnu/tegra and /opt/a/very/long/path/that/is/never/cut/off";
        About {
            model: "smile-64".into(),
            inference: Some(Inference {
                provider: Provider::Cpu,
                failures: vec![Failure {
                    provider: Provider::Cuda,
                    reason: reason.into(),
                }],
                reduced: false,
            }),
            ..About::default()
        }
    }

    fn page(size: [usize; 2]) -> Details {
        let (mut page, labels) = (Details::default(), Labels::shipped().unwrap().remove(0));
        page.draw(
            Extent::new(size),
            &about(),
            &mut Text::new().unwrap(),
            &labels,
        );
        page
    }

    #[test]
    fn a_reason_is_on_the_page_whole_however_long_and_within_its_width() {
        let text = Text::new().unwrap();
        for size in [[640, 480], [1280, 720], [540, 960]] {
            let page = page(size);
            let whole: String = page
                .lines
                .iter()
                .map(|line| line.text.replace(' ', ""))
                .collect();
            for failure in about().failures() {
                assert!(
                    whole.contains(&failure.reason.replace(' ', "")),
                    "{size:?}: {whole}"
                );
            }
            for line in &page.lines {
                let width = text.width(&line.text, Weight::Regular, PIXELS * page.unit);
                assert!(
                    width <= page.area.width - 2.0 * PAD * page.unit,
                    "{size:?} {line:?}"
                );
            }
        }
    }

    #[test]
    fn a_bundle_that_cannot_tell_covered_mouths_is_named_in_every_language() {
        let text = Text::new().unwrap();
        let ink = style(Weight::Regular, 16.0, colour::TEXT, Align::Left);
        for labels in Labels::shipped().unwrap() {
            for missing in [None, Some("mouth.bin"), Some("aligner.bin")] {
                let about = About {
                    blind_for_want_of: missing,
                    ..about()
                };
                let lines = content::lines(&about, &labels, &text, ink, 10_000.0);
                let said = lines
                    .iter()
                    .find_map(|line| line.text.strip_prefix(&labels.about_no_mouth));
                assert_eq!(said.map(str::trim), missing, "{}", labels.language);
            }
        }
    }

    #[test]
    fn a_drag_and_keys_scroll_to_the_last_line_and_no_further() {
        let mut page = page([640, 480]);
        assert!(page.lines.len() > page.room);
        let last = page.lines.len() - page.room;
        for _ in 0..100 {
            page.scroll(1);
        }
        assert_eq!(page.first, last);
        let middle = page.area.middle();
        for (y, down) in [(0.0, false), (0.0, true), (2000.0, true), (2000.0, false)] {
            let at = [middle[0], middle[1] + y];
            assert!(!page.point(Pointer { at, down }) || y > 0.0);
        }
        assert_eq!(page.first, 0);
    }

    #[test]
    fn the_finger_that_opened_the_page_does_not_close_it() {
        let mut page = page([640, 480]);
        page.restart();
        let beside = [1.0, 1.0];
        assert!(!page.point(Pointer {
            at: beside,
            down: true
        }));
        assert!(!page.point(Pointer {
            at: beside,
            down: false
        }));
        assert!(!page.point(Pointer {
            at: beside,
            down: true
        }));
        assert!(page.point(Pointer {
            at: beside,
            down: false
        }));
    }
}
