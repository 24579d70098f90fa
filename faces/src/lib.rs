#![doc = r"
Procedural portraits with known ground truth: training faces anyone can regenerate, and the demo camera.

```text
 take, training      which scene: a 12 s loop for the demo camera, one face per seed for training
       │
     scene           Identity, Expression, Pose, Light, Background: all a picture depends on
       │
    anatomy          Head: Frame (pixel ─► head ─► frontal face), Outline, relief, skin, Mouth, Eye,
       │             Brow, Hair, Body, Glasses
    render           tiles of 32 px: fields that are smooth on a grid, sharp per pixel ─► RGB bytes

     math            colours, curves, bumps, noise and seeded numbers, for all of them
```

`take` and `training` make scenes; `render` knows `anatomy`, which knows `scene`, and all know `math`. The same scene gives the same bytes:

```
let smiling = faces::training_face(7, 1.0, 64);
assert_eq!(smiling.dimensions(), (64, 64));
assert_eq!(smiling, faces::training_face(7, 1.0, 64));
assert_ne!(smiling, faces::training_face(7, 0.0, 64));
```

Lengths inside a face are in *face heights*: 1 is the distance from the brow line to the chin.
`x` points to the picture's right, `y` down, `z` to the viewer; `(0, 0)` lies on the nose line
half way between brow and chin.

Same scene, same bytes, on every platform: the arithmetic uses only additions, products, quotients,
square roots and comparisons, which IEEE 754 defines to the last bit, and no function of the C library.
Colours are mixed in linear light; the encoding is a square root (gamma 2) for the same reason.
"]
#![warn(unreachable_pub)]

mod anatomy;
mod math;
mod render;
mod scene;
mod take;
mod training;

pub use scene::Scene;
pub use scene::background::Background;
pub use scene::expression::Expression;
pub use scene::feature::Feature;
pub use scene::identity::Identity;
pub use scene::light::Light;
pub use scene::pose::{FaceBox, Pose};
pub use take::{GroundTruth, Take};
pub use training::{training_face, training_face_with, training_scene};
