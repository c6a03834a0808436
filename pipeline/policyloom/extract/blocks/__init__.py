"""From lines to blocks with a kind, and from these to the one text of a document."""
