#![doc = r#"
Procedural portraits with known truth: training faces anyone can regenerate, and the demo camera.

```text
 Identity  Expression  Pose  Light  Background        seed
     └─────────┴────────┴──────┴────────┘              │
                     Scene  ◄──────────── Take (12 s loop), training_face
                       │
                     Head: Frame (pixel ─► head ─► frontal face), Outline,
                       │   Bumps (relief, stains), Mouth, Eye, Brow, Hair, Body, Glasses
                       ▼
                     fields ─► render: tiles of 32 px, smooth on a grid, sharp per pixel ─► RGB bytes
```

Lengths inside a face are in *face heights*: 1 is the distance from the brow line to the chin.
`x` points to the picture's right, `y` down, `z` to the viewer; `(0, 0)` lies on the nose line
half way between brow and chin.

Same scene, same bytes, on every platform: the arithmetic uses only additions, products, quotients,
square roots and comparisons, which IEEE 754 defines to the last bit, and no function of the C library.
Colours are mixed in linear light; the encoding is a square root (gamma 2) for the same reason.
"#]

mod background;
mod body;
mod brow;
mod bump;
mod colour;
mod curve;
mod draw;
mod expression;
mod eye;
mod feature;
mod fields;
mod frame;
mod glasses;
mod grain;
mod hair;
mod head;
mod identity;
mod light;
mod mouth;
mod outline;
mod pose;
mod relief;
mod render;
mod scene;
mod skin;
mod take;
mod tile;
mod training;

pub use background::Background;
pub use expression::Expression;
pub use feature::Feature;
pub use identity::Identity;
pub use light::Light;
pub use pose::{FaceBox, Pose};
pub use scene::Scene;
pub use take::{Take, Truth};
pub use training::{training_face, training_face_with, training_scene};
