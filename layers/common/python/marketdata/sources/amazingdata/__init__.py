"""The source `amazingdata`: the vendor's SDK, in a separate process that can be killed."""
