"""`python -m policyloom` is the same as `policyloom`."""

from policyloom.cli import main

main(prog_name="policyloom")
