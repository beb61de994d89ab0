"""
Ninety days of data that look real and say that they are not.

    made     what there would be: monitors, incidents, samples; arithmetic only
    filled   written into the tables, and out of them again
"""
