"""The stocks of a mirror in the binary layout of Qlib; it needs the extra `polars`."""
