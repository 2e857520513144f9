"""Who is told, when and how: routes, digests and the doors they leave by.

`route` and `backoff` decide (pure), `digest` renders, `send` delivers through `email`, `webhook`, `chat`, `file` and
`atom`. The database is not known here: what is sent arrives as a `Delivery` and leaves as a receipt or a
`DeliveryError`.
"""
