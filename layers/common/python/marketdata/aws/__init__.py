"""The only room that imports boto3: tables, objects, state machines, secrets, functions."""
