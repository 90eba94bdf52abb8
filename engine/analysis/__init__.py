"""What the codes are worth: baselines to compare with, a plane to look at them in, classifiers that use them."""
