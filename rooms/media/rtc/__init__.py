"""WebRTC: the seam to aiortc, and packets received, repaired and relayed undecoded."""
