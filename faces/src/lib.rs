#![doc = r"
Procedural portraits with known ground truth: training faces anyone can regenerate, and the demo camera.

```text
 take, training      which scene: a 12 s loop for the demo camera, one face per seed for training
 portrait            one person per seed, five attributes, and the truth about the picture
       │
     scene           Identity, Expression, Pose, Light, Background: all a picture depends on
       │
    anatomy          Head: Frame (pixel ─► head ─► frontal face), Outline, relief, skin, Mouth, Eye,
       │             Brow, Hair, Body, Glasses; Motion, Marks and Eyewear of portraits
    render           tiles of 32 px: fields that are smooth on a grid, sharp per pixel ─► RGB bytes;
                     `drawn` paints flat tones and ink lines from them

     math            colours, curves, bumps, noise and seeded numbers, for all of them
```

`occlusion` is what may be before a face, as a mask or a hand. In a portrait an expression moves the skin by
`Motion`, a map from the posed face back to the resting one by which the skin is painted, so that the displacement
between two expressions is known and not measured. Other pictures keep the moves of their parts.

A portrait has a [`Style`]. A drawing shows the same person: [`Proportions`] make eyes larger and mouth and chin
smaller in the anatomy itself, so that masks, landmarks and displacements are those of the drawing.

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
mod occlusion;
mod portrait;
mod render;
mod scene;
mod take;
mod training;

pub use occlusion::Cover;
pub use portrait::Portrait;
pub use portrait::camera::Camera;
pub use portrait::person::Person;
pub use portrait::random::{Framing, portrait, portrait_framed};
pub use portrait::truth::{Displacement, Part, Shot};
pub use scene::Scene;
pub use scene::attributes::{Attribute, Attributes};
pub use scene::background::Background;
pub use scene::expression::Expression;
pub use scene::feature::Feature;
pub use scene::identity::Identity;
pub use scene::light::Light;
pub use scene::looks::Looks;
pub use scene::pose::{FaceBox, Pose};
pub use scene::spectacles::Spectacles;
pub use scene::style::{Proportions, Style};
pub use take::{GroundTruth, Take};
pub use training::{training_face, training_face_with, training_scene};
