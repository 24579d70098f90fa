//! The screen: is there an X server, and may this user use it?

use super::finding::Finding;
use crate::machine::system::System;
use std::{io::ErrorKind, os::unix::net::UnixStream};

const PART: &str = "display";
const FIX: &str = "start it from the desktop, set DISPLAY=:0, or use `--display none` or `png:DIR`";

/// The line about the screen, given what `DISPLAY` says.
#[must_use]
pub(crate) fn finding(display: Option<&str>, system: &System) -> Finding {
    let Some(display) = display.filter(|display| !display.is_empty()) else {
        let running = system.list("/tmp/.X11-unix", "X");
        let names: Vec<_> = running
            .iter()
            .filter_map(|socket| socket.file_name()?.to_str()?.strip_prefix('X'))
            .map(|number| format!(":{number}"))
            .collect();
        if names.is_empty() {
            return Finding::warning(PART, "none: DISPLAY is not set, no X server runs", FIX);
        }
        let names = names.join(", ");
        let found = format!("DISPLAY is not set, X servers run on {names}");
        return Finding::warning(PART, found, FIX);
    };
    let number = display
        .strip_prefix(':')
        .map(|rest| rest.split('.').next().unwrap_or(rest));
    let Some(number) = number else {
        return Finding::ok(PART, format!("{display}, on another machine"));
    };
    match UnixStream::connect(system.path(format!("/tmp/.X11-unix/X{number}"))) {
        Ok(_) => Finding::ok(PART, format!("X server on {display}")),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Finding::error(
            PART,
            format!("{display}: permission denied"),
            "run it as the user who is logged in at the screen",
        ),
        Err(error) => Finding::error(
            PART,
            format!("{display}: no X server answers ({error})"),
            FIX,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Severity;
    use super::*;
    use crate::machine::system::tests::system;
    use std::os::unix::net::UnixListener;

    #[test]
    fn a_screen_is_ok_only_when_its_server_answers() {
        let (_folder, system) = system(&[("/tmp/.X11-unix/other", "")]);
        assert_eq!(finding(None, &system).state, Severity::Warning);
        assert_eq!(finding(Some(":7"), &system).state, Severity::Error);
        let _server = UnixListener::bind(system.path("/tmp/.X11-unix/X7")).unwrap();
        assert_eq!(finding(Some(":7"), &system).state, Severity::Ok);
        assert_eq!(finding(Some(":7.0"), &system).state, Severity::Ok);
        let unset = finding(Some(""), &system);
        assert!(unset.found.contains(":7"), "{unset}");
    }
}
