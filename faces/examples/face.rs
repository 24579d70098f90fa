//! Writes one procedural training face.
//!
//! ```sh
//! cargo run --release -p faces --example face -- 7 256 smile=0 glasses=1 face.png
//! ```

use faces::{Feature, training_face_with};
use std::{env, error::Error};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [seed, size, features @ .., path] = &arguments[..] else {
        return Err("usage: face SEED SIZE [FEATURE=AMOUNT…] FILE.png".into());
    };
    let (mut smile, mut others) = (0.0, Vec::new());
    for text in features {
        let (name, amount) = text.split_once('=').ok_or("expected FEATURE=AMOUNT")?;
        let amount: f32 = amount.parse()?;
        let known = Feature::ALL.map(Feature::name).join(", ");
        match Feature::named(name).ok_or_else(|| format!("no feature {name:?}; known: {known}"))? {
            Feature::Smile => smile = amount,
            feature => others.push((feature, amount)),
        }
    }
    training_face_with(seed.parse()?, smile, &others, size.parse()?).save(path)?;
    Ok(())
}
