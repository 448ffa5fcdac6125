"""The shelf of verification methods: one file each, found by listing the folder.

A file exposes `METHOD`, a `core.ports.Method`, and `MESSAGES`, its sentences. Files whose name begins with
an underscore are shared parts. No method imports another.
"""
