"""Storyline monitor: follows developing stories through feeds and tells only what is new.

The map, from the door to the cellar (each line may import those below it, never those above):

    cli/            the verbs a person types
    demo/           the shipped story in time-lapse
    daemon.py       the metronome: APScheduler, signals, watchdog
    web/            probes                      backtest/       the same line, replayed over the past
    explaining/     why, stage by stage         upkeep.py       the hourly round
    pipeline.py     THE LINE: poll, assess, compose, deliver. Read this first; its steps stand in
                    polling.py, assessing.py, silencing.py, composing.py, delivering.py and fulltext.py
    operating.py    what the operator is told   following.py    what is in mind between two ticks
    links.py        one-click feedback          summarising.py  a summary on top, where a model is configured
    config/         YAML -> Config
    feeds/          the web of feeds: fetch, parse, schedule
    detect/         the science: baseline, match, cluster, novelty (pure)
    notify/         who is told, how
    store/          memory: the only place with SQL
    seeds/          a folder of articles -> Seeds
    text.py         normalise, tokenise, canonical URL, fingerprint
    durations.py    15m, 1h30m, 7d              shipped.py      the files that ship beside the code
    ownership.py    whose the files are
    types/          the values that travel
    errors.py       what may go wrong, and who must act
    crash.py        moments at which a test may have us killed
    metrics.py      what the process counts of itself
"""

__version__ = "0.1.0"
