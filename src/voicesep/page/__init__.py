"""The page that shows the index and plays what was separated: its files, and the local server behind `voicesep ui`.

The page reads the documents of the index under their own names, so the very same files work beside a published
`index.json`. What a bucket's listing or a key is needed for (unfinished uploads, a whole story, private recordings)
only the server can give.
"""
