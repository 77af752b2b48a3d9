"""The benchmark: the cost of reading, detecting and filling, beside the usual alternatives."""
