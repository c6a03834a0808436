"""From a page's words to its lines in reading order, with furniture and ruled tables apart."""
