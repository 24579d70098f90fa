"""Checks ONNX graphs with the `onnx` package and runs them with `onnxruntime`.

usage: open_elsewhere.py GRAPH.onnx...

For every graph: the full checker with strict shape inference, inferred against declared output shapes,
names and doc strings of nodes, metadata, and one run of two faces. Prints one line per graph.
"""

import sys

import numpy
import onnx
import onnxruntime

METADATA = {"model", "licence", "image_size", "pixel_range", "channels", "domains", "attributes"}


def sides(value):
    shape = value.type.tensor_type.shape
    return [side.dim_param or side.dim_value for side in shape.dim]


def check(path):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    bare = onnx.ModelProto()
    bare.CopyFrom(model)
    del bare.graph.value_info[:]
    inferred = onnx.shape_inference.infer_shapes(bare, strict_mode=True, data_prop=True)
    for declared, found in zip(model.graph.output, inferred.graph.output):
        assert sides(declared) == sides(found), f"{declared.name}: {sides(declared)}, {sides(found)}"
    known = {value.name: sides(value) for value in inferred.graph.value_info}
    for value in model.graph.value_info:
        found = known.get(value.name)
        fixed = found and all(isinstance(side, int) and side > 0 for side in found[1:])
        if fixed:
            assert found[1:] == sides(value)[1:], f"{value.name}: {sides(value)}, {found}"

    assert model.doc_string and model.graph.doc_string, "no doc string"
    names = [node.name for node in model.graph.node]
    assert all(names) and len(set(names)) == len(names), "nodes without names of their own"
    metadata = {entry.key for entry in model.metadata_props}
    assert METADATA <= metadata, f"no metadata {METADATA - metadata}"

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    random = numpy.random.default_rng(0)
    inputs = {
        value.name: random.uniform(-1, 1, [2, *value.shape[1:]]).astype(numpy.float32)
        for value in session.get_inputs()
    }
    outputs = dict(zip([o.name for o in session.get_outputs()], session.run(None, inputs)))
    for name, array in outputs.items():
        assert array.shape[0] == 2 and numpy.isfinite(array).all(), name
    print(f"{path}: {len(names)} nodes, outputs {', '.join(outputs)}")


for graph in sys.argv[1:]:
    check(graph)
