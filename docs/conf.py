"""How the documentation is built; `make docs` treats every warning as an error."""

import pulseboard

project = "Pulseboard"
author = "Pulseboard contributors"
project_copyright = "Pulseboard contributors"
release = version = pulseboard.__version__

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
root_doc = "index"
exclude_patterns = ["_build"]
nitpicky = True

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"Pulseboard {release}"
html_show_sourcelink = False
html_copy_source = False
