"""What Step Functions says of a step that failed."""

import json

SECRET = "secret-7f3a"
"""What nobody may be told of it."""


def cause(name: str, text: str) -> dict[str, str]:
    """Make what Step Functions gives of a function's error."""
    details = {"errorType": name, "errorMessage": text, "stackTrace": [f"File x.py: {SECRET}"]}
    return {"Error": name, "Cause": json.dumps(details)}
