"""Bars: rows, reader, completeness, gaps, adjusted prices, resampling, chart."""
