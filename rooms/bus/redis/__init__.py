"""The bus over Redis 7 or Valkey, one server or a cluster: sharded publish and subscribe, which keeps nothing.

There is a link to each node that answers for channels. What a link says while it is away is lost, and its subscribers
are told Listening when it is back: none of it is the truth.
"""
