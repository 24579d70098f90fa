//! What a device says it can do.

use super::{
    mode::{Mode, ModeRequest, WANTED, WANTED_RATE},
    rate::Rate,
};
use crate::capture::decode::pixel_format::{FORMATS, FourCc};
use v4l::{
    Device, FourCC,
    frameinterval::FrameIntervalEnum,
    framesize::{FrameSizeEnum, Stepwise},
    video::Capture,
};

/// Sizes to name where a camera can do any.
const COMMON: [[u32; 2]; 3] = [[640, 480], WANTED, [1920, 1080]];

/// All the formats of `device`, also those this program cannot read.
#[must_use]
pub(crate) fn formats(device: &Device) -> Vec<FourCc> {
    let formats = device.enum_formats().unwrap_or_default();
    formats.iter().map(|format| format.fourcc.repr).collect()
}

/// The modes of `device` that this program can read, without repetitions. Where it can do any size or
/// rate in a range, the common ones and the one wished for.
#[must_use]
pub(crate) fn list(device: &Device, wish: ModeRequest) -> Vec<Mode> {
    let offered = formats(device);
    let mut modes = Vec::new();
    for fourcc in FORMATS
        .into_iter()
        .filter(|format| offered.contains(format))
    {
        for [width, height] in sizes(device, fourcc, wish) {
            for rate in rates(device, fourcc, [width, height], wish) {
                let mode = Mode {
                    fourcc,
                    width,
                    height,
                    rate,
                };
                if !modes.contains(&mode) {
                    modes.push(mode);
                }
            }
        }
    }
    modes
}

fn sizes(device: &Device, fourcc: FourCc, wish: ModeRequest) -> Vec<[u32; 2]> {
    let Ok(sizes) = device.enum_framesizes(FourCC::new(&fourcc)) else {
        // A driver that names no sizes answers a wish with what it has.
        return vec![wish.size.unwrap_or(WANTED)];
    };
    let sizes = sizes.into_iter().flat_map(|size| match size.size {
        FrameSizeEnum::Discrete(size) => vec![[size.width, size.height]],
        FrameSizeEnum::Stepwise(range) => sizes_of_range(&range, wish.size),
    });
    sizes.collect()
}

/// The common sizes within `range` and the wish, or else the one nearest to the wanted size.
fn sizes_of_range(range: &Stepwise, wish: Option<[u32; 2]>) -> Vec<[u32; 2]> {
    let nearest = |size: [u32; 2]| {
        let widths = [range.min_width, range.max_width, range.step_width];
        let heights = [range.min_height, range.max_height, range.step_height];
        [(size[0], widths), (size[1], heights)].map(|(side, [least, most, step])| {
            let step = step.max(1);
            let side = side.clamp(least, most.max(least));
            side - (side - least) % step
        })
    };
    let common = COMMON.into_iter().chain(wish);
    let mut sizes: Vec<_> = common.filter(|&size| nearest(size) == size).collect();
    sizes.sort_unstable();
    sizes.dedup();
    if sizes.is_empty() {
        sizes.push(nearest(WANTED));
    }
    sizes
}

fn rates(device: &Device, fourcc: FourCc, size: [u32; 2], wish: ModeRequest) -> Vec<Rate> {
    let intervals = device.enum_frameintervals(FourCC::new(&fourcc), size[0], size[1]);
    let mut rates = Vec::new();
    for interval in intervals.iter().flatten() {
        match &interval.interval {
            FrameIntervalEnum::Discrete(interval) => rates.extend(Rate::of_interval(interval)),
            FrameIntervalEnum::Stepwise(range) => {
                // The shortest interval is the highest rate.
                let (Some(fastest), Some(slowest)) =
                    (Rate::of_interval(&range.min), Rate::of_interval(&range.max))
                else {
                    continue;
                };
                let within = |rate: Rate| {
                    if rate.millis() > fastest.millis() {
                        fastest
                    } else if rate.millis() < slowest.millis() {
                        slowest
                    } else {
                        rate
                    }
                };
                rates.push(within(WANTED_RATE));
                rates.extend(wish.rate.filter(|&rate| within(rate) == rate));
            }
        }
    }
    if rates.is_empty() {
        // Drivers that name no rate run at their own, mostly this one.
        rates.push(wish.rate.unwrap_or(WANTED_RATE));
    }
    rates
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_size_of_a_range_can_be_wished_for_and_is_a_multiple_of_its_step() {
        let range = |step| Stepwise {
            min_width: 32,
            max_width: 1400,
            step_width: step,
            min_height: 32,
            max_height: 1000,
            step_height: step,
        };
        let common = [[640, 480], [1280, 720]];
        assert_eq!(sizes_of_range(&range(2), None), common);
        let wished = sizes_of_range(&range(2), Some([800, 600]));
        assert_eq!(wished, [[640, 480], [800, 600], [1280, 720]]);
        assert_eq!(sizes_of_range(&range(2), Some([801, 600])), common);
        assert_eq!(sizes_of_range(&range(2), Some([4000, 600])), common);
        assert_eq!(sizes_of_range(&range(0), None), common);
        assert_eq!(sizes_of_range(&range(100), None), [[1232, 632]]);
    }
}
