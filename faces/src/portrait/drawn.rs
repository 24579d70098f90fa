//! What a drawing makes of a person.

use crate::math::colour::{Colour, from_bytes};
use crate::math::draw::Draw;
use crate::portrait::person::Person;
use crate::scene::attributes::Attributes;
use crate::scene::identity::Identity;
use crate::scene::looks::Looks;
use crate::scene::spectacles::Spectacles;
use crate::scene::style::Proportions;

/// The person's face with the given attributes, with large eyes, a small nose and mouth, and a pointed chin.
///
/// What tells one person from another is kept, so that a wide jaw is still the wider one.
pub(crate) fn identity(person: &Person, attributes: &Attributes) -> Identity {
    let coloured = Person {
        hair: person.drawn_hair,
        iris: person.drawn_iris,
        ..*person
    };
    let natural = coloured.identity(attributes);
    let man = attributes.gender;
    Identity {
        face_width: 0.96 * natural.face_width,
        jaw_squareness: -0.95 + 0.9 * natural.jaw_squareness,
        jaw_taper: 1.7 + 1.3 * natural.jaw_taper,
        eye_spacing: 1.07 * natural.eye_spacing,
        eye_size: (1.78 - 0.32 * man) * natural.eye_size,
        brow_thickness: (0.56 + 0.14 * man) * natural.brow_thickness,
        nose_width: 0.45 * natural.nose_width,
        hairline: natural.hairline - 0.40,
        mouth_width: 0.63 * natural.mouth_width,
        lip_fullness: 0.22 + 0.04 * natural.lip_fullness,
        hair_volume: (0.75 + 0.6 * natural.hair_volume).min(1.6),
        proportions: Proportions::DRAWN,
        ..natural
    }
}

/// The person's details in a drawing.
pub(crate) fn looks(natural: &Looks) -> Looks {
    let made = natural.spectacles;
    Looks {
        clumps: 1.0,
        frame_shadow: 0.009,
        spectacles: Spectacles {
            // Lenses as large as the eyes, with a rim that is no thinner than a line.
            lens: [1.10 * made.lens[0], 1.28 * made.lens[1]],
            rim: made.rim.max(0.009),
            ..made
        },
        ..*natural
    }
}

/// Hair for drawings: the person's own, but purer, or a colour that nobody has.
pub(crate) fn hair(d: &mut Draw, own: Colour) -> Colour {
    const UNUSUAL: [Colour; 9] = [
        from_bytes(84, 128, 208),
        from_bytes(58, 74, 138),
        from_bytes(240, 150, 184),
        from_bytes(204, 210, 224),
        from_bytes(142, 108, 196),
        from_bytes(82, 186, 176),
        from_bytes(124, 190, 112),
        from_bytes(206, 66, 70),
        from_bytes(246, 160, 76),
    ];
    let unusual = d.chance(0.5);
    let picked = d.pick(&UNUSUAL);
    if unusual {
        return picked;
    }
    let grey = (own[0] + own[1] + own[2]) / 3.0;
    own.map(|v| (grey + 1.25 * (v - grey)).max(0.0) * 1.7 + 0.012)
}

/// Eyes for drawings.
pub(crate) fn iris(d: &mut Draw) -> Colour {
    const COLOURS: [Colour; 8] = [
        from_bytes(70, 130, 216),
        from_bytes(84, 176, 116),
        from_bytes(200, 74, 78),
        from_bytes(150, 96, 204),
        from_bytes(208, 146, 56),
        from_bytes(146, 92, 58),
        from_bytes(64, 176, 196),
        from_bytes(120, 128, 150),
    ];
    d.pick(&COLOURS)
}
