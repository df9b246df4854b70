"""Pages: one resource a module. A handler loads, authorises, calls one verb of the store and responds."""
