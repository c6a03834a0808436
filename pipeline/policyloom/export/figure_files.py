"""Figures as files for papers: of a given width, with fonts that have every letter, the same bytes each time."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policyloom.errors import PolicyloomError
from policyloom.files import write_bytes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "FIGURE_ENDINGS",
    "FONT_SIZE",
    "MAX_WIDTH_CM",
    "MIN_WIDTH_CM",
    "figure_style",
    "new_figure",
    "save_figure",
]

CM_PER_INCH = 2.54
DPI = 600
"""Dots per inch of a PNG; journals ask for 300 to 600."""

MIN_WIDTH_CM, MAX_WIDTH_CM = 8.0, 60.0
"""From a column of a journal to a poster."""

FONT = "DejaVu Sans"
"""Comes with matplotlib, so that a figure looks the same everywhere."""

OTHER_FONTS = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "Microsoft YaHei", "PingFang SC", "Hiragino Sans GB",
    "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "SimHei", "Droid Sans Fallback", "Arial Unicode MS", "Noto Sans",
)  # fmt: skip
"""Where letters are looked for that the first font lacks, above all Chinese ones."""

FONT_SIZE = 7.5
"""Points; journals ask for 6 to 8."""

STYLE: Mapping[Any, Any] = {
    "font.family": [FONT],
    "font.size": FONT_SIZE,
    "axes.titlesize": FONT_SIZE,
    "axes.labelsize": FONT_SIZE,
    "xtick.labelsize": FONT_SIZE,
    "ytick.labelsize": FONT_SIZE,
    "legend.fontsize": FONT_SIZE,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "hatch.linewidth": 0.6,
    "legend.frameon": False,
    "text.parse_math": False,  # a $ in a label is a $
    "svg.hashsalt": "policyloom",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,  # fonts that can be edited
}

_METADATA: dict[str, dict[str, None]] = {
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    ".svg": {"Date": None, "Creator": None},
    ".png": {"Software": None},
}
"""Without clocks and versions, so that the same input gives the same bytes."""

FIGURE_ENDINGS = tuple(_METADATA)


@contextmanager
def figure_style() -> Iterator[None]:
    """The style in which figures are drawn and saved, whatever the user's own.

    Raises:
        PolicyloomError: the extra `figures` is not installed.
    """
    try:
        import matplotlib
    except ImportError as error:
        raise PolicyloomError('figures need the extra figures: pip install "policyloom[figures]"') from error
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)
        yield


def new_figure(width_cm: float, height_cm: float) -> Figure:
    """An empty figure, which belongs to no window."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width_cm / CM_PER_INCH, height_cm / CM_PER_INCH), layout="constrained")


def save_figure(draw: Callable[[], Figure], path: str | Path) -> None:
    """Draws a figure and writes it as PDF, SVG or PNG, by the ending of its name.

    Raises:
        ValueError: the ending is another.
        PolicyloomError: matplotlib is not installed, or no font has some letter of the figure.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in _METADATA:
        raise ValueError(
            f"{path}: give a name that ends in {', '.join(FIGURE_ENDINGS[:-1])} or {FIGURE_ENDINGS[-1]}"
        )
    with figure_style(), warnings.catch_warnings():
        import matplotlib

        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # before other fonts are found
        figure = draw()
        if _choose_fonts(figure):
            matplotlib.rcParams["pdf.fonttype"] = 3  # the other type cannot hold every Chinese font
        buffer = io.BytesIO()
        figure.savefig(buffer, format=ending[1:], dpi=DPI, metadata=_METADATA[ending])
    write_bytes(buffer.getvalue(), path)


def _choose_fonts(figure: Figure) -> bool:
    """Gives a figure a second font where the first lacks a letter, and says whether it does."""
    from matplotlib.text import Text

    figure.draw_without_rendering()  # sets the labels of the axes
    texts = [each for each in figure.findobj(Text) if isinstance(each, Text)]
    missing = {letter for text in texts for letter in text.get_text() if not letter.isspace()} - _letters(
        FONT
    )
    if not missing:
        return False
    font = next((name for name in OTHER_FONTS if missing <= _letters(name)), None)
    if font is None:
        shown = "".join(sorted(missing)[:10])
        raise PolicyloomError(
            f"no font has the letters {shown} of the figure; install one that has, such as Noto Sans CJK "
            "(on Debian and Ubuntu: apt install fonts-noto-cjk)"
        )
    for text in texts:
        text.set_fontfamily([FONT, font])
    return True


def _letters(font: str) -> set[str]:
    """The letters of an installed font; none where it is not installed."""
    from matplotlib import font_manager

    try:
        path = font_manager.findfont(font, fallback_to_default=False)
    except ValueError:
        return set()
    return {chr(code) for code in font_manager.get_font(path).get_charmap()}
