"""The local cloud: brings `template.yaml` up on one machine, without Docker or an account.

`make run` calls `python -m local run`. One run owns one state folder::

    tools.py       external tools, their versions, and how processes are run
    cloud.py       the emulator of AWS: start, wait, end
    emulator/      what runs in its place: the pinned package, which saves as it runs
    generations.py its saved states: written, checked, chosen
    stack.py       build the template, deploy it, read its outputs
    bootstrap.py   what a new stack needs: administrator, files, first fill
    proxy.py       http://localhost:PORT/api/v1 in front of the deployed stage
    admission.py   which names are served, and how many calls at once
    payloads.py    codings and sizes of requests and answers, as API Gateway has them

Beside it stand the programs that `make` runs: `openapi/` describes the API, `smoke/` checks a
deployment, `soak.py` looks for drift in a running local cloud.
"""
