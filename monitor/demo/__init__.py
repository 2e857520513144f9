"""The shipped story in time-lapse: the real line between local feeds and a local mailbox, half a year in a minute.

- `story`: what the six feeds say at which moment, mistakes and faults included
- `publisher`: the feeds over HTTP
- `receivers`: a mailbox over SMTP and a webhook that checks signatures
- `timelapse`: the clock that runs fast, and the moments it stops at
- `show`: what a person sees meanwhile
- `pages`: the mails and the timeline, to look at afterwards
"""
