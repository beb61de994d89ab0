"""
What moves the path along.

    clock   one time for all hosts: the database's, carried on by our own monotonic
    lease   the row that elects one runner
    engine  questions side by side, deadlines owned
    tick    claim, observe, remember, judge, tell
    jobs    the one table of jobs, whoever carries them
    spool   results kept while the database is away
    embedded, foreground   how a runner lives in a process
"""
