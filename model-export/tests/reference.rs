//! Naive operators, written from their definitions, and the networks made of them.
//!
//! Everything is `[C,H,W]` or `[d]`, one image at a time, in 64-bit floats.

use crate::fixture::Tensors;
use model_spec::{Architecture, OutputForm};
use ndarray::{Array1, Array3, ArrayView1, ArrayView2, ArrayView4, Axis, Ix1, Ix2, Ix4, s};

type Image = Array3<f64>;

pub fn conv(
    x: &Image,
    weight: ArrayView4<'_, f64>,
    bias: Option<ArrayView1<'_, f64>>,
    stride: usize,
    padding: usize,
) -> Image {
    let (from, height, width) = x.dim();
    let (to, _, rows, columns) = weight.dim();
    let side = |length: usize, kernel: usize| (length + 2 * padding - kernel) / stride + 1;
    let mut padded = Image::zeros((from, height + 2 * padding, width + 2 * padding));
    padded
        .slice_mut(s![.., padding..padding + height, padding..padding + width])
        .assign(x);
    Image::from_shape_fn(
        (to, side(height, rows), side(width, columns)),
        |(o, i, j)| {
            let (top, left) = (i * stride, j * stride);
            let window = padded.slice(s![.., top..top + rows, left..left + columns]);
            let product = (&window * &weight.index_axis(Axis(0), o)).sum();
            product + bias.map_or(0.0, |bias| bias[o])
        },
    )
}

pub fn leaky_relu(x: &Image) -> Image {
    x.mapv(|v| if v > 0.0 { v } else { 0.2 * v })
}

pub fn average_pool2(x: &Image) -> Image {
    let (c, h, w) = x.dim();
    Image::from_shape_fn((c, h / 2, w / 2), |(c, i, j)| {
        x.slice(s![c, 2 * i..2 * i + 2, 2 * j..2 * j + 2]).sum() / 4.0
    })
}

pub fn nearest_up2(x: &Image) -> Image {
    let (c, h, w) = x.dim();
    Image::from_shape_fn((c, 2 * h, 2 * w), |(c, i, j)| x[[c, i / 2, j / 2]])
}

fn instance_norm(x: &Image, scale: &Array1<f64>, shift: &Array1<f64>) -> Image {
    let mut y = x.clone();
    for (c, mut channel) in y.outer_iter_mut().enumerate() {
        let mean = channel.mean().unwrap();
        let variance = channel.mapv(|v| (v - mean).powi(2)).mean().unwrap();
        let deviation = (variance + 1e-5).sqrt();
        channel.mapv_inplace(|v| scale[c] * (v - mean) / deviation + shift[c]);
    }
    y
}

fn linear(x: &Array1<f64>, weight: ArrayView2<'_, f64>, bias: ArrayView1<'_, f64>) -> Array1<f64> {
    weight.dot(x) + bias
}

/// Bilinear, aligned as by pixel centres: of every `k` values the mean of the middle two, in both directions.
fn reduced(mask: &Image, side: usize) -> Image {
    let k = mask.dim().1 / side;
    let first = k / 2 - 1;
    Image::from_shape_fn((1, side, side), |(_, i, j)| {
        let (i, j) = (k * i + first, k * j + first);
        mask.slice(s![0, i..i + 2, j..j + 2]).sum() / 4.0
    })
}

/// The networks as functions of their tensors.
pub struct Reference<'a> {
    pub architecture: &'a Architecture,
    pub tensors: &'a Tensors,
}

/// What a block does to the sides of its image.
#[derive(PartialEq)]
enum Size {
    Kept,
    Halved,
}

impl Reference<'_> {
    fn vector(&self, name: &str) -> Array1<f64> {
        let tensor = self.tensors[name].mapv(f64::from);
        tensor.into_dimensionality::<Ix1>().unwrap()
    }

    fn linear(&self, name: &str, x: &Array1<f64>) -> Array1<f64> {
        let weight = self.tensors[&format!("{name}.weight")].mapv(f64::from);
        let weight = weight.into_dimensionality::<Ix2>().unwrap();
        linear(
            x,
            weight.view(),
            self.vector(&format!("{name}.bias")).view(),
        )
    }

    fn conv(&self, name: &str, x: &Image, stride: usize, padding: usize) -> Image {
        let weight = self.tensors[&format!("{name}.weight")].mapv(f64::from);
        let weight = weight.into_dimensionality::<Ix4>().unwrap();
        let bias = format!("{name}.bias");
        let bias = self.tensors.contains_key(&bias).then(|| self.vector(&bias));
        conv(
            x,
            weight.view(),
            bias.as_ref().map(|b| b.view()),
            stride,
            padding,
        )
    }

    fn norm(&self, name: &str, x: &Image) -> Image {
        let (scale, shift) = (format!("{name}.weight"), format!("{name}.bias"));
        instance_norm(x, &self.vector(&scale), &self.vector(&shift))
    }

    fn adain(&self, name: &str, x: &Image, style: &Array1<f64>) -> Image {
        let channels = x.len_of(Axis(0));
        let affine = self.linear(&format!("{name}.fc"), style);
        let gamma = affine.slice(s![..channels]).mapv(|v| 1.0 + v);
        instance_norm(x, &gamma, &affine.slice(s![channels..]).to_owned())
    }

    fn shortcut(&self, name: &str, x: &Image) -> Image {
        let name = format!("{name}.conv1x1");
        if self.tensors.contains_key(&format!("{name}.weight")) {
            return self.conv(&name, x, 1, 0);
        }
        x.clone()
    }

    fn residual(&self, name: &str, x: &Image, size: Size, norms: bool) -> Image {
        let part = |part: &str| format!("{name}.{part}");
        let mut h = x.clone();
        if norms {
            h = self.norm(&part("norm1"), &h);
        }
        h = self.conv(&part("conv1"), &leaky_relu(&h), 1, 1);
        let mut shortcut = self.shortcut(name, x);
        if size == Size::Halved {
            h = average_pool2(&h);
            shortcut = average_pool2(&shortcut);
        }
        if norms {
            h = self.norm(&part("norm2"), &h);
        }
        h = self.conv(&part("conv2"), &leaky_relu(&h), 1, 1);
        (h + shortcut) / 2_f64.sqrt()
    }

    fn adaptive(&self, name: &str, x: &Image, style: &Array1<f64>, up: bool) -> Image {
        let high_pass = self.architecture.w_hpf > 0.0;
        let part = |part: &str| format!("{name}.{part}");
        let mut h = leaky_relu(&self.adain(&part("norm1"), x, style));
        let mut shortcut = x.clone();
        if up {
            h = nearest_up2(&h);
            shortcut = nearest_up2(&shortcut);
        }
        h = self.conv(&part("conv1"), &h, 1, 1);
        h = leaky_relu(&self.adain(&part("norm2"), &h, style));
        h = self.conv(&part("conv2"), &h, 1, 1);
        if high_pass {
            return h;
        }
        (h + self.shortcut(name, &shortcut)) / 2_f64.sqrt()
    }

    /// `HighPass(mask * f) / w_hpf` of a feature `f`: 8 times every value less its neighbours.
    fn high_pass(&self, feature: &Image, mask: &Image) -> Image {
        let (channels, side, _) = feature.dim();
        let mut masked = Image::zeros((channels, side + 2, side + 2));
        masked
            .slice_mut(s![.., 1..=side, 1..=side])
            .assign(&(feature * &reduced(mask, side)));
        Image::from_shape_fn((channels, side, side), |(c, i, j)| {
            let sum = masked.slice(s![c, i..i + 3, j..j + 3]).sum();
            (9.0 * masked[[c, i + 1, j + 1]] - sum) / f64::from(self.architecture.w_hpf)
        })
    }

    /// The generator's outputs, in order; `masks [1,256,256]`, the whole face and the face without chin, lips
    /// and brows, where it has high-pass skips.
    pub fn generator(
        &self,
        x: &Image,
        style: &Array1<f64>,
        masks: Option<&[Image; 2]>,
    ) -> Vec<Image> {
        let down = self.architecture.image_size.ilog2() as usize - 4 + usize::from(masks.is_some());
        let mut features = None;
        let mut kept = std::collections::BTreeMap::new();
        let mut h = self.conv("generator.from_rgb", x, 1, 1);
        for i in 0..down + 2 {
            let size = if i < down { Size::Halved } else { Size::Kept };
            kept.insert(h.dim().1, h.clone());
            h = self.residual(&format!("generator.encode.{i}"), &h, size, true);
        }
        for i in 0..down + 2 {
            h = self.adaptive(&format!("generator.decode.{i}"), &h, style, i >= 2);
            let side = h.dim().1;
            if let (Some(masks), 32 | 64 | 128) = (masks, side) {
                let mask = &masks[usize::from(side > 32)];
                h = h + self.high_pass(&kept[&side], mask);
            }
            if h.dim().1 == 32 {
                features = Some(h.clone());
            }
        }
        h = leaky_relu(&self.norm("generator.to_rgb.0", &h));
        let net = self.conv("generator.to_rgb.2", &h, 1, 0);
        match self.architecture.output {
            OutputForm::Image => vec![net],
            OutputForm::Difference => vec![x + &net, net],
            OutputForm::Displacement => {
                let h = leaky_relu(&features.unwrap());
                let h = leaky_relu(&self.conv("generator.field.0", &h, 1, 1));
                let u = self.conv("generator.field.1", &h, 1, 1);
                let largest = f64::from(self.architecture.largest_displacement);
                vec![net, u.mapv(|value| largest * value.tanh())]
            }
        }
    }

    /// One style code per domain.
    pub fn style_encoder(&self, x: &Image, domains: usize) -> Vec<Array1<f64>> {
        let down = self.architecture.image_size.ilog2() as usize - 2;
        let mut h = self.conv("style_encoder.shared.0", x, 1, 1);
        for i in 1..=down {
            h = self.residual(
                &format!("style_encoder.shared.{i}"),
                &h,
                Size::Halved,
                false,
            );
        }
        let last = format!("style_encoder.shared.{}", down + 2);
        h = leaky_relu(&self.conv(&last, &leaky_relu(&h), 1, 0));
        let h = h.flatten().to_owned();
        (0..domains)
            .map(|y| self.linear(&format!("style_encoder.unshared.{y}"), &h))
            .collect()
    }

    fn perceptron(&self, name: &str, x: &Array1<f64>) -> Array1<f64> {
        let relu = |x: Array1<f64>| x.mapv(|v| v.max(0.0));
        let h = relu(self.linear(&format!("style_transformer.{name}.0"), x));
        let h = relu(self.linear(&format!("style_transformer.{name}.2"), &h));
        self.linear(&format!("style_transformer.{name}.4"), &h)
    }

    /// Unrelated part, related part, and the related part moved to every domain.
    pub fn style_transformer(
        &self,
        style: &Array1<f64>,
        domains: usize,
    ) -> (Array1<f64>, Array1<f64>, Vec<Array1<f64>>) {
        let unrelated = self.perceptron("unrelated", style);
        let related = style - &unrelated;
        let targets = (0..domains).map(|y| self.perceptron(&format!("related.{y}"), &related));
        let targets = targets.collect();
        (unrelated, related, targets)
    }

    /// One logit per attribute.
    pub fn classifier(&self, x: &Image) -> Array1<f64> {
        let mut h = x.clone();
        for i in 0..5 {
            h = self.conv(
                &format!("classifier.{i}.conv"),
                &h,
                if i == 0 { 1 } else { 2 },
                1,
            );
            let of = |part: &str| self.vector(&format!("classifier.{i}.norm.{part}"));
            let (scale, shift) = (of("weight"), of("bias"));
            let (mean, variance) = (of("running_mean"), of("running_var"));
            for (c, mut channel) in h.outer_iter_mut().enumerate() {
                let factor = scale[c] / (variance[c] + 1e-5).sqrt();
                channel.mapv_inplace(|v| ((v - mean[c]) * factor + shift[c]).max(0.0));
            }
        }
        let pooled = h.mean_axis(Axis(2)).unwrap().mean_axis(Axis(1)).unwrap();
        self.linear("classifier.head", &pooled)
    }
}
