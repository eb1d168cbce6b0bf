"""Fine-tuning and co-tuning as streams of events."""
