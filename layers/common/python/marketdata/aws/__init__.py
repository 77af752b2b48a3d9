"""The only room that imports boto3: tables, objects, workflows, secrets, keys, functions."""
