"""Dateline beside other ways to search one's own articles; `__main__` says how to run it.

Each peer works in a process and a virtual environment of its own, on the same articles and with
the same model. `worker` and the modules named after what they build on run there, the others in
the environment of the benchmark.
"""
