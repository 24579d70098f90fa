//! What a file of tensors and plain containers may name.

/// How the numbers of a storage are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Element {
    Double,
    Float,
    Half,
    BFloat16,
    /// Integers and truth values of this many bytes, which no network of ours computes with.
    Integer(u64),
}

impl Element {
    /// Bytes of one number.
    pub(crate) fn bytes(self) -> u64 {
        match self {
            Self::Double => 8,
            Self::Float => 4,
            Self::Half | Self::BFloat16 => 2,
            Self::Integer(bytes) => bytes,
        }
    }
}

/// A name of the allow-list, by what a call of it makes. Nothing is ever called: the machine makes its own objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name {
    /// `collections.OrderedDict`: a dictionary.
    OrderedDict,
    /// `torch.FloatStorage` and its like, which only ever stand in a storage's reference.
    Storage(Element),
    /// `torch._utils._rebuild_tensor` and `…_v2`: a tensor of storage, offset, sides and strides.
    Tensor,
    /// `torch._tensor._rebuild_from_type_v2`: what its first argument makes of its third.
    FromType,
    /// `torch._utils._rebuild_parameter` and classes: their first argument.
    Same,
}

impl Name {
    /// The name, if the allow-list has it.
    pub(crate) fn find(module: &str, name: &str) -> Option<Self> {
        Some(match (module, name) {
            ("collections", "OrderedDict") => Self::OrderedDict,
            // `torch.cuda` in files of PyTorch before 0.4.
            ("torch" | "torch.cuda", storage) if storage.ends_with("Storage") => {
                Self::Storage(match storage {
                    "DoubleStorage" => Element::Double,
                    "FloatStorage" => Element::Float,
                    "HalfStorage" => Element::Half,
                    "BFloat16Storage" => Element::BFloat16,
                    "BoolStorage" | "ByteStorage" | "CharStorage" => Element::Integer(1),
                    "ShortStorage" => Element::Integer(2),
                    "IntStorage" => Element::Integer(4),
                    "LongStorage" => Element::Integer(8),
                    _ => return None,
                })
            }
            ("torch._utils", "_rebuild_tensor" | "_rebuild_tensor_v2") => Self::Tensor,
            ("torch._tensor", "_rebuild_from_type_v2") => Self::FromType,
            ("torch._utils", "_rebuild_parameter")
            | ("torch.nn.parameter", "Parameter")
            | ("torch", "Size" | "Tensor") => Self::Same,
            _ => return None,
        })
    }
}
