//! The building block of everything smooth: an elliptic hill without tails.

use crate::math::curve::{positive, sine_cosine_degrees};

/// `amount` at the centre, falling smoothly to 0 at the rim of an ellipse.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Bump {
    centre: [f32; 2],
    /// First row: along the first radius; second row: along the second. Already divided by the radii.
    axes: [[f32; 2]; 2],
    reach: f32,
    /// Value at the centre.
    pub amount: f32,
}

impl Bump {
    /// Radii along `x` and `y`.
    pub(crate) fn new(centre: [f32; 2], radii: [f32; 2], amount: f32) -> Self {
        Self::turned(centre, radii, 0.0, amount)
    }

    /// With the first radius turned clockwise by `degrees` from the `x` axis.
    pub(crate) fn turned(centre: [f32; 2], radii: [f32; 2], degrees: f32, amount: f32) -> Self {
        let (s, c) = sine_cosine_degrees(degrees);
        Self {
            centre,
            axes: [[c / radii[0], s / radii[0]], [-s / radii[1], c / radii[1]]],
            reach: radii[0].max(radii[1]),
            amount,
        }
    }

    /// The same on the other side of the nose line.
    pub(crate) fn mirrored(&self) -> Self {
        let [[a, b], [c, d]] = self.axes;
        Self {
            centre: [-self.centre[0], self.centre[1]],
            axes: [[a, -b], [c, -d]],
            ..*self
        }
    }

    /// The same moved by `offset`.
    pub(crate) fn moved(&self, offset: [f32; 2]) -> Self {
        Self {
            centre: [self.centre[0] + offset[0], self.centre[1] + offset[1]],
            ..*self
        }
    }

    /// Value at a point.
    #[inline]
    pub(crate) fn at(&self, x: f32, y: f32) -> f32 {
        let (dx, dy) = (x - self.centre[0], y - self.centre[1]);
        let u = dx * self.axes[0][0] + dy * self.axes[0][1];
        let v = dx * self.axes[1][0] + dy * self.axes[1][1];
        let k = positive(1.0 - u * u - v * v);
        self.amount * k * k
    }

    /// Whether any point of the rectangle `[x0, y0, x1, y1]` may lie inside.
    pub(crate) fn touches(&self, area: [f32; 4]) -> bool {
        let [x, y] = self.centre;
        x + self.reach > area[0]
            && x - self.reach < area[2]
            && y + self.reach > area[1]
            && y - self.reach < area[3]
    }
}

/// Most bumps one field of a head may have.
const CAPACITY: usize = 72;

/// A sum of bumps, each with a payload, without heap memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bumps<T> {
    items: [(Bump, T); CAPACITY],
    count: usize,
}

impl<T: Copy + Default> Bumps<T> {
    /// No bumps.
    pub(crate) fn new() -> Self {
        Self {
            items: [(Bump::default(), T::default()); CAPACITY],
            count: 0,
        }
    }

    /// Adds one; nothing is added when its amount is 0 or the list is full.
    pub(crate) fn push(&mut self, bump: Bump, payload: T) {
        debug_assert!(self.count < CAPACITY, "more bumps than CAPACITY");
        if bump.amount != 0.0 && self.count < CAPACITY {
            self.items[self.count] = (bump, payload);
            self.count += 1;
        }
    }

    /// Adds one on each side of the nose line.
    pub(crate) fn push_pair(&mut self, bump: Bump, payload: T) {
        self.push(bump, payload);
        self.push(bump.mirrored(), payload);
    }

    /// Those that may touch the rectangle `[x0, y0, x1, y1]`.
    pub(crate) fn touching(&self, area: [f32; 4]) -> impl Iterator<Item = &(Bump, T)> {
        self.items[..self.count]
            .iter()
            .filter(move |(bump, _)| bump.touches(area))
    }
}
