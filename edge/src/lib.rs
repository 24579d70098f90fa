#![doc = r#"
The mirror: camera, face tracking, inference, compositing, window.

```text
 capture ──▶ [latest frame] ──▶ track ──▶ [latest tracked] ──▶ edit (crop, classify, encode, transform, generate) ──▶ [latest edit] ─┐
                                  └─────▶ [latest tracked] ───────────────────────────────────────────▶ main: compose, overlay, present
```

| word | module |
|---|---|
| capture | [`source`]: [`source::camera`], [`source::folder`], [`source::demo`] |
| latest frame, latest tracked, latest edit | [`mailbox`] of [`frame`], [`tracked`], [`edit`] |
| track | [`track`]: [`track::detector`] acquires and re-checks, [`aligner`] follows |
| crop | [`aligner::square`], [`resample`] |
| classify … generate | [`model`] on a [`provider`] of the [`runtime`], made by [`opening`], combined by [`edit`], [`source_domain`] |
| compose | [`mirror`], [`composite`] |
| overlay | [`overlay`] in the language of [`labels`] |
| present | [`window`] with [`scale`], [`photo`] on request, [`display`], [`virtual_camera`], [`recorder`] into [`avi`] |
| options | [`cli`] over [`config_file`], shown by [`config_print`] |
| threads, shutdown | [`pipeline`], [`plan`], [`run`], [`display_lost`] |
| figures | [`bench`], [`allocations`], [`check`] by [`parity`], [`stage`], [`report`], [`contact_sheet`] |
| the machine | [`doctor`], [`health`], [`notify`], [`idle`], [`log_limit`], read through [`system`] |

Nothing is written to disk, kept, or sent unless an option names a file.
"#]

pub mod access;
pub mod allocations;
pub mod avi;
pub mod bench;
pub mod bundle_path;
pub mod camera_mode;
pub mod check;
pub mod cli;
pub mod composite;
pub mod config_file;
pub mod config_print;
pub mod contact_sheet;
pub mod display;
pub mod display_lost;
pub mod doctor;
pub mod edit;
pub mod engine_cache;
pub mod error;
pub mod frame;
pub mod health;
pub mod idle;
pub mod labels;
pub mod log_limit;
pub mod mailbox;
pub mod mirror;
pub mod model;
pub mod notify;
pub mod opening;
pub mod overlay;
pub mod parity;
pub mod photo;
pub mod pipeline;
pub mod plan;
pub mod provider;
pub mod recorder;
pub mod recycler;
pub mod reference;
pub mod report;
pub mod resample;
pub mod run;
pub mod runtime;
pub mod scale;
pub mod smooth;
pub mod source;
pub mod source_domain;
pub mod stage;
pub mod system;
pub mod track;
pub mod tracked;
pub mod virtual_camera;
pub mod window;
