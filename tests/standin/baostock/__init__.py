"""A stand-in for BaoStock's server: it speaks the wire that the package `baostock` 0.9.4 does."""
