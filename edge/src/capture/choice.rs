//! What `--source` asks for.

use super::video;
use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

/// Where pictures come from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum SourceChoice {
    /// The best camera, or the demo face until there is one.
    #[default]
    Auto,
    Demo,
    /// This V4L2 device.
    Camera(PathBuf),
    /// The pictures of this folder, each one edited on its own.
    Folder(PathBuf),
    /// This video file.
    Video(PathBuf),
}

impl SourceChoice {
    /// Whether the pictures lie in files, and so wait for whoever reads them.
    #[must_use]
    pub(crate) fn is_file(&self) -> bool {
        matches!(self, Self::Folder(_) | Self::Video(_))
    }
}

impl FromStr for SourceChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            None if text == "auto" => Ok(Self::Auto),
            None if text == "demo" => Ok(Self::Demo),
            Some(("camera", path)) if !path.is_empty() => Ok(Self::Camera(path.into())),
            Some(("dir", path)) if !path.is_empty() => Ok(Self::Folder(path.into())),
            _ if is_video_file(Path::new(text)) => Ok(Self::Video(text.into())),
            _ => {
                let expected = "expected auto, demo, camera:/dev/videoN, dir:PATH, or a file \
                                *.mjpeg or *.y4m";
                Err(format!("{expected}{}", meant(text)))
            }
        }
    }
}

/// Endings of videos that need a converter.
const OTHER_VIDEOS: [&str; 12] = [
    "mp4", "m4v", "mov", "mkv", "webm", "avi", "mpg", "mpeg", "wmv", "ts", "flv", "gif",
];
/// Endings of single pictures.
const PICTURES: [&str; 3] = ["jpg", "jpeg", "png"];

/// What somebody who wrote `text` probably meant, as the end of a sentence.
fn meant(text: &str) -> String {
    let path = Path::new(text);
    let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
    let ending = ending.to_string_lossy();
    let number = text.strip_prefix("video").unwrap_or(text);
    if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) {
        format!("; did you mean camera:/dev/video{number}?")
    } else if text.starts_with("/dev/") {
        format!("; did you mean camera:{text}?")
    } else if OTHER_VIDEOS.contains(&&*ending) {
        let converted = path.with_extension("y4m");
        let (from, to) = (quoted(path), quoted(&converted));
        format!("; did you mean {to}, made with: {}", converter(&from, &to))
    } else if PICTURES.contains(&&*ending) {
        let folder = path.parent().filter(|folder| *folder != Path::new(""));
        let folder = folder.unwrap_or(Path::new("."));
        format!(
            "; did you mean dir:{}, all pictures of its folder?",
            folder.display()
        )
    } else if path.is_dir() {
        format!("; did you mean dir:{text}?")
    } else {
        String::new()
    }
}

/// The command that makes a video of any kind one that can be read.
pub(super) fn converter(from: &str, to: &str) -> String {
    format!("ffmpeg -i {from} -pix_fmt yuv420p {to}")
}

/// For a shell.
pub(super) fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/._-+=:@%".contains(c);
    match text.chars().all(plain) {
        true => text,
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

fn is_video_file(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
    video::ENDINGS.iter().any(|known| ending == *known)
}

impl fmt::Display for SourceChoice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => formatter.write_str("auto"),
            Self::Demo => formatter.write_str("demo"),
            Self::Camera(path) => write!(formatter, "camera:{}", path.display()),
            Self::Folder(path) => write!(formatter, "dir:{}", path.display()),
            Self::Video(path) => write!(formatter, "{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_is_read_back_from_its_own_name() {
        for text in [
            "auto",
            "demo",
            "camera:/dev/video3",
            "dir:some/where",
            "a/b.Y4M",
            "c.mjpeg",
        ] {
            assert_eq!(text.parse::<SourceChoice>().unwrap().to_string(), text);
        }
        for text in ["", "camera", "camera:", "dir:", "webcam", "clip.mp4", "y4m"] {
            assert!(text.parse::<SourceChoice>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_was_meant_is_said() {
        for (text, meant) in [
            ("0", "did you mean camera:/dev/video0?"),
            ("video2", "did you mean camera:/dev/video2?"),
            ("/dev/video0", "did you mean camera:/dev/video0?"),
            (
                "/dev/v4l/by-id/usb-X",
                "did you mean camera:/dev/v4l/by-id/usb-X?",
            ),
            (
                "a/clip.mp4",
                "ffmpeg -i a/clip.mp4 -pix_fmt yuv420p a/clip.y4m",
            ),
            (
                "my clip.MOV",
                "ffmpeg -i 'my clip.MOV' -pix_fmt yuv420p 'my clip.y4m'",
            ),
            ("some/face.jpg", "did you mean dir:some, "),
            ("face.png", "did you mean dir:., "),
            ("/", "did you mean dir:/?"),
        ] {
            let error = text.parse::<SourceChoice>().unwrap_err();
            assert!(error.contains(meant), "{text}: {error}");
        }
    }
}
