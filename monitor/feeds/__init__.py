"""Room 1, the web of feeds: the only place with HTTP in.

settings -> what the user may turn; sweep -> many feeds at once, one request a host; fetch (guard, lanes) -> bytes;
parse (worker, document, scan, entries, dates) -> entries; schedule -> when again; discover, suggest, opml ->
where from; article -> the linked page.
"""
