//! The modules, as torchvision names their branches.

use super::branch::{BranchPlan, Pool, chain, forked, pooled, same, valid};

/// 35x35 modules; the pooled branch has `width` channels.
pub(super) fn module_a(width: i64) -> Vec<BranchPlan> {
    vec![
        chain(vec![same("branch1x1", 64, 1, 1)]),
        chain(vec![
            same("branch5x5_1", 48, 1, 1),
            same("branch5x5_2", 64, 5, 5),
        ]),
        chain(vec![
            same("branch3x3dbl_1", 64, 1, 1),
            same("branch3x3dbl_2", 96, 3, 3),
            same("branch3x3dbl_3", 96, 3, 3),
        ]),
        pooled(Pool::Average, vec![same("branch_pool", width, 1, 1)]),
    ]
}

/// From 35x35 to 17x17.
pub(super) fn module_b() -> Vec<BranchPlan> {
    vec![
        chain(vec![valid("branch3x3", 384, 2)]),
        chain(vec![
            same("branch3x3dbl_1", 64, 1, 1),
            same("branch3x3dbl_2", 96, 3, 3),
            valid("branch3x3dbl_3", 96, 2),
        ]),
        pooled(Pool::Max, vec![]),
    ]
}

/// 17x17 modules with `narrow` channels inside.
pub(super) fn module_c(narrow: i64) -> Vec<BranchPlan> {
    vec![
        chain(vec![same("branch1x1", 192, 1, 1)]),
        chain(vec![
            same("branch7x7_1", narrow, 1, 1),
            same("branch7x7_2", narrow, 1, 7),
            same("branch7x7_3", 192, 7, 1),
        ]),
        chain(vec![
            same("branch7x7dbl_1", narrow, 1, 1),
            same("branch7x7dbl_2", narrow, 7, 1),
            same("branch7x7dbl_3", narrow, 1, 7),
            same("branch7x7dbl_4", narrow, 7, 1),
            same("branch7x7dbl_5", 192, 1, 7),
        ]),
        pooled(Pool::Average, vec![same("branch_pool", 192, 1, 1)]),
    ]
}

/// From 17x17 to 8x8.
pub(super) fn module_d() -> Vec<BranchPlan> {
    vec![
        chain(vec![
            same("branch3x3_1", 192, 1, 1),
            valid("branch3x3_2", 320, 2),
        ]),
        chain(vec![
            same("branch7x7x3_1", 192, 1, 1),
            same("branch7x7x3_2", 192, 1, 7),
            same("branch7x7x3_3", 192, 7, 1),
            valid("branch7x7x3_4", 192, 2),
        ]),
        pooled(Pool::Max, vec![]),
    ]
}

/// 8x8 modules.
pub(super) fn module_e() -> Vec<BranchPlan> {
    vec![
        chain(vec![same("branch1x1", 320, 1, 1)]),
        forked(vec![
            same("branch3x3_1", 384, 1, 1),
            same("branch3x3_2a", 384, 1, 3),
            same("branch3x3_2b", 384, 3, 1),
        ]),
        forked(vec![
            same("branch3x3dbl_1", 448, 1, 1),
            same("branch3x3dbl_2", 384, 3, 3),
            same("branch3x3dbl_3a", 384, 1, 3),
            same("branch3x3dbl_3b", 384, 3, 1),
        ]),
        pooled(Pool::Average, vec![same("branch_pool", 192, 1, 1)]),
    ]
}
