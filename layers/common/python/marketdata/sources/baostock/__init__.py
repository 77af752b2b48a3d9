"""The source `baostock`: BaoStock's free server, by way of its package."""
