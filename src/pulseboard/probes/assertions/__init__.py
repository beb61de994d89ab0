"""
The language in which people say what a probe should have seen: one condition a line.

    status in 200-299
    json.items[0].id exists
    warning: time.total < 500ms

`parse.parse_conditions` reads it, `conditions.Conditions` judges with it. The grammar
is in ``docs/reference/assertions.md``. Nothing in here evaluates, imports or calls
anything that a text names; time and memory are bounded by the limits of each module.
"""
