//! What the screen says, one file per language.

use crate::error::EdgeError;
use model_spec::Attribute;
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    env,
    ffi::OsStr,
    fmt, fs,
    path::{Path, PathBuf},
    str::FromStr,
};

/// Name on the command line and text of every language that ships.
const SHIPPED: [(&str, &str); 3] = [
    ("en", include_str!("../../../labels/en.toml")),
    ("zh", include_str!("../../../labels/zh.toml")),
    ("de", include_str!("../../../labels/de.toml")),
];

/// What `--language` asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Language {
    /// That of the environment if it ships, else English.
    #[default]
    Auto,
    /// One that ships: an index into the list of [`Labels::shipped`].
    Shipped(usize),
    /// A file with the same keys as `edge/labels/en.toml`.
    File(PathBuf),
}

impl FromStr for Language {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let shipped = SHIPPED.iter().position(|(name, _)| *name == text);
        match shipped {
            Some(index) => Ok(Self::Shipped(index)),
            None if text == "auto" => Ok(Self::Auto),
            None if Path::new(text).extension() == Some(OsStr::new("toml")) => {
                Ok(Self::File(text.into()))
            }
            None => Err("expected auto, en, zh, de or the path of a .toml file".into()),
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => formatter.write_str("auto"),
            Self::Shipped(index) => formatter.write_str(SHIPPED[*index].0),
            Self::File(path) => path.display().fmt(formatter),
        }
    }
}

macro_rules! labels {
    ($($name:ident)*) => {
        /// Every text of the screen; `edge/labels/en.toml` shows each one.
        #[derive(Debug, Clone, PartialEq, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[allow(missing_docs)] // The English file says what each one is.
        pub(crate) struct Labels {
            $(pub(crate) $name: String,)*
            pub(crate) attributes: BTreeMap<String, String>,
            pub(crate) values: BTreeMap<String, String>,
        }

        impl Labels {
            /// Key and text of all that is drawn.
            pub(crate) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
                let single = [$((stringify!($name), &self.$name),)*].into_iter();
                let tables = self.attributes.iter().chain(&self.values);
                let tables = tables.map(|(name, text)| (name.as_str(), text));
                single.chain(tables).map(|(name, text)| (name, text.as_str()))
            }
        }
    };
}

labels! {
    language
    unchanged compare compare_hint split copy photo flip reset help
    edited before recording
    starting no_face clip_ended fallback camera_away camera_returns
    camera_missing camera_silent camera_unusable camera_comes preparing spared
    copied copy_undone copy_needs_face
    photo_needs_picture photo_kept photo_discarded photo_failed recording_failed
    photo_question photo_note keep discard
    attract_title attract_hint promise promise_recording
    help_title help_slider help_compare help_split help_copy help_photo help_flip
    help_reset help_language help_full_screen help_details help_quit
    key_space key_enter key_slider key_choose key_focus key_press close
    details_title about_version about_model about_provider about_not about_source about_no_mouth
}

impl Labels {
    /// All languages that ship, in order.
    ///
    /// # Errors
    /// [`EdgeError::Internal`] when the program was built with a broken file.
    pub(crate) fn shipped() -> Result<Vec<Self>, EdgeError> {
        let read = |(name, text): &(&str, &str)| {
            toml::from_str(text)
                .map_err(|error| EdgeError::Internal(format!("labels {name}: {error}")))
        };
        SHIPPED.iter().map(read).collect()
    }

    /// Reads a language file.
    ///
    /// # Errors
    /// [`EdgeError::File`] naming the key that is missing, unknown or no text.
    pub(crate) fn read(path: &Path) -> Result<Self, EdgeError> {
        let text = fs::read_to_string(path).map_err(|error| EdgeError::file(path, error))?;
        toml::from_str(&text).map_err(|error| EdgeError::file(path, error.to_string().trim_end()))
    }

    /// All languages to offer, and the index of the one that `language` asks for.
    ///
    /// # Errors
    /// Those of [`Labels::read`].
    pub(crate) fn offered(language: &Language) -> Result<(Vec<Self>, usize), EdgeError> {
        let mut all = Self::shipped()?;
        let first = match language {
            Language::Auto => {
                let names = ["LC_ALL", "LC_MESSAGES", "LANG"];
                let locale = names
                    .into_iter()
                    .find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()));
                of_locale(&locale.unwrap_or_default())
            }
            Language::Shipped(index) => *index,
            Language::File(path) => {
                all.insert(0, Self::read(path)?);
                0
            }
        };
        Ok((all, first))
    }

    /// Name of an attribute.
    #[must_use]
    pub(crate) fn attribute<'a>(&'a self, attribute: &'a Attribute) -> &'a str {
        let name = self.attributes.get(&attribute.name);
        name.unwrap_or(&attribute.label)
    }

    /// Name of one end of an attribute.
    #[must_use]
    pub(crate) fn value<'a>(&'a self, value: &'a str) -> &'a str {
        self.values.get(value).map_or(value, String::as_str)
    }
}

/// Index of the shipped language of a POSIX locale such as `de_AT.UTF-8`; English for others.
fn of_locale(locale: &str) -> usize {
    let language = locale.split(['_', '.', '@']).next().unwrap_or_default();
    let known = SHIPPED.iter().position(|(name, _)| *name == language);
    known.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::overlay::widget::text::Text;

    #[test]
    fn every_shipped_language_is_whole_and_the_fonts_can_draw_it() {
        let text = Text::new().unwrap();
        for labels in Labels::shipped().unwrap() {
            for (key, line) in labels.texts() {
                assert!(
                    !line.trim().is_empty(),
                    "{}: {key} is empty",
                    labels.language
                );
                let missing = text.missing(line);
                let hint = "edge/fonts/subset-chinese.sh cuts a new font";
                assert_eq!(
                    missing, None,
                    "{}: {key}: {line:?}; {hint}",
                    labels.language
                );
            }
        }
        assert_eq!(text.missing("a\u{10ffff}"), Some('\u{10ffff}'));
    }

    #[test]
    fn the_locale_chooses_a_language_and_english_is_for_all_others() {
        let names = ["de_AT.UTF-8", "zh_CN", "fr_FR", "C.UTF-8", "", "den"];
        assert_eq!(names.map(of_locale), [2, 1, 0, 0, 0, 0]);
    }

    #[test]
    fn languages_are_read_back_from_their_own_names() {
        for name in ["auto", "en", "zh", "de", "own.toml"] {
            assert_eq!(name.parse::<Language>().unwrap().to_string(), name);
        }
        assert!("klingon".parse::<Language>().is_err());
    }

    #[test]
    fn damaged_language_files_are_refused_or_read() {
        let text = Text::new().unwrap();
        let seeds = SHIPPED.map(|(_, text)| text.as_bytes());
        fuzz::check("language", &seeds, |input| {
            let read = std::str::from_utf8(input);
            let labels = read.ok().and_then(|it| toml::from_str::<Labels>(it).ok());
            for (_, line) in labels.iter().flat_map(Labels::texts) {
                text.missing(line);
            }
        });
    }

    #[test]
    fn a_language_file_with_a_wrong_key_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.toml");
        let wrong = SHIPPED[0].1.replace("keep =", "kepe =");
        fs::write(&path, wrong).unwrap();
        let error = Labels::read(&path).unwrap_err().to_string();
        assert!(
            error.contains("own.toml") && error.contains("kepe"),
            "{error}"
        );
    }
}
