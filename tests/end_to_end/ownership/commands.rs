//! What every command writes, and how it is called. In the words, `GIVEN` stands for the folder of valid inputs.

/// One option that is written to.
pub struct Written {
    pub program: &'static str,
    /// The rest of the call.
    words: &'static str,
    option: &'static str,
    /// What stands before the path, as in `png:DIR`.
    before: &'static str,
    /// End of a new name that the option takes.
    ending: &'static str,
    /// Where nothing is written without a window, a device or a GPU, or nothing new can be named.
    pub is_refused_here: bool,
    /// A failure leaves what was finished before it, to go on from.
    pub keeps_what_was_done: bool,
}

/// A call that writes nothing.
pub struct Idle {
    pub program: &'static str,
    pub words: &'static str,
}

/// Options that are read, or are no paths, of one command.
pub struct Read {
    /// Program and command.
    command: &'static str,
    options: &'static str,
}

/// What a person may point an option at, by mistake or because it is shorter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Something of the person's, which has to stay as it is.
    Present(&'static str),
    /// Where no file can be.
    Impossible(&'static str),
    /// A name that is free.
    New,
    /// A free name in a folder of the person's.
    NewInPhotos,
    /// A free name in folders that are not there.
    NewInNothing,
    /// A free name on a disk that takes no byte more.
    FullDisk,
}

pub const TARGETS: [Target; 19] = [
    Target::New,
    Target::Present("."),
    Target::Present(".."),
    Target::Present("notes.txt"),
    Target::FullDisk,
    Target::Present("holiday.png"),
    Target::Present("photos"),
    Target::Present("link-to-file"),
    Target::NewInPhotos,
    Target::Present("link-to-folder"),
    Target::Present("link-to-nowhere"),
    Target::Present("weights.safetensors"),
    Target::NewInNothing,
    Target::Present("backup.tar"),
    Target::Present("take.avi"),
    Target::Present("figures.json"),
    Target::Impossible("notes.txt/below"),
    Target::Impossible("/dev/full"),
    Target::Impossible(""),
];

impl Target {
    /// Whether nothing is there yet, so that something may be afterwards.
    pub fn is_free(self) -> bool {
        !matches!(self, Self::Present(_) | Self::Impossible(_))
    }

    /// The path to write to.
    pub fn path(self, written: &Written) -> String {
        let ending = written.ending;
        match self {
            Self::Present(path) | Self::Impossible(path) => path.into(),
            Self::New | Self::FullDisk => format!("new{ending}"),
            Self::NewInPhotos => format!("photos/new{ending}"),
            Self::NewInNothing => format!("no/such/new{ending}"),
        }
    }
}

impl Written {
    /// The words of a call that writes to `path`.
    pub fn words(&self, path: &str) -> String {
        format!("{} {}={}{path}", self.words, self.option, self.before)
    }

    pub fn command(&self) -> String {
        command(self.program, self.words)
    }

    pub fn option(&self) -> String {
        format!("{} {}", self.command(), self.option)
    }
}

impl Idle {
    pub fn command(&self) -> String {
        command(self.program, self.words)
    }
}

impl Read {
    pub fn options(&self) -> impl Iterator<Item = String> {
        let options = self.options.split_whitespace();
        options.map(|option| format!("{} {option}", self.command))
    }
}

/// Program and command of a call; `model-export` exports where no command is named.
fn command(program: &str, words: &str) -> String {
    match words.split(' ').next() {
        Some(word) if !word.starts_with('-') => format!("{program} {word}"),
        _ => program.into(),
    }
}

const fn written(
    program: &'static str,
    words: &'static str,
    option: &'static str,
    ending: &'static str,
) -> Written {
    Written {
        program,
        words,
        option,
        before: "",
        ending,
        is_refused_here: false,
        keeps_what_was_done: false,
    }
}

const fn refused(written: Written) -> Written {
    Written {
        is_refused_here: true,
        ..written
    }
}

const fn display(before: &'static str) -> Written {
    let words = "run --bundle GIVEN/bundle --source demo --frames 3";
    Written {
        before,
        // The pictures before the one that did not fit.
        keeps_what_was_done: true,
        ..written("edge", words, "--display", "")
    }
}

const fn idle(program: &'static str, words: &'static str) -> Idle {
    Idle { program, words }
}

const FACE: &str =
    "edit --checkpoint GIVEN/checkpoint --input GIVEN/face.png --attr smile=1 --device cpu";
const FACES: &str = "edit --checkpoint GIVEN/checkpoint --input GIVEN/data/test/smiling --attr smile=1 --device cpu";
const SWEEP: &str = "edit --checkpoint GIVEN/checkpoint --input GIVEN/face.png --sweep smile --frames 2 --device cpu";
const COMPARE: &str = "compare --pairs GIVEN/pairs --data GIVEN/data --config GIVEN/small.toml --judge-steps 1 \
     --judge-size 32 --device cpu";
const UNSEEN: &str = "run --bundle GIVEN/bundle --source demo --frames 3 --display none";

pub const WRITTEN: [Written; 34] = [
    Written {
        keeps_what_was_done: true,
        ..written(
            "trainer",
            "fit --config GIVEN/small.toml --data GIVEN/data --device cpu",
            "--out",
            "",
        )
    },
    written("trainer", FACE, "--out", ".png"),
    written("trainer", FACES, "--out", ""),
    written("trainer", SWEEP, "--out", ".gif"),
    written("trainer", SWEEP, "--out", ".png"),
    written(
        "trainer",
        "eval --checkpoint GIVEN/checkpoint --data GIVEN/data --judge-steps 1 --device cpu",
        "--judge",
        ".safetensors",
    ),
    // Folders per domain do not say who is on which picture.
    refused(written(
        "trainer",
        "eval --checkpoint GIVEN/checkpoint --data GIVEN/data --judge GIVEN/judge.safetensors --judge-steps 1 --device cpu",
        "--identity",
        ".safetensors",
    )),
    refused(written(
        "trainer",
        "eval --record --data GIVEN/data --judge GIVEN/judge.safetensors --judge-steps 1 --device cpu",
        "--checkpoint",
        "",
    )),
    // A judge of one step is written, and then refused.
    Written {
        keeps_what_was_done: true,
        ..refused(written("trainer", COMPARE, "--judge", ".safetensors"))
    },
    refused(written(
        "trainer",
        "compare --pairs GIVEN/pairs --data GIVEN/data --config GIVEN/small.toml \
         --judge GIVEN/nets_ema.ckpt --device cpu",
        "--out",
        "",
    )),
    Written {
        keeps_what_was_done: true,
        ..written(
            "trainer",
            "ablate --config GIVEN/small.toml --data GIVEN/data --rows bl --judge-steps 1 --faces-per-domain 2 \
             --device cpu",
            "--out",
            "",
        )
    },
    written(
        "trainer",
        "import GIVEN/nets_ema.ckpt --attributes smile:neutral/smiling",
        "--out",
        "",
    ),
    written(
        "trainer",
        "classifier --checkpoint GIVEN/checkpoint --data GIVEN/data --steps 1 --device cpu",
        "--out",
        ".safetensors",
    ),
    // Folders per domain do not say who is on which picture.
    refused(written(
        "trainer",
        "identity --data GIVEN/data --steps 1 --device cpu",
        "--out",
        ".safetensors",
    )),
    refused(written(
        "trainer",
        "compare --pairs GIVEN/pairs --data GIVEN/data --config GIVEN/small.toml \
         --judge GIVEN/judge.safetensors --judge-size 32 --device cpu",
        "--identity",
        ".safetensors",
    )),
    written(
        "trainer",
        "judge --data GIVEN/data --config GIVEN/small.toml --network plain --steps 1 --size 32 --device cpu",
        "--out",
        ".safetensors",
    ),
    written(
        "trainer",
        "judge --data GIVEN/data --config GIVEN/small.toml --network plain --steps 1 --size 32 --device cpu \
         --out GIVEN/judge.safetensors",
        "--confusions",
        ".png",
    ),
    refused(written(
        "trainer",
        "fit-aligner --procedural 20 --repetitions 1",
        "--checkpoint",
        "",
    )),
    written(
        "trainer",
        "pack --config GIVEN/small.toml --data GIVEN/data",
        "--out",
        ".safetensors",
    ),
    written("trainer", "inspect --data GIVEN/data", "--sheet", ".png"),
    written("trainer", "report GIVEN/run", "--out", ".html"),
    written(
        "trainer",
        "study --methods a=GIVEN/pairs,b=GIVEN/pairs",
        "--out",
        "",
    ),
    written("model-export", "--checkpoint GIVEN/checkpoint", "--out", ""),
    written(
        "model-export",
        "--checkpoint GIVEN/checkpoint",
        "--out",
        ".tar",
    ),
    display("png:"),
    display("crops:"),
    refused(display("v4l:")),
    written("edge", UNSEEN, "--report", ".json"),
    written("edge", UNSEEN, "--contact-sheet", ".png"),
    written(
        "edge",
        "run --bundle GIVEN/bundle --source demo --frames 3 --display none --public-key GIVEN/key.pub",
        "--release-record",
        "",
    ),
    refused(written("edge", UNSEEN, "--record", ".avi")),
    refused(written("edge", UNSEEN, "--virtual-camera", "")),
    written(
        "edge",
        "bench --bundle GIVEN/bundle --frames 100 --cost-only",
        "--json",
        ".json",
    ),
    // Only TensorRT has engines.
    refused(written(
        "edge",
        "check --bundle GIVEN/bundle",
        "--engine-cache",
        "",
    )),
];

/// Some of these find that the file they would write by default is somebody else's.
pub const IDLE: [Idle; 18] = [
    idle(
        "trainer",
        "fit --config GIVEN/small.toml --data GIVEN/data --out new --dry-run --device cpu",
    ),
    idle(
        "trainer",
        "bench --config GIVEN/small.toml --variants plain --rounds 1 --minutes 0.1 --device cpu",
    ),
    idle("trainer", "inspect --data GIVEN/data"),
    idle("trainer", "fit"),
    idle("trainer", "report photos"),
    idle("trainer", "study-report photos figures.json"),
    idle("model-export", "inspect GIVEN/bundle"),
    idle("model-export", "inspect ."),
    idle("edge", "cameras"),
    idle("edge", "config"),
    idle("edge", "check --bundle GIVEN/bundle"),
    idle("edge", "check --bundle ."),
    idle("edge", "prepare --bundle GIVEN/bundle"),
    idle("edge", "doctor --bundle GIVEN/bundle"),
    idle("edge", "run --bundle GIVEN/bundle --source demo --frames 3"),
    idle(
        "edge",
        "run --bundle GIVEN/bundle --source demo --frames 3 --display none --photos photos",
    ),
    idle(
        "edge",
        "run --bundle GIVEN/bundle --source dir:photos --display none",
    ),
    idle(
        "edge",
        "bench --bundle GIVEN/bundle --frames 100 --cost-only",
    ),
];

/// Every option of every command that is not in [`WRITTEN`].
pub const READ: [Read; 25] = [
    Read {
        command: "trainer fit",
        options: "--config --data --attributes --resume --from --device --dry-run --set",
    },
    Read {
        command: "trainer edit",
        options: "--checkpoint --input --attr --reference --strength --sweep --frames --source-domain \
                  --reference-domain --device",
    },
    Read {
        command: "trainer eval",
        options: "--data --judge-steps --config --faces-per-domain --inception --film-people --record --device",
    },
    Read {
        command: "trainer ablate",
        options: "--config --data --rows --seeds --judge-steps --faces-per-domain --inception --device --set",
    },
    Read {
        command: "trainer compare",
        options: "--pairs --data --config --attribute --judge-split --judge-steps --judge-size --inception \
                  --film --light --device",
    },
    Read {
        command: "trainer judge",
        options: "--data --config --network --steps --size --device",
    },
    Read {
        command: "trainer import",
        options: "<INPUT> --attributes --map --w-hpf --framing --classifier --licence",
    },
    Read {
        command: "trainer classifier",
        options: "--checkpoint --data --steps --device",
    },
    Read {
        command: "trainer identity",
        options: "--data --steps --device",
    },
    Read {
        command: "trainer fit-aligner",
        options: "--data --procedural --repetitions --seed",
    },
    Read {
        command: "trainer pack",
        options: "--config --data --attributes --set",
    },
    Read {
        command: "trainer inspect",
        options: "--config --data --attributes --set",
    },
    Read {
        command: "trainer report",
        options: "<RUN> --compared",
    },
    Read {
        command: "trainer study",
        options: "--methods --faces --seed",
    },
    Read {
        command: "trainer study-report",
        options: "<STUDY> <ANSWERS>...",
    },
    Read {
        command: "trainer bench",
        options: "--config --rounds --variants --minutes --device --set",
    },
    Read {
        command: "model-export inspect",
        options: "<BUNDLE>",
    },
    Read {
        command: "model-export",
        options: "--checkpoint --precision --norm --calibration --accept-loss --sign --release --explain \
                  --onnxruntime --no-dead-weights --no-batch-norm --no-bias-before-norm --no-one-plus-gamma \
                  --no-scale --no-pointwise --no-pooled-products --no-pooled-conv --no-upsampled-products \
                  --no-upsampled-conv --no-winograd-products --no-domain-heads",
    },
    Read {
        command: "edge run",
        options: "--bundle --provider --onnxruntime --public-key --source-domain --precision --builder-level \
                  --config --cuda-graph --engine-cache --source --camera-mode --rotate --frames --attr \
                  --reference --sync --style-every --faces --kiosk --window-size --fit --language --font \
                  --view --leave-after --still-after --fade-after --status --text-scale --motion \
                  --blank-after --photos",
    },
    Read {
        command: "edge cameras",
        options: "--config",
    },
    Read {
        command: "edge config",
        options: "--bundle --provider --onnxruntime --public-key --source-domain --precision --builder-level \
                  --config --cuda-graph --engine-cache --source --camera-mode --rotate --display --frames \
                  --attr --reference --sync --style-every --faces --kiosk --window-size --fit --language \
                  --font --view --leave-after --still-after --fade-after --status --text-scale --motion \
                  --blank-after --photos --record --virtual-camera --report --release-record --contact-sheet",
    },
    Read {
        command: "edge check",
        options: "--bundle --provider --onnxruntime --public-key --source-domain --precision --builder-level \
                  --config --cuda-graph",
    },
    Read {
        command: "edge bench",
        options: "--bundle --provider --onnxruntime --public-key --source-domain --precision --builder-level \
                  --config --cuda-graph --engine-cache --frames --cost-only",
    },
    Read {
        command: "edge prepare",
        options: "--bundle --provider --onnxruntime --public-key --source-domain --precision --builder-level \
                  --config --cuda-graph --engine-cache",
    },
    Read {
        command: "edge doctor",
        options: "--bundle --onnxruntime --json --config",
    },
];
