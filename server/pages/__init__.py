"""Pages: one resource a module. A handler loads, permits, calls one verb, and answers."""
