"""What the codes are worth: PCA to compare with, a plane to look at them in, classifiers that use them."""
