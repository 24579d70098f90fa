#![doc = r"
The mirror: camera, face tracking, inference, compositing, window.

```text
 capture ──▶ [latest frame] ──▶ track ──▶ [latest tracked] ──▶ edit (crop, classify, encode, transform, generate) ──▶ [latest edit] ─┐
                                  └─────▶ [latest tracked] ───────────────────────────────────────────▶ main: compose, overlay, present
```

| word | module |
|---|---|
| capture | [`capture`]: camera, folder, video file or the demo face |
| latest frame, latest tracked, latest edit | mailboxes of [`handoff`], with the pictures of [`picture`] |
| track | [`track`]: the detector acquires and re-checks, [`aligner`] follows |
| edit: crop, classify … generate | [`edit`] with the model of [`inference`] |
| compose | [`compose`] |
| overlay | [`overlay`] |
| present | [`window`], or the files and devices of [`present`] |
| threads, and how they end | [`pipeline`] |
| options | [`cli`] |
| `edge run` | [`run`] |
| `edge bench`, `edge doctor` | [`bench`], [`doctor`] |
| how long each stage takes | [`timing`] |
| the machine, and running unattended | [`machine`], [`service`] |

Nothing is written to disk, kept, or sent unless an option names a file.
"]

mod bench;
mod capture;
pub mod cli;
mod compose;
mod doctor;
mod edit;
mod error;
mod handoff;
mod inference;
mod machine;
mod overlay;
pub mod picture;
mod pipeline;
mod present;
mod run;
pub mod service;
pub mod timing;
pub mod track;
pub mod window;
