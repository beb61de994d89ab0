"""Where Django looks for models. Each lives in its room."""
