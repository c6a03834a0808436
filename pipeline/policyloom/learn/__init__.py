"""From labels to classifiers and scores.

labels      labelled sentences, and the files that hold them
rows        the rows of a table that somebody made in a spreadsheet
sheets      the sheet in which people code sentences
projects    labels from projects of programs for qualitative analysis
sampling    which sentences to label, to learn from them
drawing     sentences drawn with known probabilities, to tell of all sentences
answers     what a classifier would be asked about labelled sentences
fit         a classifier fitted to labels, with its scores on documents held out
training    from files of labels to a classifier
decisions   what people decided about mentions and links, and the files that hold it
decided     a document as people decided it
evaluation  a coder's scores and mistakes on labels, and on a framework's own examples
scores      what was found against what a coder labelled, and two coders against each other
"""
