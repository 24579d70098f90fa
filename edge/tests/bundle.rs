//! A tiny bundle whose every output is known.
//!
//! Whatever the face: style codes are 0, the classifier says [`Tiny::logit`], `T_0` gives -[`STEP`]
//! and `T_1` gives +[`STEP`] in the first style component, and the generator adds the first style
//! component to every pixel. So strength `a` changes every pixel by `a * STEP`.
//!
//! - [`signature`]: bundles that are signed, by whom, and changed since
//! - [`face_mask`]: bundles whose generator reads face masks

mod face_mask;
mod signature;

use crate::onnx::Graph;
use model_spec::{
    Architecture, Attribute, AttributeSet, ColourMode, Framing, Graphs, Manifest, Norms,
    OutputForm, Precision, Provenance, digest,
    displacement::FIELD_SIZE,
    manifest::{FORMAT_VERSION, MODEL_CARD_FILE, PARITY_FILE},
    tensor,
};
use safetensors::{Dtype, tensor::TensorView};
use std::{collections::BTreeMap, fs, path::Path};

/// Change of a pixel at strength 1, in units of [-1, 1].
pub const STEP: f32 = 0.25;
/// Image size.
pub const SIZE: usize = 32;
/// Largest displacement that the manifest allows, in shares of the crop's side.
pub const LARGEST_DISPLACEMENT: f32 = 0.05;
const DIM: usize = 4;
const FACES: usize = 2;

/// What [`Tiny`]'s face-mask network says of every pixel of every face.
const MASKS: [f32; 2] = [1.0, 0.5];
const MASK_PIXELS: usize = tensor::MASK_SIZE * tensor::MASK_SIZE;

/// High-pass skips of a generator: its edit is as large as the masks say, by twice the mean of the
/// first minus the second, which is once for [`MASKS`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum HighPass {
    /// No skips, no masks.
    None,
    /// Skips, and the network that makes their masks.
    Masked,
    /// Skips alone.
    WithoutNetwork,
}

/// What may differ between tiny bundles.
#[derive(Clone)]
pub struct Tiny {
    pub colour: ColourMode,
    pub output: OutputForm,
    /// The classifier's answer for every face.
    pub logit: f32,
    pub framing: Framing,
    /// The generator's displacement to the right, everywhere, in shares of the crop's side.
    pub displacement: f32,
    /// Added to the `edited` values of the parity sample: above 1e-4, parity fails.
    pub parity_error: f32,
    /// Side of the generator's image input; another than [`SIZE`] breaks the contract.
    pub generator_size: usize,
    pub high_pass: HighPass,
    /// Number of the release.
    pub release: Option<u64>,
}

impl Default for Tiny {
    fn default() -> Self {
        Self {
            colour: ColourMode::Luma,
            output: OutputForm::Difference,
            logit: -3.0,
            framing: Framing {
                side_ratio: 1.0,
                centre_offset: [0.0, 0.0],
            },
            displacement: 0.0,
            parity_error: 0.0,
            generator_size: SIZE,
            high_pass: HighPass::None,
            release: None,
        }
    }
}

impl Tiny {
    /// Writes the bundle into the new folder `folder`.
    pub fn write(&self, folder: &Path) {
        fs::create_dir_all(folder).unwrap();
        let architecture = Architecture {
            image_size: SIZE,
            colour: self.colour,
            style_dim: DIM,
            stem_channels: 4,
            max_conv_dim: 4,
            w_hpf: if self.reads_masks() { 1.0 } else { 0.0 },
            output: self.output,
            largest_displacement: match self.output {
                OutputForm::Displacement => LARGEST_DISPLACEMENT,
                OutputForm::Image | OutputForm::Difference => 0.0,
            },
            classifier_channels: 4,
        };
        let attributes = AttributeSet::new(vec![Attribute {
            name: "smile".into(),
            label: "Smile".into(),
            off: "neutral".into(),
            on: "smiling".into(),
            strength_range: [-1.0, 1.5],
        }])
        .unwrap();
        let mut graphs = Graphs::expected(&architecture, &attributes);
        let mut files: Vec<(&str, Vec<u8>)> = vec![
            ("style_encoder.onnx", self.style_encoder()),
            ("style_transformer.onnx", style_transformer()),
            ("generator.onnx", self.generator()),
            ("classifier.onnx", self.classifier()),
            (PARITY_FILE, self.parity()),
            (MODEL_CARD_FILE, b"A test.\n".to_vec()),
        ];
        match self.high_pass {
            HighPass::Masked => files.push(("face_mask.onnx", self.face_mask())),
            HighPass::None | HighPass::WithoutNetwork => graphs.face_mask = None,
        }
        let mut digests = BTreeMap::new();
        for (name, bytes) in files {
            fs::write(folder.join(name), &bytes).unwrap();
            digests.insert(name.to_owned(), digest::of_bytes(&bytes));
        }
        let manifest = Manifest {
            format_version: FORMAT_VERSION,
            name: "tiny".into(),
            licence: "none".into(),
            release: self.release,
            domains: attributes.domain_names(),
            graphs,
            architecture,
            attributes,
            framing: self.framing,
            light: None,
            provenance: Provenance {
                trainer_version: "0".into(),
                revision: "unknown".into(),
                data: vec![],
                notes: vec![],
                data_digest: String::new(),
                steps: 0,
                batch_size: 1,
                hardware: "none".into(),
                metrics: BTreeMap::new(),
            },
            opset: 17,
            precision: Precision::Fp32,
            norms: Norms::Native,
            rewrites: vec![],
            fidelity: None,
            files: digests,
        };
        manifest.validate().unwrap();
        manifest.save(folder).unwrap();
    }

    fn reads_masks(&self) -> bool {
        self.high_pass != HighPass::None
    }

    fn image(&self) -> [i64; 3] {
        [self.colour.channels() as i64, SIZE as i64, SIZE as i64]
    }

    fn pixels(&self) -> usize {
        self.colour.channels() * SIZE * SIZE
    }

    fn style_encoder(&self) -> Vec<u8> {
        let outputs = 2 * DIM;
        Graph::default()
            .input(tensor::IMAGE, &self.image())
            .floats(
                "w",
                &[self.pixels() as i64, outputs as i64],
                &vec![0.0; self.pixels() * outputs],
            )
            .ints("shape", &[-1, 2, DIM as i64])
            .node("Flatten", &[tensor::IMAGE], "flat")
            .node("MatMul", &["flat", "w"], "codes")
            .node("Reshape", &["codes", "shape"], tensor::STYLES)
            .output(tensor::STYLES, &[2, DIM as i64])
            .model()
    }

    fn classifier(&self) -> Vec<u8> {
        Graph::default()
            .input(tensor::IMAGE, &self.image())
            .floats("w", &[self.pixels() as i64, 1], &vec![0.0; self.pixels()])
            .floats("b", &[1], &[self.logit])
            .node("Flatten", &[tensor::IMAGE], "flat")
            .node("Gemm", &["flat", "w", "b"], tensor::LOGITS)
            .output(tensor::LOGITS, &[1])
            .model()
    }

    fn generator(&self) -> Vec<u8> {
        let side = self.generator_size as i64;
        let image = [self.image()[0], side, side];
        let graph = Graph::default()
            .input(tensor::IMAGE, &image)
            .input(tensor::STYLE, &[DIM as i64])
            .floats("first", &[DIM as i64, 1], &[1.0, 0.0, 0.0, 0.0])
            .floats("zero", &[1], &[0.0])
            .ints("shape", &[-1, 1, 1, 1])
            .node("MatMul", &[tensor::STYLE, "first"], "step");
        let graph = if self.reads_masks() {
            let (side, mean) = (tensor::MASK_SIZE as i64, 1.0 / MASK_PIXELS as f32);
            graph
                .input(tensor::MASK_FIRST, &[1, side, side])
                .input(tensor::MASK_SECOND, &[1, side, side])
                .floats(
                    "mean",
                    &[MASK_PIXELS as i64, 1],
                    &vec![2.0 * mean; MASK_PIXELS],
                )
                .node("Sub", &[tensor::MASK_FIRST, tensor::MASK_SECOND], "masks")
                .node("Flatten", &["masks"], "flat")
                .node("MatMul", &["flat", "mean"], "part")
                .node("Mul", &["step", "part"], "masked")
        } else {
            graph
        };
        let step = if self.reads_masks() { "masked" } else { "step" };
        let graph = graph
            .node("Reshape", &[step, "shape"], "steps")
            .node("Mul", &[tensor::IMAGE, "zero"], "nothing")
            .node("Add", &["nothing", "steps"], tensor::DIFFERENCE)
            .node("Add", &[tensor::IMAGE, tensor::DIFFERENCE], tensor::EDITED);
        match self.output {
            OutputForm::Image => graph.output(tensor::EDITED, &image).model(),
            OutputForm::Difference => graph
                .output(tensor::EDITED, &image)
                .output(tensor::DIFFERENCE, &image)
                .model(),
            OutputForm::Displacement => {
                let side = FIELD_SIZE as i64;
                let shape = [2, side, side];
                graph
                    .floats("field", &shape, &self.field())
                    .floats("none", &shape, &vec![0.0; 2 * FIELD_SIZE * FIELD_SIZE])
                    .node("Mul", &["steps", "none"], "still")
                    .node("Add", &["still", "field"], tensor::DISPLACEMENT)
                    .output(tensor::DIFFERENCE, &image)
                    .output(tensor::DISPLACEMENT, &shape)
                    .model()
            }
        }
    }

    /// `[2,32,32]`: the displacement of one face.
    fn field(&self) -> Vec<f32> {
        let samples = FIELD_SIZE * FIELD_SIZE;
        let mut field = vec![0.0; 2 * samples];
        field[..samples].fill(self.displacement);
        field
    }

    fn face_mask(&self) -> Vec<u8> {
        let side = tensor::MASK_SIZE as i64;
        let shape = [1, side, side];
        Graph::default()
            .input(tensor::IMAGE, &self.image())
            .floats("w", &[self.pixels() as i64, 1], &vec![0.0; self.pixels()])
            .floats("first", &[1], &MASKS[..1])
            .floats("second", &[1], &MASKS[1..])
            .floats("ones", &shape, &vec![1.0; MASK_PIXELS])
            .ints("column", &[-1, 1, 1, 1])
            .node("Flatten", &[tensor::IMAGE], "flat")
            .node("MatMul", &["flat", "w"], "nothing")
            .node("Reshape", &["nothing", "column"], "zero")
            .node("Add", &["zero", "ones"], "whole")
            .node("Mul", &["whole", "first"], tensor::MASK_FIRST)
            .node("Mul", &["whole", "second"], tensor::MASK_SECOND)
            .output(tensor::MASK_FIRST, &shape)
            .output(tensor::MASK_SECOND, &shape)
            .model()
    }

    fn parity(&self) -> Vec<u8> {
        let pixels = self.pixels();
        let image: Vec<f32> = (0..FACES * pixels)
            .map(|i| (i % 97) as f32 / 97.0)
            .collect();
        let mut style_edited = [0.0; FACES * DIM];
        style_edited[0] = 0.5;
        let edited: Vec<f32> = image
            .iter()
            .enumerate()
            .map(|(i, value)| value + if i < pixels { 0.5 } else { 0.0 } + self.parity_error)
            .collect();
        let targets: Vec<f32> = std::iter::repeat_n(targets(), FACES).flatten().collect();
        let zeros = vec![0.0; FACES * 2 * DIM];
        let code = &zeros[..FACES * DIM];
        let [channels, size, _] = self.image().map(|side| side as usize);
        let logits = [self.logit; FACES];
        let masks = MASKS.map(|value| vec![value; FACES * MASK_PIXELS]);
        let mut floats: Vec<(&str, Vec<usize>, &[f32])> = vec![
            (tensor::IMAGE, vec![FACES, channels, size, size], &image),
            (tensor::STYLES, vec![FACES, 2, DIM], &zeros),
            (tensor::STYLE_UNRELATED, vec![FACES, DIM], code),
            (tensor::STYLE_RELATED, vec![FACES, DIM], code),
            (tensor::STYLE_RELATED_TARGETS, vec![FACES, 2, DIM], &targets),
            (tensor::STYLE_EDITED, vec![FACES, DIM], &style_edited),
            (tensor::EDITED, vec![FACES, channels, size, size], &edited),
            (tensor::LOGITS, vec![FACES, 1], &logits),
            ("unused", vec![1], &[0.0]),
        ];
        let differences: Vec<f32> = edited.iter().zip(&image).map(|(a, b)| a - b).collect();
        let fields = self.field().repeat(FACES);
        if self.output == OutputForm::Displacement {
            let shape = vec![FACES, channels, size, size];
            floats.push((tensor::DIFFERENCE, shape, &differences));
            let shape = vec![FACES, 2, FIELD_SIZE, FIELD_SIZE];
            floats.push((tensor::DISPLACEMENT, shape, &fields));
        }
        if self.reads_masks() {
            let shape = vec![FACES, 1, tensor::MASK_SIZE, tensor::MASK_SIZE];
            floats.push((tensor::MASK_FIRST, shape.clone(), &masks[0]));
            floats.push((tensor::MASK_SECOND, shape, &masks[1]));
        }
        let mut bytes: Vec<(&str, Dtype, Vec<usize>, Vec<u8>)> = floats
            .into_iter()
            .map(|(name, shape, values)| {
                let raw = values.iter().flat_map(|v| v.to_le_bytes()).collect();
                (name, Dtype::F32, shape, raw)
            })
            .collect();
        let domains = [0_i64, 1].iter().flat_map(|v| v.to_le_bytes()).collect();
        bytes.push((tensor::SOURCE_DOMAIN, Dtype::I64, vec![FACES], domains));
        let views = bytes.iter().map(|(name, dtype, shape, raw)| {
            (*name, TensorView::new(*dtype, shape.clone(), raw).unwrap())
        });
        safetensors::serialize(views, None).unwrap()
    }
}

fn targets() -> [f32; 2 * DIM] {
    let mut targets = [0.0; 2 * DIM];
    targets[0] = -STEP;
    targets[DIM] = STEP;
    targets
}

fn style_transformer() -> Vec<u8> {
    let dim = DIM as i64;
    Graph::default()
        .input(tensor::STYLE, &[dim])
        .floats("half", &[1], &[0.5])
        .floats("w", &[dim, 2 * dim], &[0.0; 2 * DIM * DIM])
        .floats("b", &[2 * dim], &targets())
        .ints("shape", &[-1, 2, dim])
        .node("Mul", &[tensor::STYLE, "half"], tensor::STYLE_UNRELATED)
        .node(
            "Sub",
            &[tensor::STYLE, tensor::STYLE_UNRELATED],
            tensor::STYLE_RELATED,
        )
        .node("Gemm", &[tensor::STYLE, "w", "b"], "codes")
        .node(
            "Reshape",
            &["codes", "shape"],
            tensor::STYLE_RELATED_TARGETS,
        )
        .output(tensor::STYLE_UNRELATED, &[dim])
        .output(tensor::STYLE_RELATED, &[dim])
        .output(tensor::STYLE_RELATED_TARGETS, &[2, dim])
        .model()
}
