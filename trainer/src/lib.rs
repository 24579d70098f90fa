//! Trains L2M-GAN, the face editor (Yang et al., CVPR 2021), with libtorch.
//!
//! ```text
//! data ─► training ─► checkpoint ─► editing, evaluation, align
//!         │  step: edit (networks), losses, optimiser   ▲
//!         └► run: folder, statistics, events         import
//! ```
//!
//! Below them stand `config`, `device`, `weights`, `ranks`, `libtorch`, `shared_library`, `stop` and `error`; above them
//! `cli`. Rooms use what is listed before them: `error`, `stop`, `shared_library`, `libtorch`, `ranks`, `weights`,
//! `networks`, `optimiser`, `device`, `config`, `data`, `losses`, `run`, `checkpoint`, `editing`, `evaluation`,
//! `report`, `study`, `import`, `training`, `ablation`, `align`, `cli`.

mod ablation;
pub mod align;
pub mod checkpoint;
pub mod cli;
pub mod config;
pub mod data;
pub mod device;
pub mod editing;
pub mod error;
pub mod evaluation;
pub mod import;
pub mod libtorch;
pub mod losses;
pub mod networks;
pub mod optimiser;
pub mod ranks;
mod report;
pub mod run;
mod shared_library;
mod stop;
mod study;
pub mod training;
pub mod weights;
