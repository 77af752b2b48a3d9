"""boto3, loaded while Lambda starts a function, which is faster than in its first call.

Those functions import this most of whose calls write; the others hardly ever need boto3.
"""

import boto3  # noqa: F401
