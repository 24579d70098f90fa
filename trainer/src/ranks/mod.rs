//! Several processes that train one model together, each on its rows of every batch.
//!
//! ```text
//! Launch (variables of torchrun, mpirun, srun) ─► Group ─► mean, averaged, any, broadcast: collectives of libtorch (Gloo),
//!                                                  │   and of NCCL where ranks compute on GPUs
//!                                                  └► Watch: who is still there, who asked to stop (libtorch's store)
//! ```
//!
//! A process without these variables is a group of one: it opens no socket, and its collectives do nothing.

mod bridge;
mod collectives;
mod ending;
mod facts;
mod gloo;
mod group;
mod launch;
mod launchers;
mod nccl;
mod pulses;
mod store;
mod watch;

pub(crate) use facts::Facts;
pub use group::Group;
pub(crate) use group::share;
pub(crate) use launch::Launch;

#[cfg(test)]
mod tests;
