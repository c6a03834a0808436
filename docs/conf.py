"""Settings of the documentation site: `make docs` builds it into build/docs."""

from __future__ import annotations

import re
from importlib.metadata import version as installed_version
from pathlib import Path

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

HERE = Path(__file__).parent

project = "policyloom"
author = "The policyloom developers"
project_copyright = author
release = version = installed_version("policyloom")
language = "en"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["site"]
highlight_language = "none"
smartquotes = False
default_role = "literal"  # docstrings write names between single backticks
html_static_path = ["site"]
html_css_files = ["style.css"]
html_theme = "furo"
html_title = f"policyloom {release}"
html_copy_source = False
html_show_sphinx = False

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4

# The notebook is run anew at each build, and a cell that fails fails the build.
nb_execution_mode = "force"
nb_execution_timeout = 300
nb_execution_raise_on_error = True
nb_execution_in_temp = True
nb_execution_show_tb = True
nb_merge_streams = True

autodoc_typehints = "description"
autodoc_typehints_description_target = "documented_params"
autodoc_member_order = "bysource"
napoleon_numpy_docstring = False
napoleon_use_rtype = False

NEW_PAGES = "(pages that no other list names)"
"""A line of howto.md; in its place come the pages that are in no table of contents, so that a new page needs no entry."""


_OUTSIDE = re.compile(r"\[([^\]]+)\]\(\.\./((?:models|benchmarks|pipeline|corpus)/[^)#]+)[^)]*\)")


def prepare(_app: Sphinx, _docname: str, source: list[str]) -> None:
    """Names the pages that no table of contents names, and files of the repository that are no part of the site."""
    text = source[0].replace(NEW_PAGES, "\n".join(new_pages()))
    source[0] = _OUTSIDE.sub(r"\1 (`\2` in the repository)", text)


def new_pages() -> list[str]:
    """The pages of this folder that no table of contents names."""
    named = {"index"}
    for page in HERE.glob("*.md"):
        for block in re.findall(
            r"^```\{toctree\}\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL
        ):
            lines = [line for line in block.splitlines() if line and not line.startswith((":", "("))]
            named |= {re.sub(r".*<(.+)>", r"\1", line) for line in lines}
    there = {page.stem for page in HERE.iterdir() if page.suffix in (".md", ".ipynb")}
    return sorted(there - named)


def setup(app: Sphinx) -> None:
    """Registers what the settings cannot say."""
    app.connect("source-read", prepare)
    for name in ("csv", "powershell-session"):
        app.add_lexer(name, TextLexer)
