//! Tests of the trainer, by area:
//! - [`golden`]: networks, losses and gradients against the reference implementations' numbers;
//! - [`forms`]: rewritten convolutions equal the plain ones;
//! - [`speed`]: every way to compute a step gives the same losses;
//! - [`layouts`]: data folders of every layout, and what is said about wrong ones;
//! - [`found_data`]: data as people have them;
//! - [`pictures`]: picture files of every kind, and broken ones;
//! - [`ownership`]: nothing is written over what the program did not write, and nothing goes on unsaid;
//! - [`twins`]: counterfactual pairs are varied alike and learnt from;
//! - [`packs`]: packed data trains like the folder it was made from;
//! - [`ablated`]: models with parts of their losses left out, side by side;
//! - [`compared`]: pictures before and after an edit, judged;
//! - [`identity`]: whether people stay who they are;
//! - [`device`]: where a command computes, and what it says where that cannot be;
//! - [`aligner`]: fitted to a few faces, it finds others;
//! - [`runs`]: runs resume with the same bytes and survive full disks, bad data and bad losses;
//! - [`ranks`]: several processes train one model, and end together;
//! - [`safety`]: the program killed, stopped, started twice, without memory, or only asked;
//! - [`asked`]: requests with wrong or missing values, and what data and runs say of themselves;
//! - [`watched`]: statistics, TensorBoard events, evaluations, the best checkpoint;
//! - [`settings`]: every settings file that ships trains;
//! - [`imports`]: weights from elsewhere;
//! - [`foreign`]: their files, of every year and form, damaged and malicious ones;
//! - [`fuzzed`]: damaged weights, tables, packs, settings and pictures;
//! - [`starts`]: runs that start from the weights of another model;
//! - [`study`]: the user study, its page in a browser;
//! - [`editing`]: pictures, references, sweeps.
//!
//! [`small`] makes runs small, [`processes`] starts the program.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod ablated;
mod aligner;
mod asked;
mod compared;
mod device;
mod editing;
mod fixtures;
mod foreign;
mod forms;
mod found_data;
mod fuzzed;
mod golden;
mod identity;
mod imports;
mod layouts;
mod ownership;
mod packs;
mod pickled;
mod pictures;
mod processes;
mod ranks;
mod runs;
mod safety;
mod settings;
mod small;
mod speed;
mod starts;
mod study;
mod twins;
mod watched;
