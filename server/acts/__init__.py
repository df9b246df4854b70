"""Acts: everything that follows from an act of a person, or from the clock. A page calls one verb of these."""
