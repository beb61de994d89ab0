"""
``setup``: which endpoints of this application are worth asking, and how.

    URLconf, OpenAPI ─▶ routes ─▶ measured once ─▶ proposals ─▶ (confirmed) ─▶ rows
"""
