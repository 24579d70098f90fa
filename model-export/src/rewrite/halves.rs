//! Sums and differences of even and odd rows or columns.

use crate::graph::{Node, op::Op};

/// Makes sums and differences of the even and odd rows or columns.
pub(super) struct Halves<'a> {
    /// What the names of the nodes start with.
    pub name: &'a str,
    /// The nodes.
    pub made: &'a mut Vec<Node>,
}

impl Halves<'_> {
    /// Appends a node and returns its name.
    pub(super) fn push(&mut self, part: &str, op: Op, inputs: &[&str]) -> String {
        let node = Node::new(format!("{}.{part}", self.name), op, inputs);
        let name = node.name.clone();
        self.made.push(node);
        name
    }

    /// Of `x`, whose first `channels` channels are the even rows (`axis` 1) or columns (2) and whose
    /// others are the odd ones, `length` of each: `odd[i-1] - odd[i]`, `even[i] + odd[i]`,
    /// `even[i+1] - even[i]`.
    pub(super) fn pooled(
        &mut self,
        x: &str,
        label: &str,
        axis: usize,
        channels: usize,
        length: usize,
    ) -> [String; 3] {
        let part = |part: &str| format!("{label}.{part}");
        let [even, odd] = self.split(x, label, channels);
        let before = self.moved(&part("odd.before"), &odd, axis, length, 0);
        let after = self.moved(&part("even.after"), &even, axis, length, 1);
        [
            self.push(&part("first"), Op::Subtract, &[&before, &odd]),
            self.push(&part("sum"), Op::Add, &[&even, &odd]),
            self.push(&part("last"), Op::Subtract, &[&after, &even]),
        ]
    }

    /// As [`Halves::pooled`]: `odd[i-1] - odd[i]`, `even[i] + odd[i]`, `odd[i] - even[i]`,
    /// `even[i] - even[i+1]`.
    pub(super) fn tiled(
        &mut self,
        x: &str,
        label: &str,
        axis: usize,
        channels: usize,
        length: usize,
    ) -> [String; 4] {
        let part = |part: &str| format!("{label}.{part}");
        let [even, odd] = self.split(x, label, channels);
        let before = self.moved(&part("odd.before"), &odd, axis, length, 0);
        let after = self.moved(&part("even.after"), &even, axis, length, 1);
        [
            self.push(&part("first"), Op::Subtract, &[&before, &odd]),
            self.push(&part("sum"), Op::Add, &[&even, &odd]),
            self.push(&part("difference"), Op::Subtract, &[&odd, &even]),
            self.push(&part("last"), Op::Subtract, &[&even, &after]),
        ]
    }

    fn split(&mut self, x: &str, label: &str, channels: usize) -> [String; 2] {
        let halves = [("even", 0), ("odd", channels)];
        halves.map(|(name, start)| {
            let half = Op::channels(start, start + channels);
            self.push(&format!("{label}.{name}"), half, &[x])
        })
    }

    /// Each row or column's neighbour before (`side` 0) or after (1); 0 beyond the border.
    fn moved(&mut self, name: &str, x: &str, axis: usize, length: usize, side: usize) -> String {
        // Top, left, bottom, right.
        let mut pads = [0; 4];
        pads[2 * side + axis - 1] = 1;
        let padded = self.push(&format!("{name}.padded"), Op::Pad { pads }, &[x]);
        let op = Op::Slice {
            axis,
            start: side,
            end: side + length,
        };
        self.push(name, op, &[&padded])
    }
}
