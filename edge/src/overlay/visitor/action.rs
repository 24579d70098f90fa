//! What a visitor does, and what the overlay wants done about it.

use crate::overlay::widget::button::Button;

/// What a key does to the overlay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// The same as a tap on the button.
    Press(Button),
    /// Shows the picture before the edit from now on.
    StartComparing,
    StopComparing,
    /// Raises the chosen slider by a step.
    Raise,
    /// Lowers the chosen slider by a step.
    Lower,
    /// Chooses the slider above; raises a single one.
    ChooseAbove,
    /// Chooses the slider below; lowers a single one.
    ChooseBelow,
    NextLanguage,
    /// Moves the focus to the next slider or button, ...
    FocusNext,
    /// ... and to the one before.
    FocusPrevious,
    /// Opens the page for the installer.
    Details,
    /// Presses the button in focus; without one, keeps the photo or closes the page.
    Confirm,
    /// Closes the open page, or ends the program.
    Close,
}

/// What the window has to do for the visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VisitorRequest {
    /// Drop the copied expression, or copy that of the face in view if none is copied.
    ToggleCopy,
    /// Drop the copied expression, if one is copied or going to be.
    DropCopy,
    /// Take a photo and ask whether to keep it.
    TakePhoto,
    /// Write the photo that was asked about.
    KeepPhoto,
    /// End the program.
    Quit,
}
