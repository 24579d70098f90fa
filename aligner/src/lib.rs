#![doc = r"
The aligner: puts the square around a face where the model's training images had it.

```text
 picture ──► Patch (40 x 40, seen through the square) ──► features (gradient histograms)
                ▲                                             │  4 stages, each one matrix
                └───────────── corrected Square ◄─────────────┘
```

Cascaded regression as in the supervised descent method (Xiong and De la Torre, 2013), but of a similarity
transform instead of landmarks: `trainer fit-aligner` moves squares on training images at random and every
stage learns to undo the move from what is seen through the moved square. `edge` runs it on every frame.

A square, what moves it onto another, and where its points lie on the picture:

```
use aligner::Square;

let found = Square::upright([320.0, 240.0], 100.0);
let face = Square { roll: 0.2, ..Square::upright([330.0, 250.0], 120.0) };
let correction = found.correction_to(face);
assert!((correction.roll - 0.2).abs() < 1e-6);
assert!((found.corrected(correction).side - face.side).abs() < 1e-3);
assert_eq!(found.frame_from_crop([-0.5, -0.5]), [270.0, 190.0]);
```
"]
#![warn(unreachable_pub)]

mod cascade;
mod file;
pub mod grey;
mod patch;
pub mod square;

pub use cascade::{Aligner, Alignment, Stage};
pub use grey::Grey;
pub use patch::{FEATURES, Features, Patch};
pub use square::{Correction, Square};
