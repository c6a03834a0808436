"""From labels to classifiers and scores.

labels     labelled sentences, and the sheets in which people code them
fit        a classifier fitted to labels, with its scores on documents held out
training   which sentences to label, learning from files of labels, scoring, a framework's own examples
scores     what was found against what a coder labelled, and two coders against each other
"""
