"""Audio and video files: read, separated into stems, written and described. It knows nothing of any cloud."""
