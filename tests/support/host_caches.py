"""What an AWS CLI computes from its own files and code in every process, computed once.

A driver lists botocore's 400 folders of data up to five times, parses models, and asks for the
signature of each event handler. The results depend on nothing of the user's. This module is
imported by the tests and by the AWS CLIs themselves (warm_server.py), so it uses the standard
library alone.
"""

import functools
import inspect
import os
import types


def replacements():
    """Return what to set: holder, name of the attribute and a function that remembers."""
    import botocore.hooks
    import botocore.session

    found = [
        (botocore.session, "create_loader", _one_cache(botocore.session.create_loader)),
        (botocore.hooks, "accepts_kwargs", _read_from_code(botocore.hooks.accepts_kwargs)),
    ]
    aliaser = getattr(botocore.hooks, "EventAliaser", None)
    if aliaser is not None:
        name = "_alias_event_name"
        found.append((aliaser, name, _remembering_names(getattr(aliaser, name))))
    return found


def _one_cache(create_loader):
    """Let all loaders of the same folders share what they load."""
    caches = {}

    @functools.wraps(create_loader)
    def create(search_path_string=None):
        loader = create_loader(search_path_string)
        own, others = loader.CUSTOMER_DATA_PATH, list(loader.search_paths)
        # A folder of the user's own models is read again each time.
        if own in others and not os.path.isdir(own):
            others.remove(own)
            loader._cache = caches.setdefault(tuple(others), loader._cache)
        return loader

    return create


def _read_from_code(accepts_kwargs):
    """Answer for a plain function or method from its flags, without building a signature."""

    @functools.wraps(accepts_kwargs)
    def accepts(handler):
        function = handler.__func__ if isinstance(handler, types.MethodType) else handler
        if isinstance(function, types.FunctionType) and not hasattr(function, "__signature__"):
            return function.__code__.co_flags & inspect.CO_VARKEYWORDS
        return accepts_kwargs(handler)

    return accepts


def _remembering_names(alias_event_name):
    """Remember the names of events that have no alias: each costs a look at 400 aliases."""
    names = set()

    @functools.wraps(alias_event_name)
    def alias(self, event_name):
        if event_name in names:
            return event_name
        found = alias_event_name(self, event_name)
        if found == event_name:
            names.add(event_name)
        return found

    return alias
