"""What reading, detecting and filling cost, side by side with the usual alternatives."""
