#![doc = r#"
The aligner: puts the square around a face where the model's training images had it.

```text
 picture ──► Patch (40 x 40, seen through the square) ──► features (gradient histograms)
                ▲                                             │  4 stages, each one matrix
                └───────────── corrected Square ◄─────────────┘
```

Cascaded regression as in the supervised descent method (Xiong and De la Torre, 2013), but of a similarity
transform instead of landmarks: `trainer fit-aligner` moves squares on training images at random and every
stage learns to undo the move from what is seen through the moved square. `edge` runs it on every frame.
"#]

pub mod cascade;
pub mod file;
pub mod grey;
pub mod patch;
pub mod square;

pub use cascade::{Aligner, Alignment, Stage};
pub use grey::Grey;
pub use patch::{FEATURES, Features, Patch};
pub use square::{Correction, Square};
