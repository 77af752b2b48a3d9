"""The smoke test of a deployment, on AWS or local: `python -m local.smoke`.

It asks over HTTP what only a deployment can tell, and prints a line for each check::

    service.py    the deployment as the checks call it, and what an answer is
    gateway.py    checks of API Gateway: errors, sizes, codings, odd requests
    content.py    checks of what is served: K-lines, large answers, tasks, console, documents
"""
