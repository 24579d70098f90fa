//! Icons, drawn on a grid of 24 by 24.

use super::{colour::Colour, shape};
use tiny_skia::{Path, PathBuilder, Pixmap};

/// What an icon shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Icon {
    /// An eye: the picture as it is.
    Eye,
    /// A frame in two halves.
    Halves,
    Smile,
    Camera,
    /// Two triangles that face each other.
    Flip,
    /// An arrow back.
    Back,
    Question,
    Tick,
    Bin,
    /// A shield with a tick.
    Shield,
    /// A warning triangle.
    Warning,
    /// A groove with a knob.
    Slider,
}

/// Cells on a side of the grid.
const GRID: f32 = 24.0;
/// Width of the lines, in cells.
const LINE: f32 = 2.0;

/// Draws an icon of `size` pixels around `centre`.
pub(crate) fn draw(pixmap: &mut Pixmap, icon: Icon, centre: [f32; 2], size: f32, colour: Colour) {
    let grid = Grid::new(centre, size);
    let line = LINE * grid.scale;
    let mut pen = Pen::new(grid);
    icon.trace(&mut pen);
    if let Some(path) = pen.path.finish() {
        shape::line(pixmap, &path, line, colour);
    }
    if let Some(corners) = icon.solid() {
        let mut pen = Pen::new(grid);
        pen.polygon(corners);
        if let Some(path) = pen.path.finish() {
            shape::filled(pixmap, &path, colour);
            shape::line(pixmap, &path, line, colour);
        }
    }
}

impl Icon {
    /// Draws the lines.
    fn trace(self, pen: &mut Pen) {
        match self {
            Self::Eye => eye(pen),
            Self::Halves => halves(pen),
            Self::Smile => smile(pen),
            Self::Camera => camera(pen),
            Self::Flip => flip(pen),
            Self::Back => back(pen),
            Self::Question => question(pen),
            Self::Tick => tick(pen),
            Self::Bin => bin(pen),
            Self::Shield => shield(pen),
            Self::Warning => warning(pen),
            Self::Slider => slider(pen),
        }
    }

    /// Corners of the filled part, if any.
    fn solid(self) -> Option<&'static [[f32; 2]]> {
        match self {
            Self::Halves => Some(&[[12.0, 5.0], [21.0, 5.0], [21.0, 19.0], [12.0, 19.0]]),
            Self::Flip => Some(&[[15.0, 6.0], [15.0, 18.0], [21.5, 18.0]]),
            _ => None,
        }
    }
}

fn eye(pen: &mut Pen) {
    pen.curve(&[[1.5, 12.0], [5.0, 6.8], [8.2, 5.0], [12.0, 5.0]]);
    pen.bend([15.8, 5.0], [19.0, 6.8], [22.5, 12.0]);
    pen.bend([19.0, 17.2], [15.8, 19.0], [12.0, 19.0]);
    pen.bend([8.2, 19.0], [5.0, 17.2], [1.5, 12.0]);
    pen.circle([12.0, 12.0], 3.2);
}

fn halves(pen: &mut Pen) {
    pen.polygon(&[[3.0, 5.0], [21.0, 5.0], [21.0, 19.0], [3.0, 19.0]]);
}

fn smile(pen: &mut Pen) {
    pen.circle([12.0, 12.0], 9.5);
    pen.circle([8.7, 9.6], 0.5);
    pen.circle([15.3, 9.6], 0.5);
    pen.start([7.5, 14.2]);
    pen.bend([9.4, 17.6], [14.6, 17.6], [16.5, 14.2]);
}

fn camera(pen: &mut Pen) {
    pen.polygon(&[
        [2.5, 7.5],
        [7.0, 7.5],
        [9.0, 4.5],
        [15.0, 4.5],
        [17.0, 7.5],
        [21.5, 7.5],
        [21.5, 19.5],
        [2.5, 19.5],
    ]);
    pen.circle([12.0, 13.2], 3.6);
}

fn flip(pen: &mut Pen) {
    pen.polygon(&[[9.0, 6.0], [9.0, 18.0], [2.5, 18.0]]);
    pen.lines(&[[12.0, 3.0], [12.0, 21.0]]);
}

fn back(pen: &mut Pen) {
    pen.lines(&[[3.8, 4.2], [3.8, 9.6], [9.2, 9.6]]);
    pen.start([4.2, 9.2]);
    pen.bend([5.6, 5.6], [9.0, 3.6], [12.5, 3.6]);
    pen.bend([17.2, 3.6], [20.9, 7.4], [20.9, 12.0]);
    pen.bend([20.9, 16.7], [17.2, 20.4], [12.5, 20.4]);
    pen.bend([9.0, 20.4], [6.0, 18.4], [4.7, 15.4]);
}

fn question(pen: &mut Pen) {
    pen.circle([12.0, 12.0], 9.5);
    pen.start([9.3, 9.4]);
    pen.bend([9.3, 7.6], [10.5, 6.7], [12.0, 6.7]);
    pen.bend([13.6, 6.7], [14.8, 7.7], [14.8, 9.2]);
    pen.bend([14.8, 11.2], [12.0, 11.6], [12.0, 13.6]);
    pen.circle([12.0, 17.0], 0.4);
}

fn tick(pen: &mut Pen) {
    pen.lines(&[[4.0, 12.8], [9.6, 18.2], [20.0, 6.4]]);
}

fn bin(pen: &mut Pen) {
    pen.lines(&[[3.5, 6.5], [20.5, 6.5]]);
    pen.lines(&[[8.8, 6.5], [9.4, 3.5], [14.6, 3.5], [15.2, 6.5]]);
    pen.lines(&[[5.6, 6.5], [6.8, 20.5], [17.2, 20.5], [18.4, 6.5]]);
}

fn shield(pen: &mut Pen) {
    pen.start([12.0, 2.5]);
    pen.bend([14.5, 4.3], [17.2, 5.2], [20.2, 5.4]);
    pen.bend([20.6, 13.0], [17.8, 18.8], [12.0, 21.5]);
    pen.bend([6.2, 18.8], [3.4, 13.0], [3.8, 5.4]);
    pen.bend([6.8, 5.2], [9.5, 4.3], [12.0, 2.5]);
    pen.lines(&[[8.4, 11.8], [11.2, 14.6], [15.8, 9.2]]);
}

fn warning(pen: &mut Pen) {
    pen.polygon(&[[12.0, 3.5], [21.5, 20.0], [2.5, 20.0]]);
    pen.lines(&[[12.0, 10.0], [12.0, 14.2]]);
    pen.circle([12.0, 17.0], 0.3);
}

fn slider(pen: &mut Pen) {
    pen.lines(&[[2.0, 12.0], [9.0, 12.0]]);
    pen.lines(&[[18.0, 12.0], [22.0, 12.0]]);
    pen.circle([13.5, 12.0], 4.5);
}

/// The mouth of [`Icon::Smile`] alone, `width` pixels wide around `centre`.
pub(crate) fn mouth(centre: [f32; 2], width: f32) -> Option<Path> {
    let [x, y] = centre;
    let half = width * 0.5;
    let mut path = PathBuilder::new();
    path.move_to(x - half, y - half * 0.3);
    let (left, right, low) = (x - half * 0.55, x + half * 0.55, y + half * 0.62);
    path.cubic_to(left, low, right, low, x + half, y - half * 0.3);
    path.finish()
}

/// Where the grid lies on the pixmap.
#[derive(Debug, Clone, Copy)]
struct Grid {
    /// Upper left corner, in pixels.
    origin: [f32; 2],
    /// Pixels per cell.
    scale: f32,
}

impl Grid {
    fn new([x, y]: [f32; 2], size: f32) -> Self {
        Self {
            origin: [x - size * 0.5, y - size * 0.5],
            scale: size / GRID,
        }
    }

    fn place(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        [
            self.origin[0] + x * self.scale,
            self.origin[1] + y * self.scale,
        ]
    }
}

/// Collects a path whose points are given in cells.
struct Pen {
    path: PathBuilder,
    grid: Grid,
}

impl Pen {
    fn new(grid: Grid) -> Self {
        Self {
            path: PathBuilder::new(),
            grid,
        }
    }

    fn start(&mut self, at: [f32; 2]) {
        let [x, y] = self.grid.place(at);
        self.path.move_to(x, y);
    }

    fn bend(&mut self, first: [f32; 2], second: [f32; 2], to: [f32; 2]) {
        let [[x1, y1], [x2, y2], [x, y]] = [first, second, to].map(|point| self.grid.place(point));
        self.path.cubic_to(x1, y1, x2, y2, x, y);
    }

    /// Starts at the first point and bends to the last.
    fn curve(&mut self, points: &[[f32; 2]; 4]) {
        self.start(points[0]);
        self.bend(points[1], points[2], points[3]);
    }

    fn lines(&mut self, points: &[[f32; 2]]) {
        for (index, &point) in points.iter().enumerate() {
            let [x, y] = self.grid.place(point);
            if index == 0 {
                self.path.move_to(x, y);
            } else {
                self.path.line_to(x, y);
            }
        }
    }

    fn polygon(&mut self, points: &[[f32; 2]]) {
        self.lines(points);
        self.path.close();
    }

    fn circle(&mut self, centre: [f32; 2], radius: f32) {
        let [x, y] = self.grid.place(centre);
        self.path.push_circle(x, y, radius * self.grid.scale);
    }
}
