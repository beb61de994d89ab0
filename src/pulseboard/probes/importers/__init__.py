"""
What other monitors were told to watch, as endpoints of ours.

    file --reading--> source --uptime_kuma, gatus--> Imported(endpoints, dropped)

Nothing of a file is run, filled in from the environment or asked for over the
network. What has no equivalent is told, never lost in silence.
"""
