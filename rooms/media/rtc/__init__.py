"""WebRTC: the seam to aiortc, and RTP packets received, repaired and relayed without decoding them."""
