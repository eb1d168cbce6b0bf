"""Everything the models say about one text, as streams of plain values: for the page, the endpoints and the tests."""
