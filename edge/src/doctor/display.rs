//! The screen: is there an X server, may this user use it, and can the mirror draw on it?

use super::finding::Finding;
use crate::{
    machine::system::System,
    window::server::{self, Server},
};
use std::{io::ErrorKind, os::unix::net::UnixStream};

const PART: &str = "display";
const FIX: &str = "start it from the desktop, set DISPLAY=:0, or use `--display none` or `png:DIR`";

/// The line about the screen, given what `DISPLAY` and `WAYLAND_DISPLAY` say.
#[must_use]
pub(crate) fn finding(display: Option<&str>, wayland: Option<&str>, system: &System) -> Finding {
    match reached(display, wayland, system) {
        Ok(display) => looked_at(display),
        Err(finding) => finding,
    }
}

/// The name of a display that takes connections, or the line about one that does not.
fn reached<'a>(
    display: Option<&'a str>,
    wayland: Option<&str>,
    system: &System,
) -> Result<&'a str, Finding> {
    let Some(display) = display.filter(|display| !display.is_empty()) else {
        return Err(unset(wayland, system));
    };
    let number = display
        .strip_prefix(':')
        .map(|rest| rest.split('.').next().unwrap_or(rest));
    let Some(number) = number else {
        return Ok(display);
    };
    match UnixStream::connect(system.path(format!("/tmp/.X11-unix/X{number}"))) {
        Ok(_) => Ok(display),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Err(Finding::error(
            PART,
            format!("{display}: permission denied"),
            "run it as the user who is logged in at the screen",
        )),
        Err(error) => Err(Finding::error(
            PART,
            format!("{display}: no X server answers ({error})"),
            FIX,
        )),
    }
}

fn unset(wayland: Option<&str>, system: &System) -> Finding {
    let running = system.list("/tmp/.X11-unix", "X");
    let names: Vec<_> = running
        .iter()
        .filter_map(|socket| socket.file_name()?.to_str()?.strip_prefix('X'))
        .map(|number| format!(":{number}"))
        .collect();
    if !names.is_empty() {
        let names = names.join(", ");
        let found = format!("DISPLAY is not set, X servers run on {names}");
        return Finding::warning(PART, found, FIX);
    }
    if wayland.is_some_and(|name| !name.is_empty()) {
        let no = server::unset(wayland);
        return Finding::warning(PART, no.found, no.fix);
    }
    Finding::warning(PART, "none: DISPLAY is not set, no X server runs", FIX)
}

/// Whether the mirror's window can be drawn there.
fn looked_at(display: &str) -> Finding {
    match Server::open(display) {
        Err(no) => Finding::error(PART, no.found, no.fix),
        Ok(server) if server.is_remote() => Finding::warning(
            PART,
            format!("{display}, on another machine, {}", server.describe()),
            "every picture travels there uncompressed: use a screen of this machine, or a small \
             --window-size",
        ),
        Ok(server) => Finding::ok(
            PART,
            format!("X server on {display}, {}", server.describe()),
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
        assert_eq!(finding(None, None, &system).state, Severity::Warning);
        assert_eq!(finding(Some(":7"), None, &system).state, Severity::Error);
        let wayland = finding(None, Some("wayland-0"), &system);
        assert_eq!(wayland.state, Severity::Warning);
        assert!(wayland.to_string().contains("Xwayland"), "{wayland}");
        let _server = UnixListener::bind(system.path("/tmp/.X11-unix/X7")).unwrap();
        assert_eq!(reached(Some(":7"), None, &system), Ok(":7"));
        assert_eq!(reached(Some(":7.0"), None, &system), Ok(":7.0"));
        let unset = finding(Some(""), None, &system);
        assert!(unset.found.contains(":7"), "{unset}");
    }
}
