//! The mirror picture: the camera's frame with the edit laid over it.

pub mod composite;
pub mod mirror;
