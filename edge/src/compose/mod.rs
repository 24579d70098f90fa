//! The mirror picture: the camera's frame with the edit laid over it.

pub(crate) mod composite;
pub(crate) mod mirror;
