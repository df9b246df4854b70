"""The meters of the live rooms, for Prometheus. They count once a tick, commit or beat, never once a frame."""

from prometheus_client import Counter, Gauge, Histogram

CONNECTIONS = Gauge("plenary_connections", "Open WebSockets", multiprocess_mode="livesum")
ROOMS = Gauge("plenary_rooms", "Rooms that are open in a process", multiprocess_mode="livesum")
WAITING = Gauge("plenary_reactions_waiting", "Reactions that wait for the database", multiprocess_mode="livesum")
FRAMES = Counter("plenary_frames", "Shared frames written to connections")
SKIPPED = Counter("plenary_frames_skipped", "Shared frames not written because a connection was too far behind")
TICK = Histogram(
    "plenary_tick_seconds",
    "How long one publication of all rooms took",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0),
)
COMMIT = Histogram(
    "plenary_commit_seconds",
    "How long one commit of reactions took",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0),
)
REACTIONS = Counter("plenary_reactions", "Reactions answered, a repeat again", ["outcome"])
ROUND_TRIP = Histogram(
    "plenary_bus_round_trip_seconds",
    "How long a beat took through Redis and back",
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0),
)
UNSAID = Counter("plenary_bus_unsaid", "Messages that the bus did not send: it was away, or too many waited")
WHOLE = Gauge("plenary_bus_whole", "1 while every process hears the others", multiprocess_mode="livemin")
LAG = Histogram(
    "plenary_event_loop_lag_seconds",
    "How much later than asked the event loop woke a sleeper",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0),
)
