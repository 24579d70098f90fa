//! A graph of two nodes that tells a provider that computes from one that only loads.

use ort::{session::builder::SessionBuilder, value::TensorRef};

/// `y = (x + x) * x` for four numbers: the simplest kernels, which no other library brings along.
const GRAPH: &[u8] = include_bytes!("probe.onnx");
const INPUT: [f32; 4] = [1.0, 2.0, 3.0, 4.0];
const EXPECTED: [f32; 4] = [2.0, 8.0, 18.0, 32.0];

/// Runs the graph in a session of this builder.
///
/// # Errors
/// ONNX Runtime's reason, or what came out instead.
pub(super) fn compute(mut builder: SessionBuilder) -> Result<(), String> {
    let text = |error: ort::Error| error.message().to_owned();
    let mut session = builder.commit_from_memory(GRAPH).map_err(text)?;
    let input = TensorRef::from_array_view(([4_usize], &INPUT[..])).map_err(text)?;
    let outputs = session.run(ort::inputs![input]).map_err(text)?;
    let (_, found) = outputs[0].try_extract_tensor::<f32>().map_err(text)?;
    if found != EXPECTED {
        return Err(format!(
            "it computes wrongly: found {found:?}, expected {EXPECTED:?}"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_graph_computes_what_is_expected_of_it() {
        assert_eq!(INPUT.map(|x| (x + x) * x), EXPECTED);
    }
}
