"""Plots of measures, as PNG files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from infringement_dagster.matching.calibration.metrics import Bin, Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def _figure(width: float, height: float) -> tuple[Figure, Axes]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  0.4 s to import
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.add_subplot()


def plot_recall(path: Path, title: str, recall: Mapping[str, Mapping[str, float]]) -> None:
    """Writes bars of recall per edit, one series per tier."""
    edits = list(next(iter(recall.values()), {}))
    figure, axes = _figure(8, 0.4 * len(edits) + 1.4)
    height = 0.8 / max(1, len(recall))
    for position, (tier, of_edit) in enumerate(recall.items()):
        offsets = [row + position * height for row in range(len(edits))]
        axes.barh(offsets, [of_edit[edit] for edit in edits], height, label=tier)
    axes.set_yticks([row + height / 2 for row in range(len(edits))], edits)
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.set_xlabel("recall")
    axes.set_title(title)
    axes.legend(loc="lower left")
    figure.savefig(path, dpi=110)


def plot_roc(path: Path, title: str, curves: Mapping[str, tuple[Floats, Floats]]) -> None:
    """Writes ROC curves over a logarithmic false-positive rate."""
    figure, axes = _figure(6, 5)
    for name, (false_rate, true_rate) in curves.items():
        axes.step(false_rate.clip(1e-4), true_rate, where="post", label=name)
    axes.set_xscale("log")
    axes.set_xlim(1e-4, 1)
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("false-positive rate")
    axes.set_ylabel("recall")
    axes.set_title(title)
    axes.legend(loc="lower right")
    figure.savefig(path, dpi=110)


def plot_reliability(path: Path, title: str, series: Mapping[str, Sequence[Bin]]) -> None:
    """Writes how often scores of each size were right, beside the diagonal of honest ones."""
    figure, axes = _figure(5.5, 5)
    axes.plot([0, 1], [0, 1], linestyle=":", color="grey", label="honest")
    for name, bins in series.items():
        means, shares = [b.mean_probability for b in bins], [b.share_positive for b in bins]
        axes.plot(means, shares, marker="o", label=name)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_xlabel("probability said")
    axes.set_ylabel("share infringing")
    axes.set_title(title)
    axes.legend(loc="upper left")
    figure.savefig(path, dpi=110)
