"""Load tests and benchmarks: crowds that reach a running Plenary only over the network."""
