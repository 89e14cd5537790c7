from cohorts.actions.progress import override, record, touch

__all__ = ["override", "record", "touch"]
