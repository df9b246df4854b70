"""The bus over Redis 7 or Valkey, one server or a cluster: sharded publish and subscribe, which keeps nothing.

There is a link to each node that answers for channels. Messages to a link that is away are lost, and its subscribers
are told Listening when it is back.
"""
