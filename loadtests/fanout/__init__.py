"""How many people one process can keep up to date: `python -m loadtests.fanout throughput`, `latency` or `memory`.

- `throughput`: frames for each second of the server's processor time, at 2,000 receivers and one frame a tick. Ours is
  the real `plenary serve` with its demo event, once while people clap in another process, once while they clap in the
  measured one, which stores it. Against it stand a plain ASGI loop, socket.io and ws, which do nothing but send a
  message of the same size. Five runs of each, in turn.
- `latency`: from the sending of a reaction until each receiver has been shown it, at 5,000 receivers with 1,000
  reactions a second, and at 10,000 receivers.
- `memory`: what an idle connection costs.

Server and client run on different cores. Nothing is compressed, and nothing falls back to polling. The first run makes
the demo's films, a minute or two; they are kept in the system's temporary directory.
"""
