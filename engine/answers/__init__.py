"""What becomes of each question to a model; `engine.questions` finds the model and calls one of these."""
