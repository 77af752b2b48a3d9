"""The source `amazingdata`: the vendor's SDK, in a process of its own that can be killed."""
