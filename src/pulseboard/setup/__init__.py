"""
The first five minutes, and the day something does not work.

    install        `init`: rows, groups, first results, what next
    doctor         `doctor`: one line per finding; examinations/ has the questions
    demo           `demo`: ninety days of marked data
    standalone     settings for a host that is only us, from one file
    server         `up`: serves them
"""
