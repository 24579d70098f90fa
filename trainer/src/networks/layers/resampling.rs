//! Images at half and at twice their size.

use tch::Tensor;

/// Mean over 2x2 pixels, `[N,C,H,W] -> [N,C,H/2,W/2]`.
pub(crate) fn average_pool2(x: &Tensor) -> Tensor {
    x.avg_pool2d([2, 2], [2, 2], [0, 0], false, true, None::<i64>)
}

/// Every pixel four times, `[N,C,H,W] -> [N,C,2H,2W]`.
pub(crate) fn nearest_up2(x: &Tensor) -> Tensor {
    let (_, _, height, width) = x
        .size4()
        .unwrap_or_else(|_| unreachable!("images have 4 sides"));
    x.upsample_nearest2d([2 * height, 2 * width], None, None)
}

/// Images of `k` times `size` pixels a side, averaged: `[N,C,kS,kS] -> [N,C,S,S]`.
pub(crate) fn reduced(x: &Tensor, size: i64) -> Tensor {
    let k = x.size()[2] / size;
    if k <= 1 {
        return x.shallow_clone();
    }
    x.avg_pool2d([k, k], [k, k], [0, 0], false, true, None::<i64>)
}

/// Images enlarged bicubically to `size` pixels a side: `[N,C,H,H] -> [N,C,size,size]`.
pub(crate) fn enlarged(x: &Tensor, size: i64) -> Tensor {
    if x.size()[2] == size {
        return x.shallow_clone();
    }
    x.upsample_bicubic2d([size, size], false, None, None)
}
