"""The emulator of AWS, run by `python -m local.emulator` in the pinned package's own environment.

The package serves and keeps everything in memory; what it lacks for a cloud that is somebody's only
one is put around it here::

    saving.py    generations: the state is saved while it runs
    workers.py   the processes of functions: their number, their layers, their life, their log
    crew.py      when a function gets another process
    output.py    where an invocation's log ends

Nothing of the project's environment is there, so these modules import the standard library, the
package and what is plain Python.
"""
