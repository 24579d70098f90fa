//! Every way to compute a step gives the same losses.

use crate::small::{config_of, data, step, train};
use model_spec::checkpoint::{MODEL_FILE, TRAINING_FILE};
use std::{fs, time::Duration};
use tch::{Device, Kind, Tensor};
use trainer::{
    data::Batch,
    device::{DeviceChoice, Speed, in_float32},
    error::TrainError,
    networks::{
        ConvolutionForm, Rewrite, StoredClassifier,
        layers::{
            Convolution,
            convolution_form::{BOX_CHANNELS, BOX_PIXELS, SPREAD_PIXELS},
        },
        multiply_adds,
    },
    training::{BenchRequest, FrozenNetworks, StepPlan, Trainee, Updates, bench},
    weights,
};

/// The paper's losses and generator, small.
fn request() -> BenchRequest {
    let small = [
        "architecture.w_hpf=0",
        "architecture.stem_channels=8",
        "architecture.max_conv_dim=32",
        "architecture.image_size=64",
    ];
    BenchRequest {
        config: config_of("celeba-hq-256.toml", &small),
        rounds: 1,
        variants: Vec::new(),
        limit: Duration::from_mins(10),
        device: DeviceChoice::Cpu,
    }
}

#[test]
fn rewrites_save_multiply_adds_and_leave_the_losses_within_1e_4() {
    let _alone = crate::small::alone();
    let request = request();
    let mut lines = Vec::new();
    let show = &mut |line| {
        lines.push(line);
        Ok(())
    };
    let rows = bench(&request, show).unwrap();
    assert_eq!(rows[0].name, "plain, float32");
    assert_eq!(rows[0].loss_difference, 0.0);
    let rewritten = &rows[1];
    assert!(rewritten.loss_difference <= 1e-4, "{rewritten:?}");
    let ratio = rows[0].multiply_adds as f64 / rewritten.multiply_adds as f64;
    assert!(ratio > 1.3, "{ratio}");
    // Channels last computes the same graph.
    assert!(rows[2].loss_difference <= 1e-4, "{:?}", rows[2]);
    assert_eq!(rows[2].multiply_adds, rewritten.multiply_adds);
    let text = lines.join("\n");
    assert_eq!(text.matches("| rewrites").count(), 3, "{text}");
    let columns = |line: &str| line.matches('|').count();
    let header = columns(&lines[2]);
    assert!(
        lines[2..].iter().all(|line| columns(line) == header),
        "{text}"
    );
}

#[test]
fn a_benchmark_measures_what_it_is_asked_for_while_there_is_time() {
    let _alone = crate::small::alone();
    let mut request = BenchRequest {
        variants: vec!["lazy-r1".into(), "rewrites".into()],
        ..request()
    };
    let mut order = Vec::new();
    let measured = |request: &BenchRequest, lines: &mut Vec<String>| {
        let mut show = |line| {
            lines.push(line);
            Ok(())
        };
        bench(request, &mut show)
    };
    let rows = measured(&request, &mut order).unwrap();
    let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["rewrites", "rewrites, R1 every 16 steps"]);
    // The losses are compared with the plain graph's, also where that is not in the table.
    assert!(
        rows.iter().all(|row| row.loss_difference <= 1e-4),
        "{rows:?}"
    );
    assert!(
        rows.iter()
            .all(|row| row.memory.is_some_and(|bytes| bytes > 1 << 20))
    );

    request.limit = Duration::ZERO;
    let mut lines = Vec::new();
    assert!(measured(&request, &mut lines).unwrap().is_empty());
    let text = lines.join("\n");
    assert_eq!(text.matches("not measured").count(), 2, "{text}");
    let columns = |line: &str| line.matches('|').count();
    assert_eq!(columns(&lines[2]), columns(lines.last().unwrap()), "{text}");

    request.variants = vec!["fastest".into()];
    let error = measured(&request, &mut lines).unwrap_err();
    assert!(
        error.is_usage() && error.to_string().contains("plain, rewrites"),
        "{error}"
    );

    // A reader that has gone ends the benchmark at the next row, not after the last.
    request.variants = Vec::new();
    request.limit = Duration::from_mins(10);
    let mut shown = 0;
    let ended = bench(&request, &mut |_| {
        shown += 1;
        if shown == 5 {
            Err(TrainError::Stopped)
        } else {
            Ok(())
        }
    });
    assert!(ended.is_err() && shown == 5, "{shown}");
}

#[test]
fn multiply_adds_are_those_of_the_layers() {
    let _alone = crate::small::alone();
    let store = tch::nn::VarStore::new(Device::Cpu);
    let convolution = Convolution::new(&store.root(), 3, 5, 3);
    let x = Tensor::zeros([2, 3, 8, 8], (Kind::Float, Device::Cpu));
    let _ = multiply_adds::take();
    let _ = convolution.forward(&x);
    assert_eq!(multiply_adds::take(), 2 * 8 * 8 * 3 * 5 * 9);
    for (rewrite, taps) in [(Rewrite::SpreadKernel, 16), (Rewrite::BoxFilter, 9)] {
        let _ = convolution.forward_pooled(&x, ConvolutionForm::Always(rewrite));
        assert_eq!(multiply_adds::take(), 2 * 4 * 4 * 3 * 5 * taps);
        let _ = convolution.forward_upsampled(&x, ConvolutionForm::Always(rewrite));
        assert_eq!(multiply_adds::take(), 2 * 8 * 8 * 3 * 5 * taps);
    }
}

#[test]
fn the_rewrite_depends_on_channels_and_pixels_and_very_small_images_have_none() {
    let _alone = crate::small::alone();
    let store = tch::nn::VarStore::new(Device::Cpu);
    for (channels, smallest, taps) in [(3, SPREAD_PIXELS, 16), (BOX_CHANNELS, BOX_PIXELS, 9)] {
        let path = store.root() / channels;
        let convolution = Convolution::new(&path, channels as usize, 5, 3);
        let side = 2 * (smallest as f64).sqrt().ceil() as i64;
        for (side, taps) in [(side, taps), (side - 2, 36)] {
            let expected = (side * side / 4 * channels * 5 * taps) as u64;
            let x = Tensor::zeros([1, channels, side, side], (Kind::Float, Device::Cpu));
            let _ = multiply_adds::take();
            let _ = convolution.forward_pooled(&x, ConvolutionForm::Rewritten);
            assert_eq!(multiply_adds::take(), expected);
            let small = x.narrow(2, 0, side / 2).narrow(3, 0, side / 2);
            let _ = convolution.forward_upsampled(&small, ConvolutionForm::Rewritten);
            assert_eq!(multiply_adds::take(), expected);
        }
    }
}

#[test]
fn bfloat16_covers_convolutions_and_leaves_float32_where_it_is_asked_for() {
    let _alone = crate::small::alone();
    let bf16 = Speed {
        bf16: true,
        ..Speed::PLAIN
    };
    let x = Tensor::rand([1, 2, 8, 8], (Kind::Float, Device::Cpu));
    let kernel = Tensor::rand([3, 2, 3, 3], (Kind::Float, Device::Cpu));
    let convolve = || x.conv2d(&kernel, None::<&Tensor>, [1, 1], [1, 1], [1, 1], 1);
    assert_eq!(convolve().kind(), Kind::Float);
    let (mixed, inner) = bf16.mixed(Device::Cpu, || {
        (convolve(), in_float32(Device::Cpu, convolve))
    });
    assert_eq!(mixed.kind(), Kind::BFloat16);
    assert_eq!(inner.kind(), Kind::Float);
    assert!(inner.equal(&convolve()));
    assert_eq!(
        Speed::PLAIN.mixed(Device::Cpu, convolve).kind(),
        Kind::Float
    );
    assert_eq!(convolve().kind(), Kind::Float);
}

#[test]
fn a_step_in_bfloat16_has_nearly_the_losses_of_float32_and_exactly_its_r1() {
    let _alone = crate::small::alone();
    let config = request().config;
    let classifier = StoredClassifier::new(&config.architecture, &config.attributes, Device::Cpu);
    let frozen = FrozenNetworks::load(&config, &classifier.network, Device::Cpu).unwrap();
    let losses = |bf16: bool| {
        let mut config = config.clone();
        config.seed = 7;
        config.speed = Speed {
            bf16,
            ..Speed::PLAIN
        };
        let mut trainee = Trainee::new(&config, Device::Cpu);
        tch::manual_seed(8);
        let coarse = Tensor::rand([2, 3, 8, 8], tch::kind::FLOAT_CPU) * 2.0 - 1.0;
        let batch = Batch::of_faces(
            coarse.upsample_bilinear2d([64, 64], false, None, None),
            Tensor::from_slice(&[0_i64, 1]),
            Tensor::from_slice(&[1_i64, 0]),
        );
        let plan = StepPlan {
            updates: Updates::Both,
            r1_interval: Some(1),
            ..StepPlan::at(&config, 1)
        };
        let losses = trainee.step(batch, &plan, &frozen).into_iter();
        losses
            .map(|loss| (loss.name, loss.value.double_value(&[])))
            .collect::<Vec<_>>()
    };
    for ((name, plain), (_, mixed)) in losses(false).into_iter().zip(losses(true)) {
        let difference = (plain - mixed).abs() / plain.abs();
        println!("{name}: {plain} {mixed}");
        match name {
            "r1" | "real" => assert_eq!(plain, mixed, "{name}"),
            _ => assert!(
                difference > 0.0 && difference < 0.05,
                "{name}: {plain} {mixed}"
            ),
        }
    }
}

#[test]
fn channels_last_is_a_matter_of_memory_not_of_files() {
    let _alone = crate::small::alone();
    let temporary = tempfile::tempdir().unwrap();
    let data = data(&temporary.path().join("data"));
    let run = |name: &str, overrides: &[&str]| {
        let out = temporary.path().join(name);
        train(&data, &out, crate::small::config(overrides), false).unwrap();
        out
    };
    let last = run("last", &["speed.channels_last=true"]);
    let plain = run("plain", &[]);
    let read = |out| weights::read(&step(out, 4).join(MODEL_FILE)).unwrap();
    let (last_weights, plain_weights) = (read(&last), read(&plain));
    for (name, tensor) in &plain_weights {
        crate::fixtures::assert_close(name, &last_weights[name], tensor, 1e-3);
    }
    // And it resumes exactly, too.
    let parts = temporary.path().join("parts");
    let settings = ["speed.channels_last=true", "schedule.steps=2"];
    train(&data, &parts, crate::small::config(&settings), false).unwrap();
    train(&data, &parts, crate::small::config(&settings[..1]), true).unwrap();
    let read = |out| fs::read(step(out, 4).join(TRAINING_FILE)).unwrap();
    assert!(read(&last) == read(&parts));
}
