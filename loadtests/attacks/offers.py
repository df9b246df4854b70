"""Session descriptions (SDP) that are made to cost work, each within 200 KB."""

FINGERPRINT = "sha-256 " + ":".join(["6A"] * 32)
SECTIONS, CODECS, LINES, CANDIDATES = 16, 8, 110, 32
"""As many as an offer may have, as rooms/offers.py says."""


def at_the_bounds() -> str:
    """An offer in which everything is as much as is answered."""
    return offer(SECTIONS, CODECS, LINES, [f"10.1.{n}.9" for n in range(CANDIDATES)])


def over_every_bound(n: int) -> str:
    """An offer of too many sections, codecs, lines or candidates, in turn."""
    kinds = ((400, 1, 0, 1), (2, 90, 0, 1), (2, 1, 3_000, 1), (2, 1, 0, 900))
    sections, codecs, lines, candidates = kinds[n % len(kinds)]
    return offer(sections, codecs, lines, [f"10.1.{n % 250}.9" for n in range(candidates)])


def naming(hosts: list[str], n: int) -> str:
    """An offer whose candidates name addresses and ports of others."""
    return offer(2, 1, 0, [hosts[k % len(hosts)] for k in range(CANDIDATES)], first_port=1 + 97 * n % 60_000)


def offer(sections: int, codecs: int, lines: int, hosts: list[str], first_port: int = 40_000) -> str:
    mids = " ".join(map(str, range(sections)))
    written = ["v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0", f"a=group:BUNDLE {mids}"]
    for mid in range(sections):
        medium, codec = (("audio", "opus/48000/2"), ("video", "H264/90000"))[mid % 2]
        types = [96 + k % 32 if k < 32 else 3 + k for k in range(codecs if mid % 2 else 1)]
        written += [f"m={medium} 9 UDP/TLS/RTP/SAVPF {' '.join(map(str, types))}", f"a=mid:{mid}", "a=recvonly"]
        written += ["a=rtcp-mux", "a=ice-ufrag:Wbi2", "a=ice-pwd:9jWt7B3pHj2VtU8OfkkxlqOL", "a=setup:actpass"]
        written.append(f"a=fingerprint:{FINGERPRINT}")
        for kind in types:
            written.append(f"a=rtpmap:{kind} {codec}")
            written.append(f"a=fmtp:{kind} packetization-mode=1;profile-level-id=42e01f")
        written += [f"a=rtcp-fb:{types[k % len(types)]} nack" for k in range(lines)]
        if mid == 0:
            ports = ((host, first_port + k) for k, host in enumerate(hosts))
            written += [
                f"a=candidate:{k} 1 udp {2_000 - k} {host} {port} typ host" for k, (host, port) in enumerate(ports)
            ]
    return "\r\n".join(written) + "\r\n"
