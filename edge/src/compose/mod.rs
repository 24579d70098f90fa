//! The mirror picture: the camera's frame with the edit laid over it.

pub(crate) mod composite;
mod enlarge;
mod fast;
pub(crate) mod mirror;
mod moved;
mod node;
#[cfg(test)]
mod reference;
mod row;
