#!/usr/bin/env python3
"""A training step of L2M-GAN in plain PyTorch, written from the papers' formulas, to compare `trainer bench` with.

usage: trainer/bench/peer.py [--size 256] [--batch 8] [--rounds 10] [--device cuda|cpu] [--channels 64] [--most 512]

Float32, PyTorch's own optimiser, no compilation: what one writes first. The networks are those of `w_hpf = 0`:
Choi et al., "StarGAN v2", CVPR 2020, appendix A; Yang et al., "L2M-GAN", CVPR 2021, section 3. The perceptual loss
uses the features of a small convolutional network, as the trainer's does without ResNet18.
Without Python's torch it says so and ends with 0.
"""

import argparse
import math
import sys
import time

try:
    import torch
    from torch import nn
    from torch.nn import functional as F
except ImportError as error:
    print(f"SKIPPED: Python has no torch ({error})")
    sys.exit(0)

STYLE = 64


class Residual(nn.Module):
    """[norm] act conv [pool] [norm] act conv, plus a shortcut, over sqrt(2)."""

    def __init__(self, channels, out, halve, norm):
        super().__init__()
        self.halve = halve
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, out, 3, padding=1)
        self.norms = nn.ModuleList(nn.InstanceNorm2d(channels, affine=True) if norm else nn.Identity() for _ in range(2))
        self.project = nn.Conv2d(channels, out, 1, bias=False) if channels != out else nn.Identity()

    def forward(self, x):
        shrink = (lambda t: F.avg_pool2d(t, 2)) if self.halve else (lambda t: t)
        h = shrink(self.first(F.leaky_relu(self.norms[0](x), 0.2)))
        h = self.second(F.leaky_relu(self.norms[1](h), 0.2))
        return (h + shrink(self.project(x))) / math.sqrt(2)


class StyledNorm(nn.Module):
    """AdaIN: normalised, then scaled and moved by the style code."""

    def __init__(self, channels):
        super().__init__()
        self.norm = nn.InstanceNorm2d(channels)
        self.affine = nn.Linear(STYLE, 2 * channels)

    def forward(self, x, s):
        gain, shift = self.affine(s)[:, :, None, None].chunk(2, dim=1)
        return (1 + gain) * self.norm(x) + shift


class Styled(nn.Module):
    """AdaIN act [up] conv AdaIN act conv, plus a shortcut, over sqrt(2)."""

    def __init__(self, channels, out, double):
        super().__init__()
        self.double = double
        self.norms = nn.ModuleList([StyledNorm(channels), StyledNorm(out)])
        self.first = nn.Conv2d(channels, out, 3, padding=1)
        self.second = nn.Conv2d(out, out, 3, padding=1)
        self.project = nn.Conv2d(channels, out, 1, bias=False) if channels != out else nn.Identity()

    def forward(self, x, s):
        grow = (lambda t: F.interpolate(t, scale_factor=2)) if self.double else (lambda t: t)
        h = self.first(grow(F.leaky_relu(self.norms[0](x, s), 0.2)))
        h = self.second(F.leaky_relu(self.norms[1](h, s), 0.2))
        return (h + self.project(grow(x))) / math.sqrt(2)


class Generator(nn.Module):
    def __init__(self, width):
        super().__init__()
        halvings = len(width) - 1
        down = [(width[k], width[k + 1], True) for k in range(halvings)] + [(width[-1], width[-1], False)] * 2
        self.stem = nn.Conv2d(3, width[0], 3, padding=1)
        self.encode = nn.ModuleList(Residual(a, b, halve, norm=True) for a, b, halve in down)
        self.decode = nn.ModuleList(Styled(b, a, double) for a, b, double in reversed(down))
        self.norm = nn.InstanceNorm2d(width[0], affine=True)
        self.last = nn.Conv2d(width[0], 3, 1)

    def forward(self, x, s):
        h = self.stem(x)
        for block in self.encode:
            h = block(h)
        for block in self.decode:
            h = block(h, s)
        return self.last(F.leaky_relu(self.norm(h), 0.2))


def trunk(width):
    blocks = [Residual(a, b, halve=True, norm=False) for a, b in zip(width, width[1:])]
    tail = [nn.LeakyReLU(0.2), nn.Conv2d(width[-1], width[-1], 4), nn.LeakyReLU(0.2)]
    return nn.Sequential(nn.Conv2d(3, width[0], 3, padding=1), *blocks, *tail)


def of_domain(values, y):
    """[N,D,...] and [N] -> [N,...]"""
    return values[torch.arange(len(y), device=y.device), y]


class StyleEncoder(nn.Module):
    def __init__(self, width, domains):
        super().__init__()
        self.trunk = trunk(width)
        self.heads = nn.ModuleList(nn.Linear(width[-1], STYLE) for _ in range(domains))

    def forward(self, x, y):
        h = self.trunk(x).flatten(1)
        return of_domain(torch.stack([head(h) for head in self.heads], 1), y)


class Discriminator(nn.Module):
    def __init__(self, width, domains):
        super().__init__()
        self.trunk = trunk(width)
        self.logits = nn.Conv2d(width[-1], domains, 1)

    def forward(self, x, y):
        return of_domain(self.logits(self.trunk(x)).flatten(1), y)


class StyleTransformer(nn.Module):
    """Splits a code into s_un and s_re, and moves s_re into another domain."""

    def __init__(self, domains):
        super().__init__()
        self.unrelated = self.perceptron()
        self.targets = nn.ModuleList(self.perceptron() for _ in range(domains))

    @staticmethod
    def perceptron():
        layer = lambda: nn.Linear(STYLE, STYLE)
        return nn.Sequential(layer(), nn.ReLU(), layer(), nn.ReLU(), layer())

    def forward(self, s, y):
        unrelated = self.unrelated(s)
        related = s - unrelated
        return unrelated, related, of_domain(torch.stack([t(related) for t in self.targets], 1), y)


class Features(nn.Module):
    def __init__(self):
        super().__init__()
        width = [3, 32, 64, 128, 256]
        blocks = zip(width, width[1:])
        self.layers = nn.Sequential(
            *(nn.Sequential(nn.Conv2d(a, b, 3, padding=1), nn.LeakyReLU(0.2), nn.AvgPool2d(2)) for a, b in blocks)
        )

    def forward(self, x):
        return self.layers(x).mean((2, 3))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--channels", type=int, default=64)
    parser.add_argument("--most", type=int, default=512)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args()
    device = torch.device(options.device)
    if device.type == "cuda":
        torch.backends.cudnn.benchmark = True

    torch.manual_seed(777)
    domains = 2
    widths = lambda smallest: [
        min(options.channels << k, options.most) for k in range(int(math.log2(options.size // smallest)) + 1)
    ]
    generator = Generator(widths(16)).to(device)
    encoder = StyleEncoder(widths(4), domains).to(device)
    transformer = StyleTransformer(domains).to(device)
    discriminator = Discriminator(widths(4), domains).to(device)
    features = Features().to(device).requires_grad_(False)
    editor = nn.ModuleList([generator, encoder, transformer])
    average = [p.detach().clone() for p in editor.parameters()]
    adam = lambda module: torch.optim.Adam(module.parameters(), lr=1e-4, betas=(0.0, 0.99), weight_decay=1e-4)
    editor_adam, discriminator_adam = adam(editor), adam(discriminator)

    host = torch.rand(options.batch, 3, options.size, options.size) * 2 - 1
    source = torch.arange(options.batch, device=device) % domains
    target = (source + 1) % domains

    def step():
        x = host.to(device)

        # Discriminator: non-saturating logistic loss and R1.
        with torch.no_grad():
            unrelated, _, moved = transformer(encoder(x, source), target)
            fake = generator(x, unrelated + moved)
        real = x.detach().requires_grad_()
        logits = discriminator(real, source)
        (slope,) = torch.autograd.grad(logits.sum(), real, create_graph=True)
        r1 = 0.5 * slope.square().flatten(1).sum(1).mean()
        loss = F.softplus(-logits).mean() + F.softplus(discriminator(fake, target)).mean() + r1
        discriminator_adam.zero_grad()
        loss.backward()
        discriminator_adam.step()

        # Editor: adversarial, cycle, style reconstruction, perceptual, orthogonality.
        s = encoder(x, source)
        unrelated, related, moved = transformer(s, target)
        wanted = unrelated + moved
        fake = generator(x, wanted)
        loss = F.softplus(-discriminator(fake, target)).mean()
        loss = loss + (generator(fake, s) - x).abs().mean()
        loss = loss + (encoder(fake, target) - wanted).abs().mean()
        loss = loss + (features(fake) - features(x)).abs().mean()
        loss = loss + (unrelated * related).abs().mean() + (unrelated * moved).abs().mean()
        editor_adam.zero_grad()
        loss.backward()
        editor_adam.step()
        with torch.no_grad():
            for mean, p in zip(average, editor.parameters()):
                mean.lerp_(p, 0.001)
        return loss.item()

    times = []
    for _ in range(options.rounds + 2):
        started = time.perf_counter()
        loss = step()
        times.append(time.perf_counter() - started)
        if not math.isfinite(loss):
            sys.exit(f"error: the loss is {loss}, expected a finite number")
    seconds = min(times[2:])
    if device.type == "cuda":
        name, memory = torch.cuda.get_device_name(device), f"{torch.cuda.max_memory_allocated(device) >> 20} MiB"
    else:
        name, memory = f"the CPU, {torch.get_num_threads()} threads", "memory not measured"
    print(
        f"peer: {options.size} px, batch {options.batch}, torch {torch.__version__}, {name}: {seconds * 1e3:.1f} ms a step "
        f"(shortest of {options.rounds}), {options.batch / seconds:.1f} images/s, {memory}"
    )


if __name__ == "__main__":
    main()
