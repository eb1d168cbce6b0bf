"""Words as spans of the raw text, their neighbours, parts of speech, and how alike two texts are."""
