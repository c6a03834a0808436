"""REFI-QDA: projects (.qdpx) and codebooks (.qdc) of programs for qualitative data analysis.

names      namespaces, stable ids, names of codes
positions  how a text's positions are counted by the standard, and by NVivo
codebook   the codes of a codebook or a project
project    the texts, codings and links of a project

Source: REFI-QDA standard 1.5 (2019), https://www.qdasoftware.org.
"""
