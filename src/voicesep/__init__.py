"""The command line of voice-separation: the local cloud by default, on real audio, with no account."""
