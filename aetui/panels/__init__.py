"""The views of a run, one file each; `table` names them all."""
