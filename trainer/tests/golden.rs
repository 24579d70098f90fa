//! The reference implementations' numbers: outputs and losses within 1e-4, gradient norms within 1e-2.

use crate::fixtures::{assert_close, folder, formula_weights, splitmix};
use serde_json::Value;
use std::path::Path;
use tch::{Device, Kind, Tensor, nn::VarStore};
use trainer::{
    config::{LossWeights, OrthogonalityForm},
    data::Batch,
    evaluation::frechet,
    import,
    losses::{EditedBatch, discriminator_objective, editor_objective, orthogonality},
    networks::{
        ConvolutionForm, Discriminator, Editor, FaceMask, InceptionV3, Masks, ResNet18, Rewrite,
        face_mask::masks_from_heat_maps, style_encoder::select_domain,
    },
    ranks::Group,
    weights::{self, Weights, pickle},
};

/// Both, whether or not they pay.
const REWRITES: [Rewrite; 2] = [Rewrite::SpreadKernel, Rewrite::BoxFilter];

struct Golden {
    editor_store: VarStore,
    editor: Editor,
    discriminator_store: VarStore,
    discriminator: Discriminator,
    io: Weights,
}

fn load(folder: &Path, form: ConvolutionForm) -> Golden {
    let config: Value =
        serde_json::from_str(&std::fs::read_to_string(folder.join("config.json")).unwrap())
            .unwrap();
    let path = folder.join("nets_ema.ckpt");
    let tensors = import::official(&path).unwrap().editor;
    let w_hpf = config["w_hpf"].as_f64().unwrap() as f32;
    let (architecture, domains) = import::infer(&tensors, w_hpf, &path).unwrap();
    let number = |name: &str| config[name].as_u64().unwrap() as usize;
    assert_eq!(architecture.image_size, number("img_size"));
    assert_eq!(architecture.style_dim, number("style_dim"));
    assert_eq!(architecture.max_conv_dim, number("max_conv_dim"));
    assert_eq!(architecture.stem_channels, (1 << 14) / number("img_size"));
    assert_eq!(architecture.w_hpf, w_hpf);
    assert_eq!(domains, number("num_domains"));
    let editor_store = VarStore::new(Device::Cpu);
    let editor = Editor::new(&editor_store.root(), &architecture, domains, form);
    weights::copy_exactly(&weights::of_store(&editor_store, ""), &tensors, &path).unwrap();
    let discriminator_store = VarStore::new(Device::Cpu);
    let discriminator =
        Discriminator::new(&discriminator_store.root(), &architecture, domains, form);
    let path = folder.join("discriminator.pth");
    let targets = weights::of_store(&discriminator_store, "");
    weights::copy_into(&targets, &pickle::read(&path, None).unwrap(), "", &path).unwrap();
    Golden {
        editor_store,
        editor,
        discriminator_store,
        discriminator,
        io: weights::read(&folder.join("io.safetensors")).unwrap(),
    }
}

fn outputs_match(name: &str, form: ConvolutionForm) {
    let Some(folder) = folder(name) else { return };
    let golden = load(&folder, form);
    let (editor, io) = (&golden.editor, &golden.io);
    let masks = io.get("mask0").map(|first| Masks {
        first: first.shallow_clone(),
        second: io["mask1"].shallow_clone(),
    });
    let _no_grad = tch::no_grad_guard();
    let x = &io["x"];
    let style = editor.style_encoder.forward(x, &io["y_src"]);
    assert_close("style", &style, &io["style"], 1e-4);
    let split = editor.style_transformer.forward(&style, &io["y_trg"]);
    let parts = [
        ("style_unrelated", &split.unrelated),
        ("style_related", &split.related),
        ("style_related_target", &split.related_target),
    ];
    for (name, part) in parts {
        assert_close(name, part, &io[name], 1e-4);
    }
    for degree in ["0", "0.5", "1", "1.5"] {
        let strength: f64 = degree.parse().unwrap();
        let moved = &split.related_target - &split.related;
        let code = &split.unrelated + &split.related + moved * strength;
        let edited = editor.generator.forward(x, &code, masks.as_ref());
        let name = format!("edited_degree_{degree}");
        assert_close(&name, &edited, &io[&name], 1e-4);
    }
    for (name, domain) in [("d_logit_src", "y_src"), ("d_logit_trg", "y_trg")] {
        let logit = golden.discriminator.forward(x, &io[domain]);
        assert_close(name, &logit, &io[name], 1e-4);
    }
}

#[test]
fn plain_networks_at_64_pixels_match_the_reference() {
    let _alone = crate::small::alone();
    outputs_match("official-64-plain", ConvolutionForm::Plain);
}

#[test]
fn rewritten_networks_at_64_pixels_match_the_reference() {
    let _alone = crate::small::alone();
    for rewrite in REWRITES {
        outputs_match("official-64-plain", ConvolutionForm::Always(rewrite));
    }
}

#[test]
fn networks_with_high_pass_skips_match_the_reference() {
    let _alone = crate::small::alone();
    outputs_match("official-256-hpf", ConvolutionForm::Rewritten);
}

fn assert_value(name: &str, found: &Tensor, expected: &Value) {
    let expected = Tensor::from(expected.as_f64().unwrap());
    assert_close(name, &found.to_kind(Kind::Double), &expected, 1e-4);
}

/// Every processor rounds in its own way, and an activation next to 0 then falls on the other side of a
/// LeakyReLU's kink, which has changed the gradients of all layers before it by up to 0.5 %.
const GRADIENT_TOLERANCE: f64 = 1e-2;

fn assert_gradient_norms(store: &Weights, expected: &Value) {
    let expected = expected.as_object().unwrap();
    let mut compared = 0;
    for (name, norm) in expected {
        let norm = norm.as_f64().unwrap();
        // The reference implementation has layers that it never uses.
        if name.starts_with("attention.") {
            continue;
        }
        let tensor = store
            .get(name.as_str())
            .unwrap_or_else(|| panic!("no parameter {name}"));
        let gradient = tensor.grad();
        let found = if gradient.defined() {
            gradient.norm().double_value(&[])
        } else {
            0.0
        };
        if norm > 1e-6 {
            assert!(
                (found - norm).abs() <= GRADIENT_TOLERANCE * norm,
                "{name}: gradient norm {found}, expected {norm}"
            );
            compared += 1;
        } else {
            // A bias in front of an instance norm: its gradient is rounding noise.
            assert!(found < 1e-4, "{name}: gradient norm {found}, expected ~0");
        }
    }
    assert!(compared > expected.len() / 2, "only {compared} compared");
}

/// torchvision's `resnet18` with its classification head, weights by the formula.
pub fn resnet18_weights() -> Weights {
    let store = VarStore::new(Device::Cpu);
    let _ = tch::vision::resnet::resnet18_no_final_layer(&store.root());
    let mut shapes: Vec<(String, Vec<i64>)> = store
        .variables()
        .into_iter()
        .map(|(name, tensor)| (name, tensor.size()))
        .collect();
    shapes.push(("fc.weight".into(), vec![1000, 512]));
    shapes.push(("fc.bias".into(), vec![1000]));
    formula_weights(shapes)
}

fn resnet18() -> ResNet18 {
    ResNet18::from_weights(resnet18_weights(), Path::new("formula"), Device::Cpu).unwrap()
}

/// Names of the official layout: the style transformer lives inside the style encoder.
pub fn official_names(store: &VarStore, network: &str) -> Weights {
    let named = weights::of_store(store, "").into_iter();
    let renamed = named.filter_map(|(name, tensor)| {
        if let Some(rest) = name.strip_prefix("style_transformer.") {
            let rest = rest
                .replace("unrelated.", "transform1.")
                .replace("related.", "transform2.");
            return (network == "style_encoder").then_some((rest, tensor));
        }
        let rest = name.strip_prefix(network)?.strip_prefix('.')?;
        Some((rest.to_owned(), tensor))
    });
    renamed.collect()
}

#[test]
fn losses_and_every_gradient_norm_match_the_reference() {
    let _alone = crate::small::alone();
    let [spread, filtered] = REWRITES.map(ConvolutionForm::Always);
    for form in [
        ConvolutionForm::Plain,
        ConvolutionForm::Rewritten,
        spread,
        filtered,
    ] {
        step_matches(form);
    }
}

fn step_matches(form: ConvolutionForm) {
    let (Some(networks), Some(step)) = (folder("official-64-plain"), folder("training-step"))
    else {
        return;
    };
    let expected: Value =
        serde_json::from_str(&std::fs::read_to_string(step.join("losses.json")).unwrap()).unwrap();
    let step_io = weights::read(&step.join("io.safetensors")).unwrap();
    let golden = load(&networks, form);
    let batch = Batch::of_faces(
        golden.io["x"].shallow_clone(),
        golden.io["y_src"].shallow_clone(),
        golden.io["y_trg"].shallow_clone(),
    );
    let edited = EditedBatch::new(&golden.editor, &batch);
    assert_close("fake", &edited.fake, &step_io["fake"], 1e-4);
    let resnet18 = resnet18();
    let features = resnet18.features(&batch.x);
    assert_close("F(x)", &features, &step_io["resnet18_features_x"], 1e-4);

    let weights = LossWeights::default();
    let objective = discriminator_objective(
        &golden.discriminator,
        &batch,
        &edited.fake,
        &weights,
        Some(1),
        |judge| judge(),
    );
    for loss in &objective.losses {
        assert_value(loss.name, &loss.value, &expected["d"][loss.name]);
    }
    objective.total.backward();
    let store = weights::of_store(&golden.discriminator_store, "");
    assert_gradient_norms(&store, &expected["d"]["grad_norms"]);

    let objective = editor_objective(
        &golden.editor,
        &golden.discriminator,
        &batch,
        &edited,
        &weights,
        |x| resnet18.features(x),
        |_| unreachable!("no classification loss in the paper"),
    );
    assert_eq!(objective.losses.len(), 5);
    for loss in &objective.losses {
        assert_value(loss.name, &loss.value, &expected["g"][loss.name]);
    }
    objective.total.backward();
    for network in ["generator", "style_encoder"] {
        let store = official_names(&golden.editor_store, network);
        assert_gradient_norms(&store, &expected["g"]["grad_norms"][network]);
    }
    let forms = [
        ("orthogonality_single", OrthogonalityForm::Single),
        ("orthogonality_inner", OrthogonalityForm::Inner),
    ];
    for (name, form) in forms {
        let loss = orthogonality(&edited.split, form, &Tensor::from(1.0_f32), &Group::alone());
        assert_value(name, &loss, &expected["g"][name]);
    }
}

#[test]
fn every_domain_picks_its_own_row() {
    let _alone = crate::small::alone();
    let values = Tensor::arange(12, (Kind::Float, Device::Cpu)).reshape([2, 3, 2]);
    let picked = select_domain(&values, &Tensor::from_slice(&[2_i64, 0]));
    assert_eq!(
        Vec::<f32>::try_from(picked.reshape([-1])).unwrap(),
        [4.0, 5.0, 6.0, 7.0]
    );
}

/// Names and shapes as `name [64, 6, 7, 7]`.
pub fn listed_shapes(path: &Path) -> Vec<(String, Vec<i64>)> {
    let text = std::fs::read_to_string(path).unwrap();
    let line = |line: &str| {
        let (name, shape) = line.split_once(" [").unwrap();
        let sides = shape.trim_end_matches(']').split(',');
        let shape = sides.map(|side| side.trim().parse().unwrap()).collect();
        (name.to_owned(), shape)
    };
    text.lines().map(line).collect()
}

#[test]
fn face_mask_network_and_its_masks_match_the_reference() {
    let _alone = crate::small::alone();
    let (Some(folder), Some(images)) = (folder("face-mask"), folder("official-256-hpf")) else {
        return;
    };
    let expected = weights::read(&folder.join("io.safetensors")).unwrap();
    let tensors = formula_weights(listed_shapes(&folder.join("parameters.txt")));
    let network = FaceMask::from_weights(&tensors, Path::new("formula"), Device::Cpu).unwrap();
    let x = &weights::read(&images.join("io.safetensors")).unwrap()["x"];
    let heat = tch::no_grad(|| network.heat_maps(x));
    assert_close("heat maps", &heat, &expected["network_heatmaps_64"], 1e-4);
    let masks = masks_from_heat_maps(&expected["blobs_64"]);
    assert_close("mask0", &masks.first, &expected["mask0"], 1e-4);
    assert_close("mask1", &masks.second, &expected["mask1"], 1e-4);
}

#[test]
fn inception_features_match_torchvision() {
    let _alone = crate::small::alone();
    let Some(folder) = folder("features") else {
        return;
    };
    let mut shapes: Vec<(String, Vec<i64>)> = InceptionV3::new(Device::Cpu)
        .weights()
        .into_iter()
        .map(|(name, tensor)| (name, tensor.size()))
        .collect();
    // The classification heads count in the formula, though features do not need them.
    for (name, to, from, side) in [
        ("AuxLogits.conv0", 128, 768, 1),
        ("AuxLogits.conv1", 768, 128, 5),
    ] {
        shapes.push((format!("{name}.conv.weight"), vec![to, from, side, side]));
        for part in ["weight", "bias", "running_mean", "running_var"] {
            shapes.push((format!("{name}.bn.{part}"), vec![to]));
        }
    }
    for (name, from) in [("AuxLogits.fc", 768), ("fc", 2048)] {
        shapes.push((format!("{name}.weight"), vec![1000, from]));
        shapes.push((format!("{name}.bias"), vec![1000]));
    }
    let tensors = formula_weights(shapes);
    let network = InceptionV3::from_weights(tensors, Path::new("formula"), Device::Cpu).unwrap();
    let x: Vec<f32> = splitmix(999, 2 * 3 * 299 * 299)
        .into_iter()
        .map(|u| (2.0 * u - 1.0) as f32)
        .collect();
    let x = Tensor::from_slice(&x).reshape([2, 3, 299, 299]);
    let features = tch::no_grad(|| network.features(&x));
    let expected = weights::read(&folder.join("io.safetensors")).unwrap();
    assert_close("features", &features, &expected["inception_features"], 1e-4);
}

#[test]
fn frechet_distance_matches_the_reference() {
    let _alone = crate::small::alone();
    let Some(folder) = folder("features") else {
        return;
    };
    let text = std::fs::read_to_string(folder.join("frechet.json")).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    let set = |k, scale: f64, shift: f64| {
        let values: Vec<f64> = splitmix(k, 300 * 64)
            .into_iter()
            .map(|u| scale * u + shift)
            .collect();
        Tensor::from_slice(&values).reshape([300, 64])
    };
    let found = frechet::distance(&set(1001, 1.0, 0.0), &set(1002, 1.3, 0.1)).unwrap();
    let expected = expected["frechet_300x64"].as_f64().unwrap();
    assert!(
        (found - expected).abs() < 1e-6 * expected,
        "{found}, expected {expected}"
    );
}
