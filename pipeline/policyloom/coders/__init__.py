"""Who decides what a sentence names: interchangeable coders behind one protocol."""
