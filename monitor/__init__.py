"""Storyline monitor: follows developing stories through feeds and tells only what is new.

The map, from the door to the cellar (each line may import those below it, never those above):

    cli/            the verbs a person types
    demo/           the shipped story in time-lapse
    daemon.py       the metronome: APScheduler, signals, watchdog
    backtest.py     the same line, replayed over a file
    web/            probes
    pipeline.py     THE LINE: poll, assess, compose, deliver. Read this first
    config.py       YAML -> Config
    feeds/          the web of feeds: fetch, parse, schedule
    detect/         the science: baseline, match, cluster, novelty (pure)
    notify/         who is told, how
    store/          memory: the only place with SQL
    seeds.py        a folder of articles -> Seeds
    durations.py    15m, 1h30m, 7d
    text.py         normalise, tokenise, canonical URL, fingerprint
    types.py        the values that travel
    errors.py       what may go wrong, and who must act
"""

__version__ = "0.1.0"
