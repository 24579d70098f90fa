//! A rectangle.

/// A rectangle in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Area {
    /// Left edge.
    pub(crate) x: f32,
    /// Upper edge.
    pub(crate) y: f32,
    pub(crate) width: f32,
    pub(crate) height: f32,
}

impl Area {
    /// A rectangle of `size` at the origin.
    pub(crate) fn sized([width, height]: [f32; 2]) -> Self {
        Self {
            width,
            height,
            ..Self::default()
        }
    }

    /// Whether a point lies inside the rectangle grown by `margin` pixels on each side.
    pub(crate) fn contains(&self, [x, y]: [f32; 2], margin: f32) -> bool {
        (self.x - margin..self.x + self.width + margin).contains(&x)
            && (self.y - margin..self.y + self.height + margin).contains(&y)
    }

    pub(crate) fn origin(&self) -> [f32; 2] {
        [self.x, self.y]
    }

    pub(crate) fn size(&self) -> [f32; 2] {
        [self.width, self.height]
    }

    pub(crate) fn middle(&self) -> [f32; 2] {
        [self.x + self.width * 0.5, self.y + self.height * 0.5]
    }

    /// Moved by an offset.
    pub(crate) fn moved(self, [x, y]: [f32; 2]) -> Self {
        Self {
            x: self.x + x,
            y: self.y + y,
            ..self
        }
    }

    /// With every number multiplied: from design pixels to window pixels.
    pub(crate) fn scaled(self, unit: f32) -> Self {
        Self {
            x: self.x * unit,
            y: self.y * unit,
            width: self.width * unit,
            height: self.height * unit,
        }
    }
}
