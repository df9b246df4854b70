"""Acts: what follows from what somebody does, or from the clock. A page calls one verb of these."""
