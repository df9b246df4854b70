"""What keeps a process running: workers, locks, logs, metrics, and the runner of duties."""
