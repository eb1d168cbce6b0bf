"""Does this classifier's number mean anything? One check a question, one verdict a check, one card (METHODS, 12)."""
