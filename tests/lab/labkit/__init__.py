"""The lab's own kit: namespaces, a path between them, real programs on it, and the kernel as witness.

Reading order: `scenario` (what a scenario declares and how it is played), `path` (the network it is
played on), `witness` (who sent each reset, from the kernel), `label` (what is written beside a capture).
Each resource pushes its own undo on a `contextlib.ExitStack`; leaving the stack is the only clean-up.
"""
