"""The kind of exception whose words are meant for a person."""


class Refusal(Exception):
    """Something was asked that is not done; `str()` of it says what is wrong and what to do.

    Every subclass stands in the module that raises it and is named for the fact. Edges (views,
    commands) show the sentence; nothing was written.
    """
