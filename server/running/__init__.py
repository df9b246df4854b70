"""The running of a process: its duties, jobs, child processes and workers, its locks, logs and metrics."""
