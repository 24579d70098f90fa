//! The five attributes of a portrait, each independent of all else.

use serde::{Deserialize, Serialize};

/// How much of each attribute a portrait shows, 0..=1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attributes {
    /// 0 neutral to 1 smiling with teeth, raised cheeks and narrowed eyes.
    pub smile: f32,
    /// 0 female to 1 male.
    pub gender: f32,
    /// 0 about 18 years to 1 about 80 years: wrinkles, sagging, grey hair, spots.
    pub age: f32,
    /// 0 free forehead to 1 hair down to the brows.
    pub bangs: f32,
    /// 0 bare to 1 eyeglasses.
    pub eyeglasses: f32,
}

/// One of the five.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Attribute {
    /// [`Attributes::smile`].
    Smile,
    /// [`Attributes::gender`].
    Gender,
    /// [`Attributes::age`].
    Age,
    /// [`Attributes::bangs`].
    Bangs,
    /// [`Attributes::eyeglasses`].
    Eyeglasses,
}

impl Attribute {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Smile,
        Self::Gender,
        Self::Age,
        Self::Bangs,
        Self::Eyeglasses,
    ];

    /// Name, e.g. `smile`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Smile => "smile",
            Self::Gender => "gender",
            Self::Age => "age",
            Self::Bangs => "bangs",
            Self::Eyeglasses => "eyeglasses",
        }
    }

    /// Names of its domains: without the attribute, with it.
    #[must_use]
    pub const fn domains(self) -> [&'static str; 2] {
        match self {
            Self::Smile => ["neutral", "smiling"],
            Self::Gender => ["female", "male"],
            Self::Age => ["young", "older"],
            Self::Bangs => ["forehead", "bangs"],
            Self::Eyeglasses => ["bare", "glasses"],
        }
    }

    /// The attribute called `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|attribute| attribute.name() == name)
    }

    /// How much of it `attributes` have.
    #[must_use]
    pub const fn of(self, attributes: &Attributes) -> f32 {
        match self {
            Self::Smile => attributes.smile,
            Self::Gender => attributes.gender,
            Self::Age => attributes.age,
            Self::Bangs => attributes.bangs,
            Self::Eyeglasses => attributes.eyeglasses,
        }
    }

    /// Gives `attributes` another amount of it, brought into 0..=1.
    pub fn set(self, attributes: &mut Attributes, amount: f32) {
        let place = match self {
            Self::Smile => &mut attributes.smile,
            Self::Gender => &mut attributes.gender,
            Self::Age => &mut attributes.age,
            Self::Bangs => &mut attributes.bangs,
            Self::Eyeglasses => &mut attributes.eyeglasses,
        };
        *place = amount.clamp(0.0, 1.0);
    }
}
