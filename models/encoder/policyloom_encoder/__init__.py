"""The sentence encoder of policyloom's built-in framework: files that `policyloom.coders.classifier.encoder` reads."""
