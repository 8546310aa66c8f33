"""The live stream: filings are found as they appear, queued, and taken to their score; nothing is lost on the way.

1. `feed_poll` asks the feed of latest filings, which is fast, and puts what nobody has seen into the queue.
2. `index_check` compares each day's index, which is complete, with what the ledger knows, and queues what is missing.
3. `worker` takes from the queue, fetches, stores, parses and scores; it acknowledges after the effect is stored.
4. `sweep` queues again what rests short of its goal: a passing failure, a machine that died, a message that vanished.
5. `watch` runs these four side by side until it is told to stop.

Every step may happen twice and none may be skipped: the ledger knows how far a filing has come, the lake stores by key,
and the queue keeps a message until it is acknowledged.
"""
