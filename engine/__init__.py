"""The engine of aetui: autoencoders, data sets, training and runs, without a screen.

`engine.session.Engine` trains, `engine.runs.store.RunStore` keeps the runs, `engine.registry.VARIANTS` and
`engine.datasets.DATASETS` are the tables, `engine.events` says what can happen. Nothing here imports TensorFlow;
`engine.nn`, which does, is loaded by the engine's own thread.
"""
