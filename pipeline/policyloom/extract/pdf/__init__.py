"""What a PDF holds: words with their places, ruled lines, tags, and pictures of pages read by OCR."""
