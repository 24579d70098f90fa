//! Pictures and settings for whole training runs in a second.

use std::{fs, path::Path};

const SIZE: u32 = 32;

/// Settings of a run of two steps on pictures of 32 px, on top of a file that ships.
const SETTINGS: &str = "
[architecture]
image_size = 32
stem_channels = 4
max_conv_dim = 8
classifier_channels = 4
[data]
synthetic_faces_per_domain = 2
[classifier]
steps = 2
batch_size = 4
[schedule]
steps = 2
batch_size = 2
checkpoint_interval = 2
discriminator_head_start = 1
[evaluation]
interval = 0
";

/// Three faces per domain, to learn from and to be judged on.
pub fn faces(folder: &Path) {
    for split in ["train", "test"] {
        for (domain, smile) in [("neutral", 0.0), ("smiling", 1.0)] {
            let folder = folder.join(split).join(domain);
            fs::create_dir_all(&folder).unwrap();
            for seed in 0..3 {
                let face = faces::training_face(seed, smile, SIZE);
                face.save(folder.join(format!("{seed}.png"))).unwrap();
            }
        }
    }
}

pub fn face(path: &Path) {
    faces::training_face(9, 0.5, SIZE).save(path).unwrap();
}

/// Writes the settings to `path`.
pub fn settings(path: &Path) {
    let base = tests::workspace().join("trainer/configs/smile-64.toml");
    let base = base.canonicalize().unwrap();
    fs::write(path, format!("base = \"{}\"\n{SETTINGS}", base.display())).unwrap();
}
