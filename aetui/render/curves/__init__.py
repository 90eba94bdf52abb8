"""The chart of the loss: pure functions from numbers to cells. plotext draws each curve, the rest is put round them."""
