"""AWS without boto3: a signature, a kept connection and a fast parser.

Importing boto3 takes two thirds of a cold start, and its parser two thirds of a read. Whatever is
not a clean answer goes to boto3, which has all the retries; see `aws.reads` and `aws.puts`.
"""
