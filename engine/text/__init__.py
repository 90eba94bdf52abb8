"""Text: documents, sentences, words and their vectors.

A reader turns a source into `Document`s, `splitting` cuts them into sentences, `tokeniser` into words; what comes
out is a `Corpus`, which `corpora.read_corpus` keeps in the cache. Nothing here loads NLTK before it is needed.
"""
