"""The status of stocks on each day: price limits, ST, suspensions, ex-dates."""
