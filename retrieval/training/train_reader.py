"""Train the extractive reader: question and passage in, answer span or "no answer" out.

Run it as `python -m retrieval.training.train_reader DATA... --checkpoints DIR`. It resumes by
itself from the checkpoint in DIR, saves every few minutes and when told to stop, and appends one
line of measurements to DIR/log.jsonl at every evaluation.

The schedule is warm-up, constant, then a linear decay that `--decay-steps` starts whenever the
weights are wanted (Hu et al. 2024, "MiniCPM", section 4), since the number of CPU hours is not
known in advance. An exponential moving average of the weights is what gets evaluated and shipped.
"""

import argparse
import json
import os
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import nn
from transformers import AutoModelForQuestionAnswering, PreTrainedModel

from retrieval.spans import best_span, exact_match, token_f1
from retrieval.training.examples import (
    LabelledSet,
    Mixture,
    Window,
    batches,
    cut_window,
    epoch_windows,
)

SAVE_EVERY_S = 180


@dataclass(frozen=True, slots=True)
class Schedule:
    """Learning rates and their course, in optimiser steps."""

    peak: float = 2e-4
    head_peak: float = 5e-4
    layer_decay: float = 0.85
    warmup_steps: int = 400
    weight_decay: float = 0.01
    average_decay: float = 0.9995
    max_batch_tokens: int = 2400

    def factor(self, step: int, decay_from: int | None, decay_steps: int) -> float:
        """Share of the peak rate at `step`."""
        if decay_from is not None and step >= decay_from:
            return max(0.0, 1.0 - (step - decay_from) / decay_steps)
        return min(1.0, (step + 1) / self.warmup_steps)


def load_model(folder: str) -> PreTrainedModel:
    """Load the encoder with a fresh span head; freeze embeddings, turn dropout off."""
    model = AutoModelForQuestionAnswering.from_pretrained(folder, attn_implementation="sdpa")
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    for parameter in model.base_model.embeddings.parameters():
        parameter.requires_grad_(False)
    return model


def parameter_groups(model: PreTrainedModel, schedule: Schedule) -> list[dict[str, object]]:
    """Give the head the highest rate and every layer below a lower one."""
    layers = len(model.base_model.encoder.layer)
    groups: list[dict[str, object]] = []
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        rate = schedule.head_peak
        if ".layer." in name:
            depth = int(name.split(".layer.")[1].split(".")[0])
            rate = schedule.peak * schedule.layer_decay ** (layers - 1 - depth)
        decay = schedule.weight_decay if parameter.ndim > 1 else 0.0
        groups.append({"params": [parameter], "lr": rate, "peak": rate, "weight_decay": decay})
    return groups


def collate(windows: list[Window]) -> dict[str, torch.Tensor]:
    """Pad windows to the longest: ids, mask and token types, each of shape (batch, length)."""
    length = max(len(window.ids) for window in windows)
    ids = np.zeros((len(windows), length), dtype=np.int64)
    mask = np.zeros_like(ids)
    types = np.zeros_like(ids)
    for row, window in enumerate(windows):
        n = len(window.ids)
        ids[row, :n], mask[row, :n], types[row, window.passage_at : n] = window.ids, 1, 1
    return {
        "input_ids": torch.from_numpy(ids),
        "attention_mask": torch.from_numpy(mask),
        "token_type_ids": torch.from_numpy(types),
    }


def span_loss(
    start_logits: torch.Tensor, end_logits: torch.Tensor, windows: list[Window]
) -> torch.Tensor:
    """Mean cross-entropy of start and end; "no answer" is position 0."""
    start = torch.tensor([window.start for window in windows])
    end = torch.tensor([window.end for window in windows])
    loss = nn.functional.cross_entropy
    return (loss(start_logits, start) + loss(end_logits, end)) / 2


class Average:
    """Exponential moving average of the trained parameters."""

    def __init__(self, model: nn.Module) -> None:
        self.values = {
            name: parameter.detach().clone()
            for name, parameter in model.named_parameters()
            if parameter.requires_grad
        }

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def update(self, model: nn.Module, decay: float) -> None:
        for name, parameter in model.named_parameters():
            if name in self.values:
                self.values[name].lerp_(parameter, 1.0 - decay)

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def swap(self, model: nn.Module) -> None:
        """Exchange averaged and current values; call twice to restore."""
        for name, parameter in model.named_parameters():
            if name in self.values:
                held = parameter.detach().clone()
                parameter.copy_(self.values[name])
                self.values[name].copy_(held)


@torch.no_grad()  # type: ignore[untyped-decorator]
def evaluate(
    model: PreTrainedModel, dev: LabelledSet, sample: int, max_tokens: int = 192
) -> dict[str, float]:
    """Gold-passage figures on a fixed sample of the dev questions.

    Returns:
        `em`, `f1` over the answerable questions with the best span whatever the null score;
        `f1_v2` with the best single null threshold, as SQuAD 2.0's script reports it.
    """
    chosen = random.Random(7).sample(dev.questions, min(sample, len(dev.questions)))
    found: list[tuple[float, float, float, bool]] = []
    for question in chosen:
        paragraph = dev.paragraphs[question.paragraph]
        size = max_tokens - len(question.ids) - 3
        firsts = range(0, max(1, len(paragraph.ids) - 48), max(1, size - 48))
        windows = [cut_window(question, paragraph, (-1, -1), first, size) for first in firsts]
        out = model(**collate(windows))
        best, null = (-1e9, 0, 0), 1e9
        for row, (first, window) in enumerate(zip(firsts, windows, strict=True)):
            starts = out.start_logits[row].numpy()
            ends = out.end_logits[row].numpy()
            stop = len(window.ids) - 1
            score, a, b = best_span(starts, ends, window.passage_at, stop)
            shift = first - window.passage_at
            best = max(best, (score, a + shift, b + shift))
            null = min(null, float(starts[0] + ends[0]))
        begin, end = paragraph.offsets[best[1]][0], paragraph.offsets[best[2]][1]
        text = paragraph.text[begin:end]
        f1 = max((token_f1(text, gold) for gold in question.answers), default=0.0)
        em = max((exact_match(text, gold) for gold in question.answers), default=0.0)
        found.append((best[0] - null, f1, em, bool(question.answers)))
    found.sort(reverse=True)
    impossible = sum(not answerable for *_, answerable in found)
    total = best_total = float(impossible)
    for _, f1, _, answerable in found:
        total += f1 if answerable else -1.0
        best_total = max(best_total, total)
    answered = [row for row in found if row[3]]
    return {
        "em": sum(row[2] for row in answered) / max(1, len(answered)),
        "f1": sum(row[1] for row in answered) / max(1, len(answered)),
        "f1_v2": best_total / len(found),
    }


@dataclass(slots=True)
class Position:
    """Where training stands; everything else is recomputed from it."""

    step: int = 0
    epoch: int = 0
    batch: int = 0
    examples: int = 0
    seconds: float = 0.0
    decay_from: int | None = None
    loss: float = 0.0


def epoch_batches(
    labelled: LabelledSet,
    mixture: Mixture,
    negatives: dict[str, list[int]],
    schedule: Schedule,
    position: Position,
) -> Iterator[list[Window]]:
    """The batches of the current epoch from the current one on."""
    rng = random.Random(1000 + position.epoch)
    windows = epoch_windows(labelled, mixture, negatives, rng)
    for number, batch in enumerate(batches(windows, schedule.max_batch_tokens, rng)):
        if number >= position.batch:
            yield batch


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", nargs="+", type=Path, help="training files, SQuAD 2.0 format")
    parser.add_argument("--dev", type=Path, required=True, help="dev file, SQuAD 2.0 format")
    parser.add_argument("--encoder", required=True, help="folder of the encoder to start from")
    parser.add_argument("--checkpoints", type=Path, required=True, help="folder to resume from")
    parser.add_argument("--negatives", type=Path, help="JSON: question id to paragraph numbers")
    parser.add_argument("--mined", type=float, default=0.0, help="share of mined negatives")
    parser.add_argument("--decay-steps", type=int, default=0, help="end training over N steps")
    parser.add_argument("--stop-at", type=int, default=-1, help="stop after this step")
    parser.add_argument("--evaluate-every-s", type=float, default=1200)
    parser.add_argument("--sample", type=int, default=1000, help="dev questions per evaluation")
    return parser.parse_args()


class Trainer:
    """Model, optimiser, average and position: all that a checkpoint holds, and how to go on."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.arguments, self.schedule = arguments, Schedule()
        self.mixture = Mixture(mined=arguments.mined)
        self.folder: Path = arguments.checkpoints
        self.folder.mkdir(parents=True, exist_ok=True)
        tokenizer = Tokenizer.from_file(str(Path(arguments.encoder) / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self.labelled, self.dev = LabelledSet(tokenizer), LabelledSet(tokenizer)
        for path in arguments.data:
            self.labelled.add(path)
        self.dev.add(arguments.dev)
        self.negatives: dict[str, list[int]] = (
            json.loads(arguments.negatives.read_text()) if arguments.negatives else {}
        )
        torch.manual_seed(0)
        self.model = load_model(arguments.encoder)
        self.optimiser = torch.optim.AdamW(parameter_groups(self.model, self.schedule), fused=True)
        self.average = Average(self.model)
        self.position = Position()
        self._resume()

    def _resume(self) -> None:
        """Go on from the checkpoint, if there is one."""
        file = self.folder / "checkpoint.pt"
        if file.exists():
            state = torch.load(file, weights_only=True)
            self.model.load_state_dict(state["model"], strict=False)
            self.optimiser.load_state_dict(state["optimiser"])
            self.average.values = state["average"]
            self.position = Position(**state["position"])
        if self.arguments.decay_steps and self.position.decay_from is None:
            self.position.decay_from = self.position.step

    def save(self) -> None:
        """Write the checkpoint beside the old one, then replace it."""
        state = {
            "model": {k: v for k, v in self.model.state_dict().items() if "embeddings" not in k},
            "optimiser": self.optimiser.state_dict(),
            "average": self.average.values,
            "position": asdict(self.position),
        }
        torch.save(state, self.folder / "checkpoint.tmp")
        os.replace(self.folder / "checkpoint.tmp", self.folder / "checkpoint.pt")
        print(asdict(self.position), flush=True)

    def measure(self) -> None:
        """Evaluate the averaged weights and append a line to the log."""
        self.average.swap(self.model)
        figures = evaluate(self.model, self.dev, self.arguments.sample)
        self.average.swap(self.model)
        line = json.dumps({**asdict(self.position), **figures})
        with (self.folder / "log.jsonl").open("a") as log:
            log.write(line + "\n")
        print(line, flush=True)

    def step(self, batch: list[Window], factor: float) -> None:
        """One optimiser step."""
        position, schedule = self.position, self.schedule
        for group in self.optimiser.param_groups:
            group["lr"] = group["peak"] * factor
        out = self.model(**collate(batch))
        loss = span_loss(out.start_logits, out.end_logits, batch)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad()
        position.step += 1
        position.batch += 1
        position.examples += len(batch)
        self.average.update(
            self.model, min(schedule.average_decay, position.step / (position.step + 20))
        )
        position.loss += (loss.item() - position.loss) * max(0.01, 1 / position.step)

    def run(self, stopping: list[int]) -> None:
        """Train until something is in `stopping`, the steps are done or the decay has ended."""
        saved = measured = clock = time.monotonic()
        while True:
            for batch in epoch_batches(
                self.labelled, self.mixture, self.negatives, self.schedule, self.position
            ):
                factor = self.schedule.factor(
                    self.position.step, self.position.decay_from, self.arguments.decay_steps
                )
                if stopping or factor == 0.0 or self.position.step == self.arguments.stop_at:
                    return
                self.step(batch, factor)
                now = time.monotonic()
                self.position.seconds += now - clock
                if now - saved > SAVE_EVERY_S:
                    self.save()
                    saved = time.monotonic()
                if now - measured > self.arguments.evaluate_every_s:
                    self.measure()
                    measured = time.monotonic()
                clock = time.monotonic()
            self.position.epoch += 1
            self.position.batch = 0


def train(arguments: argparse.Namespace) -> None:
    """Train until stopped, then save and measure."""
    trainer = Trainer(arguments)
    stopping: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stopping.append(number))
    signal.signal(signal.SIGINT, lambda number, _: stopping.append(number))
    trainer.model.train()
    trainer.run(stopping)
    trainer.save()
    trainer.measure()


if __name__ == "__main__":
    train(parse_arguments())
