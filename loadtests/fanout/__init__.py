"""Benchmarks of the fan-out of one process: `python -m loadtests.fanout throughput`, `latency` or `memory`.

- `throughput`: frames for each second of the server's processor time, at 2,000 receivers and one frame a tick. Ours is
  the real `plenary serve` with its demo event: once while people clap in another process, once while they clap in the
  measured process, which then also stores the claps. It is compared with a plain ASGI loop, socket.io and ws, which
  only send a message of the same size. Each has five runs, in turn.
- `latency`: the time from the sending of a reaction until each receiver has been shown it, at 5,000 receivers with
  1,000 reactions a second, and at 10,000 receivers.
- `memory`: the memory that an idle connection needs.

Server and client run on different cores. Nothing is compressed, and nothing falls back to polling. The first run makes
the demo's films, which takes a minute or two; they are kept in the system's temporary directory.
"""
