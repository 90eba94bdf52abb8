"""Pages that explain: models and answers, from Markdown to lines of cells."""
