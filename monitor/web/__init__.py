"""Pages and probes. For now the probes only: health, readiness, metrics, on this machine's own address."""
