"""A folder that holds the published files: its state, its files, and reading them.

`_async/mirror.py` asks the service and downloads; this package knows the folder alone.
"""
